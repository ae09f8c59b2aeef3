/**
 * The log: every event with its outcome, and the details of the current one.
 * @module
 */
import { signal, useComputed } from '@preact/signals'
import type { JSX, CSSProperties, TargetedKeyboardEvent } from 'preact'
import type { LadderRow } from '../../trace/ladder.ts'
import { formatDuration } from '../../trace/labels.ts'
import { Narrowing } from './ladder.tsx'
import { rowPlace, shownRows } from './shown-rows.ts'
import { call, grown, goTo, moment, view } from './state.ts'
import { VirtualList } from './virtual-list.tsx'

const ROW_HEIGHT = 28

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
  const here = rowPlace(rows.value, moment.value)
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLElement>): void => {
    const step = ({ ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12 } as Readonly<Record<string, number>>)[
      event.key
    ]
    if (step === undefined) return
    event.preventDefault()
    const row = rows.value[Math.max(0, Math.min(rows.value.length - 1, here + step))]
    if (row !== undefined) goTo(row.entry + 1)
  }
  return (
    <section class="panel log" aria-label="Log">
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
          />{' '}
          only marked rows: failed, lost or without effect
        </label>
        <Narrowing />
      </div>
      {rows.value.length === 0 ? (
        <p class="empty">No such event.</p>
      ) : (
        <VirtualList
          count={rows.value.length}
          rowHeight={ROW_HEIGHT}
          inSight={here}
          attributes={{
            class: 'scroller',
            role: 'listbox',
            tabIndex: 0,
            onKeyDown,
            'aria-label': 'Events',
            ...(here === -1 ? {} : { 'aria-activedescendant': `event-${here}` }),
          }}
          row={(index, style) => (
            <Line
              key={index}
              row={rows.value[index] as LadderRow}
              index={index}
              count={rows.value.length}
              style={style}
              isHere={index === here && rows.value[index]?.entry === moment.value - 1}
            />
          )}
        />
      )}
      <Details />
    </section>
  )
}

interface LineProps {
  readonly row: LadderRow
  readonly index: number
  readonly count: number
  readonly style: CSSProperties
  readonly isHere: boolean
}

function Line({ row, index, count, style, isHere }: LineProps): JSX.Element {
  const begin = call.value?.history.timeAt(1) ?? row.at
  return (
    <div
      role="option"
      id={`event-${index}`}
      aria-selected={isHere}
      aria-posinset={index + 1}
      aria-setsize={count}
      style={style}
      onClick={() => goTo(row.entry + 1)}
      class={`line ${row.entry >= moment.value ? 'is-ahead' : ''} ${isHere ? 'is-here' : ''}`}
    >
      <span class="number">{row.entry + 1 + (call.value?.first ?? 0)}</span>
      <span class="number">{formatDuration(row.at - begin)}</span>
      <span class="type">{typeOf(row)}</span>
      <span class="words">
        {row.mark === undefined ? (
          ''
        ) : (
          <i class={`mark mark-${row.mark.type}`} title={row.mark.text}>
            {row.mark.type}
          </i>
        )}
        {row.text}
      </span>
      <span class="who">
        {row.conclusions.length === 0
          ? ''
          : row.conclusions.length > 2
            ? `${row.conclusions.length.toLocaleString('en')} participants`
            : row.conclusions.map(({ name, to }) => `${name} ${to}`).join(', ')}
      </span>
    </div>
  )
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
