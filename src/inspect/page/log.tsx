/**
 * The log: every event with its outcome, and the details of the current one.
 * @module
 */
import { signal, useComputed } from '@preact/signals'
import type { JSX } from 'preact'
import type { LadderRow } from '../../trace/ladder.ts'
import { formatCount, printable } from '../../trace/labels.ts'
import type { Timeline } from '../../trace/timeline.ts'
import { EventList, RowText, RowTime } from './event-list.tsx'
import { Narrowing } from './ladder.tsx'
import { shownRows } from './shown-rows.ts'
import { call, grown, moment, view } from './state.ts'
import { useWidth } from './use-width.ts'

/** Height of a line in pixels; a narrow log has two lines for each event. */
const ROW_HEIGHT = 26

/** The panel's width in pixels from which an event has a single line. */
const WIDE = 760

const search = signal('')
const isOnlyMarked = signal(false)

/** The log panel. */
export function LogPanel(): JSX.Element {
  const rows = useComputed(() => {
    const needle = search.value.trim().toLowerCase()
    return shownRows(grown.value, call.value?.history, view.value, () => moment.value).filter(
      (row) =>
        row.kind !== 'request' &&
        (!isOnlyMarked.value || row.mark !== undefined) &&
        (needle === '' || textOf(row).toLowerCase().includes(needle)),
    )
  })
  const [panel, width] = useWidth<HTMLElement>()
  const history = call.value?.history
  return (
    <section ref={panel} class={`panel log ${width < WIDE ? 'is-narrow' : ''}`} aria-label="Log">
      <div class="filters">
        <input
          type="search"
          aria-label="Find an event"
          placeholder="Find an event"
          value={search.value}
          onInput={(event) => {
            search.value = event.currentTarget.value
          }}
        />
        <label>
          <input
            type="checkbox"
            checked={isOnlyMarked.value}
            onChange={(event) => {
              isOnlyMarked.value = event.currentTarget.checked
            }}
          />
          <span>only marked rows: failed, lost or without effect</span>
        </label>
        <Narrowing />
      </div>
      {history === undefined || rows.value.length === 0 ? (
        <p class="empty">
          {history === undefined || history.length === 0 ? 'Nothing has happened yet.' : 'No such event.'}
        </p>
      ) : (
        <EventList
          rows={rows.value}
          history={history}
          rowHeight={width < WIDE ? ROW_HEIGHT * 2 : ROW_HEIGHT}
          label="Events"
          name="line"
          cells={(row) => <LineCells row={row} history={history} />}
        />
      )}
      <Details />
    </section>
  )
}

function LineCells({ row, history }: { readonly row: LadderRow; readonly history: Timeline }): JSX.Element {
  const isEvent = 'event' in (history.entries[row.entry] ?? {})
  const who = whoOf(row)
  return (
    <>
      <span class="number">{isEvent ? history.eventsBefore(row.entry + 1) + (call.value?.first ?? 0) : ''}</span>
      <RowTime row={row} history={history} />
      <span class="type">{typeOf(row)}</span>
      <RowText row={row} />
      <span class="who" title={who}>
        {who}
      </span>
    </>
  )
}

/** How many participants of a row are named. */
const NAMED = 2

function whoOf({ conclusions }: LadderRow): string {
  return conclusions.length > NAMED
    ? formatCount(conclusions.length, 'participant')
    : conclusions.map(({ name, to }) => `${printable(name)} ${to}`).join(', ')
}

function typeOf({ entry, kind }: LadderRow): string {
  const one = call.value?.history.entries[entry]
  return one !== undefined && 'event' in one ? one.event.type : kind
}

function textOf(row: LadderRow): string {
  return [
    row.text,
    typeOf(row),
    row.mark?.type,
    row.mark?.text,
    ...row.conclusions.slice(0, 100).flatMap(({ name, to, note }) => [name, to, note]),
  ].join(' ')
}

function Details(): JSX.Element {
  const history = call.value?.history
  const entry = history?.entries[moment.value - 1]
  if (history === undefined || entry === undefined) return <p class="empty">Nothing has happened before this moment.</p>
  const frame = history.frameAt(moment.value)
  const row = history.rows[history.rowOf(moment.value - 1)]
  return (
    <div class="details">
      <h2>
        {frame?.event.type ?? 'no event'}{' '}
        {row?.mark === undefined ? (
          ''
        ) : (
          <span class="quiet">
            {row.mark.type}: {row.mark.text}
          </span>
        )}
      </h2>
      {frame === undefined ? (
        <Json title="Line" value={entry} isOpen />
      ) : (
        <>
          <Json title="Event" value={frame.event} isOpen />
          {frame.changes.length === 0 ? '' : <Json title={`Changes (${frame.changes.length})`} value={frame.changes} />}
          {frame.effects.length === 0 ? '' : <Json title={`Effects (${frame.effects.length})`} value={frame.effects} />}
        </>
      )}
    </div>
  )
}

/** How many characters of a value are shown. */
const LONGEST_JSON = 20_000

function Json({
  title,
  value,
  isOpen = false,
}: {
  readonly title: string
  readonly value: unknown
  readonly isOpen?: boolean
}): JSX.Element {
  const text = JSON.stringify(value, null, 2)
  return (
    <details open={isOpen}>
      <summary>{title}</summary>
      <pre tabIndex={0} aria-label={title}>
        {text.length > LONGEST_JSON
          ? `${text.slice(0, LONGEST_JSON)}\n… and ${(text.length - LONGEST_JSON).toLocaleString('en')} more characters`
          : text}
      </pre>
    </details>
  )
}
