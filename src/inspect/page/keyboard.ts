/**
 * Keyboard shortcuts; they work everywhere except in text fields.
 * @module
 */
import type { Panel } from '../deep-link.ts'
import { rosterView } from '../roster-view.ts'
import { togglePlaying } from './scrubber.tsx'
import { choose, isHelpOpen, changeView, goTo, moment, callAtMoment, view } from './state.ts'
import { switchTheme } from './theme.ts'

/** The panels by their digit, from 1. */
const panelKeys: readonly Panel[] = ['roster', 'ladder', 'chart', 'log', 'explanation']

/** Starts listening. */
export function listenToKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (
      event.defaultPrevented ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      isHelpOpen.value ||
      isTaken(event.target, event.key)
    )
      return
    const act = actionOf(event)
    if (act === undefined) return
    event.preventDefault()
    act()
  })
}

function actionOf({ key, shiftKey }: KeyboardEvent): (() => void) | undefined {
  const step = shiftKey ? 10 : 1
  const panel = /^[1-5]$/.test(key) ? panelKeys[Number(key) - 1] : undefined
  if (panel !== undefined) return () => changeView({ panel })
  switch (key) {
    case 'ArrowLeft':
      return () => goTo(moment.value - step)
    case 'ArrowRight':
      return () => goTo(moment.value + step)
    case 'Home':
      return () => goTo(0)
    case 'End':
      return () => changeView({ moment: undefined })
    case ' ':
      return togglePlaying
    case 'j':
      return () => chooseNext(1)
    case 'k':
      return () => chooseNext(-1)
    case 'o':
      return () => changeView({ isNarrowed: view.value.key !== undefined && !view.value.isNarrowed })
    case 't':
      return switchTheme
    case '?':
      return () => {
        isHelpOpen.value = true
      }
    case '/':
      return () => document.getElementById('search')?.focus()
    case 'Escape':
      return () => choose(undefined)
    default:
      return undefined
  }
}

function chooseNext(step: number): void {
  const { rows } = rosterView(callAtMoment.value?.participants.values() ?? [], view.value)
  const here = rows.findIndex(({ key }) => key === view.value.key)
  const next =
    rows[here === -1 ? (step > 0 ? 0 : rows.length - 1) : Math.max(0, Math.min(rows.length - 1, here + step))]
  if (next !== undefined) choose(next.key)
}

const typingTypes: ReadonlySet<string> = new Set(['search', 'text'])

/** True if the focused element uses the key itself: text fields, and space on buttons. */
function isTaken(target: EventTarget | null, key: string): boolean {
  if (target instanceof HTMLInputElement && typingTypes.has(target.type)) return true
  if (target instanceof HTMLSelectElement) return true
  const isPressed =
    target instanceof HTMLButtonElement ||
    target instanceof HTMLInputElement ||
    (target instanceof HTMLElement && target.tagName === 'SUMMARY')
  return isPressed && key === ' ' && !(target instanceof HTMLInputElement && target.type === 'range')
}
