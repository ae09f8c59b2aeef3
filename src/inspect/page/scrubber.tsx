/**
 * The timeline slider and the buttons to move along it.
 * @module
 */
import { effect } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { LadderRow } from '../../trace/ladder.ts'
import { formatDuration, printable } from '../../trace/labels.ts'
import { Icon } from './icon.tsx'
import { call, connection, grown, isFollowing, isPlaying, latest, changeView, goTo, moment, view } from './state.ts'
import { theme } from './theme.ts'

/** The slider and its buttons. */
export function Scrubber(): JSX.Element {
  const history = call.value?.history
  const now = moment.value
  const begin = history?.timeAt(1)
  const at = history?.timeAt(now)
  // Events, as the terminal counts them: an entry may also be a note, or a message that was lost.
  const first = call.value?.first ?? 0
  const [number, count] = [now, latest.value].map((one) => first + (history?.eventsBefore(one) ?? 0))
  const row = history?.rows[history.rowOf(now - 1)]
  const words = now === 0 ? 'before the first event' : printable(row?.text ?? '')
  return (
    <section class="scrubber" aria-label="Time">
      <div class="buttons">
        <button
          type="button"
          class="icon"
          aria-label="To the beginning"
          title="To the beginning (Home)"
          onClick={() => goTo(0)}
        >
          <Icon of="first" />
        </button>
        <button
          type="button"
          class="icon"
          aria-label="Back one event"
          title="Back one event (←)"
          onClick={() => goTo(now - 1)}
        >
          <Icon of="back" />
        </button>
        <button
          type="button"
          class="icon"
          aria-label={isPlaying.value ? 'Pause' : 'Play'}
          title="Play or pause (space)"
          onClick={togglePlaying}
        >
          <Icon of={isPlaying.value ? 'pause' : 'play'} />
        </button>
        <button
          type="button"
          class="icon"
          aria-label="Forward one event"
          title="Forward one event (→)"
          onClick={() => goTo(now + 1)}
        >
          <Icon of="on" />
        </button>
        <button
          type="button"
          class="icon"
          aria-label="To the end"
          title="To the end (End)"
          onClick={() => changeView({ moment: undefined })}
        >
          <Icon of="last" />
        </button>
      </div>
      <div class="track">
        <Ticks />
        <input
          type="range"
          id="moment"
          aria-label="Moment"
          min={0}
          max={latest.value}
          step={1}
          value={now}
          aria-valuetext={`${number} of ${count}${at === undefined || begin === undefined ? '' : `, after ${formatDuration(at - begin)}`}: ${words}`}
          onInput={(event) => goTo(event.currentTarget.valueAsNumber)}
        />
      </div>
      <div class="now">
        <b class="number">
          {number} / {count}
        </b>
        <span class="number">{at === undefined || begin === undefined ? '' : `+${formatDuration(at - begin)}`}</span>
        <time class="number quiet">{at === undefined ? '' : new Date(at).toISOString().slice(11, 23)}</time>
        {connection.value.state === 'live' ? (
          <button
            type="button"
            class={`badge follow ${isFollowing.value ? 'is-on' : ''}`}
            aria-pressed={isFollowing.value}
            onClick={() => changeView({ moment: undefined })}
          >
            follow
          </button>
        ) : (
          ''
        )}
        <span class="words" title={words}>
          {words}
        </span>
      </div>
    </section>
  )
}

/** Marks along the slider: failures, the chosen participant, joins and departures. */
function Ticks(): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const draw = (): void => {
      if (canvas.current !== null) drawTicks(canvas.current)
    }
    const stop = effect(() => {
      void [grown.value, view.value.key, theme.value, call.value]
      requestAnimationFrame(draw)
    })
    const observer = new ResizeObserver(draw)
    if (canvas.current !== null) observer.observe(canvas.current)
    return () => {
      stop()
      observer.disconnect()
    }
  }, [])
  return <canvas ref={canvas} class="ticks" aria-hidden="true" />
}

/** Half the width of the slider's thumb in pixels: the track is shorter by this at both ends. */
const THUMB = 8

function drawTicks(canvas: HTMLCanvasElement): void {
  const history = call.peek()?.history
  const scale = devicePixelRatio
  const [width, height] = [canvas.clientWidth, canvas.clientHeight]
  canvas.width = width * scale
  canvas.height = height * scale
  const paint = canvas.getContext('2d')
  if (paint === null || history === undefined || history.length === 0) return
  paint.scale(scale, scale)
  const colours = coloursOf(canvas)
  const { key } = view.peek()
  for (const row of history.rows) {
    const isChosen = key !== undefined && row.about.includes(key)
    const name = tickColour(row, isChosen)
    if (name === undefined) continue
    paint.fillStyle = colours.get(name) ?? ''
    const x = THUMB + ((row.entry + 1) / history.length) * (width - 2 * THUMB)
    paint.fillRect(x - 0.75, isChosen ? 0 : height * 0.35, 1.5, isChosen ? height : height * 0.65)
  }
}

const tickColours = ['removed', 'ringing', 'accent', 'cancelled', 'active'] as const

/** The colour for failures, for the chosen participant, and for participants that join or leave. */
function tickColour({ mark, conclusions }: LadderRow, isChosen: boolean): (typeof tickColours)[number] | undefined {
  if (mark !== undefined) return mark.type === 'lost' || mark.type === 'refused' ? 'removed' : 'ringing'
  if (isChosen) return 'accent'
  const moves = conclusions.filter(({ from, to }) => from !== to)
  if (moves.some(({ ending }) => ending !== undefined)) return 'cancelled'
  return moves.some(({ to }) => to === 'active') ? 'active' : undefined
}

/** The current colours of the theme: a canvas cannot use CSS variables. */
function coloursOf(element: HTMLElement): ReadonlyMap<string, string> {
  return new Map(
    tickColours.map((name) => {
      element.style.color = `var(--${name})`
      return [name, getComputedStyle(element).color]
    }),
  )
}

/** Shortest and longest time between two events during playback. */
const [SHORTEST_STEP_MS, LONGEST_STEP_MS] = [60, 900]

let timer: ReturnType<typeof setTimeout> | undefined

/** Starts or stops playback. */
export function togglePlaying(): void {
  if (isPlaying.value) return stopPlaying()
  if (moment.value === latest.value) goTo(0)
  isPlaying.value = true
  playOn()
}

function stopPlaying(): void {
  clearTimeout(timer)
  isPlaying.value = false
}

function playOn(): void {
  const history = call.value?.history
  const now = moment.value
  if (history === undefined || now >= latest.value) return stopPlaying()
  const wait = (history.timeAt(now + 1) ?? 0) - (history.timeAt(now) ?? 0)
  timer = setTimeout(
    () => {
      if (!isPlaying.value) return
      goTo(now + 1)
      playOn()
    },
    Math.max(SHORTEST_STEP_MS, Math.min(wait, LONGEST_STEP_MS)),
  )
}
