/**
 * The ladder: messages between bot and service, and the conclusions from each, one lane per participant.
 * @module
 */
import { useComputed } from '@preact/signals'
import type { JSX, CSSProperties, TargetedKeyboardEvent } from 'preact'
import type { Timeline } from '../../trace/timeline.ts'
import type { Conclusion, LadderRow } from '../../trace/ladder.ts'
import { formatDuration, nameOf } from '../../trace/labels.ts'
import { call, grown, changeView, goTo, moment, callAtMoment, view } from './state.ts'
import { StateChip } from './state-chip.tsx'
import { rowPlace, shownRows } from './shown-rows.ts'
import { VirtualList } from './virtual-list.tsx'

const ROW_HEIGHT = 40

/** How many participants have their own lane; the others share one. */
const LANES = 6

/** Width of a lane, and of the shared lane, in rem. */
const [LANE_REM, OTHERS_REM] = [9, 14]

interface Lanes {
  readonly keys: readonly string[]
  readonly hasOthers: boolean
}

/** The ladder panel. */
export function LadderPanel(): JSX.Element {
  const rows = useComputed(() => shownRows(grown.value, call.value?.history, view.value, () => moment.value))
  const lanes = useComputed((): Lanes => {
    const { key, isNarrowed } = view.value
    if (isNarrowed && key !== undefined) return { keys: [key], hasOthers: false }
    const participants = callAtMoment.value?.participants
    if (participants === undefined) return { keys: [], hasOthers: false }
    if (participants.size > LANES)
      return { keys: key !== undefined && participants.has(key) ? [key] : [], hasOthers: true }
    // The chosen participant's lane comes first, next to the messages.
    const all = [...participants.values()].sort(
      (one, other) => Number(other.key === key) - Number(one.key === key) || one.ordinal - other.ordinal,
    )
    return { keys: all.map((participant) => participant.key), hasOthers: false }
  })
  const history = call.value?.history
  const here = rowPlace(rows.value, moment.value)
  if (history === undefined || rows.value.length === 0)
    return (
      <section class="panel ladder" aria-label="Ladder">
        <Narrowing />
        <p class="empty">Nothing has happened yet.</p>
      </section>
    )
  const { keys, hasOthers } = lanes.value
  const template = {
    '--lanes': `${keys.length === 0 ? '' : `repeat(${keys.length}, ${LANE_REM}rem)`} ${hasOthers ? `${OTHERS_REM}rem` : ''}`,
    '--lanes-width': `${keys.length * LANE_REM + (hasOthers ? OTHERS_REM : 0)}rem`,
  } as CSSProperties
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLElement>): void => {
    const step = ({ ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12 } as Readonly<Record<string, number>>)[
      event.key
    ]
    const row = step === undefined ? undefined : nextRow(rows.value, here, step)
    if (row === undefined) return
    event.preventDefault()
    goTo(row.entry + 1)
  }
  return (
    <section class="panel ladder" aria-label="Ladder">
      <Narrowing />
      <div class="sideways" style={template}>
        <div class="rung lane-heads" aria-hidden="true">
          <span class="rung-time">time</span>
          <span class="rung-wire">
            <b>bot</b>
            <b>service</b>
          </span>
          {keys.map((key) => (
            <b key={key} class={`lane-head ${key === view.value.key ? 'is-chosen' : ''}`} title={key}>
              {laneName(key)}
            </b>
          ))}
          {hasOthers ? <b class="lane-head of-others">{keys.length === 0 ? 'everyone' : 'others'}</b> : ''}
        </div>
        <VirtualList
          count={rows.value.length}
          rowHeight={ROW_HEIGHT}
          inSight={here}
          attributes={{
            class: 'scroller',
            role: 'listbox',
            tabIndex: 0,
            onKeyDown,
            'aria-label': 'Messages',
            ...(here === -1 ? {} : { 'aria-activedescendant': `rung-${here}` }),
          }}
          row={(index, style) => (
            <Rung
              key={index}
              row={rows.value[index] as LadderRow}
              index={index}
              count={rows.value.length}
              style={style}
              history={history}
              lanes={lanes.value}
              isHere={index === here}
            />
          )}
        />
      </div>
    </section>
  )
}

