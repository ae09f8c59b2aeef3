/**
 * The ladder: messages between bot and service, and the conclusions from each, one lane per participant.
 * @module
 */
import { useComputed } from '@preact/signals'
import type { JSX, CSSProperties } from 'preact'
import type { Conclusion, LadderRow } from '../../trace/ladder.ts'
import { formatCount, printable, shownName } from '../../trace/labels.ts'
import { EventList, RowText, RowTime } from './event-list.tsx'
import { laneWidths, lanesFor, type Lanes } from './lanes.ts'
import { call, grown, changeView, moment, callAtMoment, view } from './state.ts'
import { StateChip } from './state-chip.tsx'
import { shownRows } from './shown-rows.ts'
import { useWidth } from './use-width.ts'

/** Two lines of text above an arrow. */
const ROW_HEIGHT = 48

/** The ladder panel. */
export function LadderPanel(): JSX.Element {
  const rows = useComputed(() => shownRows(grown.value, call.value?.history, view.value, () => moment.value))
  const [panel, width] = useWidth<HTMLElement>()
  const history = call.value?.history
  const { key: chosen, isNarrowed } = view.value
  const lanes = lanesFor(callAtMoment.value?.participants, chosen, isNarrowed, width)
  const { keys, hasOthers } = lanes
  const template = {
    '--lanes': `${keys.length === 0 ? '' : `repeat(${keys.length}, ${laneWidths.lane}px)`} ${hasOthers ? 'var(--others)' : ''}`,
  } as CSSProperties
  return (
    <section ref={panel} class="panel ladder" aria-label="Ladder" style={template}>
      <Narrowing />
      {history === undefined || rows.value.length === 0 ? (
        <p class="empty">Nothing has happened yet.</p>
      ) : (
        <>
          <div class="rung lane-heads" aria-hidden="true">
            <span class="time">time</span>
            <span class="rung-wire">
              <b>bot</b>
              <b>service</b>
            </span>
            {keys.map((key) => (
              <b key={key} class={`lane-head ${key === chosen ? 'is-chosen' : ''}`} title={`${laneName(key)} (${key})`}>
                {laneName(key)}
              </b>
            ))}
            {hasOthers ? <b class="lane-head of-others">{keys.length === 0 ? 'participants' : 'others'}</b> : ''}
          </div>
          <EventList
            rows={rows.value}
            history={history}
            rowHeight={ROW_HEIGHT}
            label="Messages"
            name="rung"
            classOf={({ direction, mark }) => `way-${direction} ${mark === undefined ? '' : `mark-${mark.type}`}`}
            cells={(row) => (
              <>
                <RowTime row={row} history={history} />
                <span class="rung-wire">
                  <RowText row={row} origin={origins[row.kind as keyof typeof origins]} />
                  <span class="arrow" aria-hidden="true" />
                </span>
                <LaneCells row={row} lanes={lanes} chosen={chosen} />
              </>
            )}
          />
        </>
      )}
    </section>
  )
}

/** A checkbox: all rows, or only those about the chosen participant. */
export function Narrowing(): JSX.Element | null {
  const { key, isNarrowed } = view.value
  if (key === undefined) return null
  return (
    <label class="narrowing" title={laneName(key)}>
      <input
        type="checkbox"
        checked={isNarrowed}
        onChange={(event) => changeView({ isNarrowed: event.currentTarget.checked })}
      />
      <span>only {laneName(key)}</span>
    </label>
  )
}

function laneName(key: string): string {
  const participant = callAtMoment.value?.participants.get(key)
  return participant === undefined ? printable(lastName(key)) : shownName(participant.identity)
}

/** The name of a participant that is not in the call at this moment: its latest name in the ladder. */
function lastName(key: string): string {
  const rows = call.value?.history.rowsAbout(key, moment.value) ?? []
  return rows.flatMap(({ conclusions }) => conclusions).findLast((conclusion) => conclusion.key === key)?.name ?? key
}

/** Where events inside the bot come from. */
const origins = { intent: 'app', time: 'clock', note: 'note' } as const

interface LaneCellsProps {
  readonly row: LadderRow
  readonly lanes: Lanes
  readonly chosen: string | undefined
}

function LaneCells({ row: { conclusions }, lanes: { keys, hasOthers }, chosen }: LaneCellsProps): JSX.Element {
  const others = hasOthers ? conclusions.filter(({ key }) => !keys.includes(key)) : []
  return (
    <>
      {keys.map((key) => {
        const conclusion = conclusions.findLast((one) => one.key === key)
        return (
          <span key={key} class="lane">
            {conclusion === undefined ? '' : <ConclusionChip conclusion={conclusion} />}
          </span>
        )
      })}
      {hasOthers ? (
        <span class="lane of-others">{others.length === 0 ? '' : <Shared all={others} chosen={chosen} />}</span>
      ) : (
        ''
      )}
    </>
  )
}

/** Several participants in one lane: the chosen one, the only one, or how many there are. */
function Shared({
  all,
  chosen,
}: {
  readonly all: readonly Conclusion[]
  readonly chosen: string | undefined
}): JSX.Element {
  const count = new Set(all.map(({ key }) => key)).size
  const shown = all.findLast(({ key }) => key === chosen) ?? (count === 1 ? all.at(-1) : undefined)
  if (shown === undefined) return <span class="many">{formatCount(count, 'participant')}</span>
  return (
    <>
      <b class="lane-name" title={printable(shown.name)}>
        <span>{printable(shown.name)}</span>
        {count > 1 ? <i>+{count - 1}</i> : ''}
      </b>
      <ConclusionChip conclusion={shown} />
    </>
  )
}

function ConclusionChip({
  conclusion: { from, to, removal, ending, note, isMove, isAnnounced },
}: {
  readonly conclusion: Conclusion
}): JSX.Element {
  return (
    <span
      class={isMove ? 'concluded' : 'concluded is-detail'}
      title={`${printable(note)}${from !== to && !isAnnounced ? ' (not announced to the application)' : ''}`}
    >
      <StateChip state={to} removal={removal} />
      {ending !== undefined && from !== to ? <i class="cause">{ending.cause}</i> : ''}
    </span>
  )
}
