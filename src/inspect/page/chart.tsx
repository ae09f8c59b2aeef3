/**
 * The statechart, drawn when the package was built, with the chosen participant's state and path highlighted.
 * @module
 */
import type { JSX } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { chartPath, type ChartPath } from '../chart-path.ts'
import { shownName } from '../../trace/labels.ts'
import { call, chosen, grown, moment, view } from './state.ts'

/** The chart in one of its two drawings. */
export function ChartDrawing({ style }: { readonly style: 'full' | 'compact' }): JSX.Element {
  const place = useRef<HTMLDivElement>(null)
  grown.value
  const { key } = view.value
  const path =
    key === undefined ? undefined : chartPath(call.value?.history.rowsAbout(key, moment.value) ?? [], key, moment.value)
  useLayoutEffect(() => {
    const template = document.getElementById(style === 'full' ? 'chart' : 'compact-chart')
    if (template instanceof HTMLTemplateElement) place.current?.replaceChildren(template.content.cloneNode(true))
  }, [style])
  useLayoutEffect(() => {
    if (place.current !== null) light(place.current, path)
  })
  const inSight = style === 'full' ? path?.lit.at(-1) : undefined
  useLayoutEffect(() => {
    if (place.current !== null && inSight !== undefined) showPart(place.current, inSight)
  }, [inSight])
  return <div ref={place} class={`chart-place is-${style}`} role="img" aria-label={words(path)} />
}

/** The panel with the full chart. */
export function ChartPanel(): JSX.Element {
  return (
    <section class="panel chart-panel" aria-label="Statechart">
      <p class="caption">
        {view.value.key === undefined
          ? 'Choose a participant to see its state and the path to it.'
          : words(
              chartPath(
                call.value?.history.rowsAbout(view.value.key, moment.value) ?? [],
                view.value.key,
                moment.value,
              ),
            )}
      </p>
      <div class="sideways" tabIndex={0} role="region" aria-label="Drawn statechart">
        <ChartDrawing style="full" />
      </div>
    </section>
  )
}

/** Scrolls the enclosing panel so that the part is in the middle. */
function showPart(place: HTMLElement, id: string): void {
  const [part, scroller] = [place.querySelector(`[data-part="${id}"]`), place.parentElement]
  if (part === null || scroller === null) return
  const [inner, outer] = [part.getBoundingClientRect(), scroller.getBoundingClientRect()]
  scroller.scrollBy({
    left: inner.left + inner.width / 2 - (outer.left + outer.width / 2),
    top: inner.top + inner.height / 2 - (outer.top + outer.height / 2),
  })
}

function words(path: ChartPath | undefined): string {
  const participant = chosen.value
  if (path === undefined) return 'Statechart of a participant; no participant is chosen'
  if (participant === undefined) return 'Statechart: the call does not know the chosen participant at this moment'
  const { state, removal, identity, ending } = participant
  const phase = removal === undefined || removal === 'confirmed' ? '' : `, removal ${removal}`
  return `${shownName(identity)} is ${state}${phase}${ending === undefined ? '' : ` (${ending.cause} by ${ending.by})`}`
}

function light(place: HTMLElement, path: ChartPath | undefined): void {
  for (const part of place.querySelectorAll('[data-part]')) {
    const id = part.getAttribute('data-part') ?? ''
    part.classList.toggle('is-lit', path?.lit.includes(id) === true)
    part.classList.toggle('is-passed', path?.passed.has(id) === true || path?.taken.has(id) === true)
    part.classList.toggle('is-latest', path?.latest === id)
  }
  place.firstElementChild?.classList.toggle('has-path', path !== undefined)
}