/** A checkbox: all rows, or only those about the chosen participant. */
export function Narrowing(): JSX.Element | null {
  const { key, isNarrowed } = view.value
  if (key === undefined) return null
  return (
    <label class="narrowing">
      <input
        type="checkbox"
        checked={isNarrowed}
        onChange={(event) => changeView({ isNarrowed: event.currentTarget.checked })}
      />{' '}
      only {laneName(key)}
    </label>
  )
}

function laneName(key: string): string {
  const participant = callAtMoment.value?.participants.get(key)
  return participant === undefined ? lastName(key) : nameOf(participant.identity)
}

/** The name of a participant that is not in the call at this moment: its latest name in the ladder. */
function lastName(key: string): string {
  const rows = call.value?.history.rowsAbout(key, moment.value) ?? []
  return rows.flatMap(({ conclusions }) => conclusions).findLast((conclusion) => conclusion.key === key)?.name ?? key
}

function nextRow(rows: readonly LadderRow[], here: number, step: number): LadderRow | undefined {
  const entry = rows[here]?.entry
  for (let place = here + step; place >= 0 && place < rows.length; place += Math.sign(step))
    if (rows[place]?.entry !== entry) return rows[place]
  return step > 0 ? rows.at(-1) : rows[0]
}

interface RungProps {
  readonly row: LadderRow
  readonly index: number
  readonly count: number
  readonly style: CSSProperties
  readonly history: Timeline
  readonly lanes: Lanes
  readonly isHere: boolean
}

function Rung({ row, index, count, style, history, lanes: { keys, hasOthers }, isHere }: RungProps): JSX.Element {
  const { at, direction, kind, text, mark, conclusions, entry } = row
  const begin = history.timeAt(1) ?? at
  const isAhead = entry >= moment.value
  const others = hasOthers ? conclusions.filter(({ key }) => !keys.includes(key)) : []
  return (
    <div
      role="option"
      id={`rung-${index}`}
      aria-selected={isHere}
      aria-posinset={index + 1}
      aria-setsize={count}
      style={style}
      onClick={() => goTo(entry + 1)}
      class={`rung way-${direction} what-${kind} ${mark === undefined ? '' : `mark-${mark.type}`} ${isAhead ? 'is-ahead' : ''} ${isHere ? 'is-here' : ''}`}
    >
      <span class="rung-time number">{formatDuration(at - begin)}</span>
      <span class="rung-wire">
        <span class="rung-words" title={mark === undefined ? text : `${text} (${mark.type}: ${mark.text})`}>
          {kind === 'intent' || kind === 'time' || kind === 'note' ? <i class="origin">{origins[kind]}</i> : ''}
          {mark === undefined ? '' : <i class="mark">{mark.type}</i>}
          {text}
        </span>
        <span class="arrow" aria-hidden="true" />
      </span>
      {keys.map((key) => (
        <Lane key={key} conclusion={conclusions.findLast((one) => one.key === key)} />
      ))}
      {hasOthers ? (
        <span class="lane of-others">
          {others.length === 0 ? (
            ''
          ) : others.length === 1 ? (
            <>
              <b class="lane-name">{others[0]?.name}</b> <Chip conclusion={others[0] as Conclusion} />
            </>
          ) : (
            <span class="many">{others.length.toLocaleString('en')} participants</span>
          )}
        </span>
      ) : (
        ''
      )}
    </div>
  )
}

const origins = { intent: 'app', time: 'clock', note: 'note' } as const

function Lane({ conclusion }: { readonly conclusion: Conclusion | undefined }): JSX.Element {
  return <span class="lane">{conclusion === undefined ? '' : <Chip conclusion={conclusion} />}</span>
}

function Chip({
  conclusion: { from, to, removal, ending, note, isMove, isAnnounced },
}: {
  readonly conclusion: Conclusion
}): JSX.Element {
  return (
    <span
      class={isMove ? 'concluded' : 'concluded is-detail'}
      title={`${note}${from !== to && !isAnnounced ? ' (not announced to the application)' : ''}`}
    >
      <StateChip state={to} removal={removal} />
      {ending !== undefined && from !== to ? <i class="cause">{ending.cause}</i> : ''}
    </span>
  )
}
