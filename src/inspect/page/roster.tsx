/**
 * The participants of the call at the moment: sorted, filtered, counted.
 * @module
 */
import { useComputed } from '@preact/signals'
import type { JSX, CSSProperties, TargetedKeyboardEvent } from 'preact'
import type { Participant, ParticipantState } from '../../participant/participant.ts'
import { formatDuration, shownName } from '../../trace/labels.ts'
import { Icon } from './icon.tsx'
import { rosterView, sinceOf, stateOrder, type SortColumn } from '../roster-view.ts'
import { call, choose, changeView, moment, callAtMoment, view } from './state.ts'
import { StateChip } from './state-chip.tsx'
import { VirtualList } from './virtual-list.tsx'

/** Pixels: a row has two lines, the head one. */
const [ROW_HEIGHT, HEAD_HEIGHT] = [46, 32]

const columns: readonly { readonly sort: SortColumn; readonly title: string; readonly explained: string }[] = [
  { sort: 'order', title: '#', explained: 'order of introduction' },
  { sort: 'name', title: 'Name', explained: 'name' },
  { sort: 'state', title: 'State', explained: 'state' },
  { sort: 'since', title: 'For', explained: 'time in this state' },
  { sort: 'ending', title: 'Ended', explained: 'how it ended' },
]

/** The roster table. */
export function RosterPanel(): JSX.Element {
  const table = useComputed(() => rosterView(callAtMoment.value?.participants.values() ?? [], view.value))
  const { rows, counts, total } = table.value
  const { key, search, states } = view.value
  const now = call.value?.history.timeAt(moment.value) ?? 0
  const chosenRow = rows.findIndex((row) => row.key === key)

  const onKeyDown = (event: TargetedKeyboardEvent<HTMLElement>): void => {
    const step = ({ ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12 } as Readonly<Record<string, number>>)[
      event.key
    ]
    if (step === undefined || event.target instanceof HTMLButtonElement) return
    event.preventDefault()
    const next =
      rows[Math.max(0, Math.min(rows.length - 1, chosenRow + (chosenRow === -1 && step < 0 ? rows.length : step)))]
    if (next !== undefined) choose(next.key)
  }

  return (
    <section class="panel roster" aria-label="Participants">
      <div class="filters">
        <input
          type="search"
          id="search"
          aria-label="Find a participant"
          placeholder="Find a participant"
          value={search}
          onInput={(event) => changeView({ search: event.currentTarget.value })}
        />
        <div class="chips" role="group" aria-label="Show only these states">
          {stateOrder.map((state) => (
            <button
              type="button"
              key={state}
              class={`chip state-${state}`}
              aria-pressed={states.includes(state)}
              onClick={() => changeView({ states: toggled(states, state) })}
            >
              {state} <b>{counts[state].toLocaleString('en')}</b>
            </button>
          ))}
        </div>
      </div>
      <VirtualList
        count={rows.length}
        rowHeight={ROW_HEIGHT}
        headHeight={HEAD_HEIGHT}
        inSight={chosenRow}
        bodyRole="rowgroup"
        attributes={{
          class: 'scroller grid',
          role: 'grid',
          tabIndex: 0,
          onKeyDown,
          'aria-label': 'Roster',
          'aria-rowcount': rows.length + 1,
          ...(chosenRow === -1 ? {} : { 'aria-activedescendant': `person-${chosenRow}` }),
        }}
        head={<Head />}
        row={(index, style) => (
          <Row
            key={rows[index]?.key}
            participant={rows[index] as Participant}
            index={index}
            style={style}
            isChosen={index === chosenRow}
            now={now}
          />
        )}
      />
      <p class="foot" role="status">
        {rows.length === total
          ? `${total.toLocaleString('en')} in total`
          : `${rows.length.toLocaleString('en')} of ${total.toLocaleString('en')}`}
        {rows.length === total ? (
          ''
        ) : (
          <button type="button" class="plain" onClick={() => changeView({ states: [], search: '' })}>
            show all
          </button>
        )}
      </p>
    </section>
  )
}

function Head(): JSX.Element {
  const { sort, isDescending } = view.value
  return (
    <div role="rowgroup" class="head">
      <div role="row" aria-rowindex={1} class="columns">
        {columns.map((column) => (
          <span
            role="columnheader"
            key={column.sort}
            aria-sort={sort !== column.sort ? 'none' : isDescending ? 'descending' : 'ascending'}
          >
            <button
              type="button"
              class="plain"
              title={`Sort by ${column.explained}`}
              onClick={() => changeView({ sort: column.sort, isDescending: sort === column.sort && !isDescending })}
            >
              {column.title}
              {sort === column.sort ? <i aria-hidden="true">{isDescending ? '▾' : '▴'}</i> : ''}
            </button>
          </span>
        ))}
      </div>
    </div>
  )
}

interface RowProps {
  readonly participant: Participant
  readonly index: number
  readonly style: CSSProperties
  readonly isChosen: boolean
  readonly now: number
}

function Row({ participant, index, style, isChosen, now }: RowProps): JSX.Element {
  const { key, identity, state, removal, ending, ordinal, isMuted } = participant
  const name = shownName(identity)
  return (
    <div
      role="row"
      id={`person-${index}`}
      aria-rowindex={index + 2}
      aria-selected={isChosen}
      class="person"
      style={style}
      onClick={() => choose(isChosen ? undefined : key)}
    >
      <span role="gridcell" class="number place">
        {ordinal + 1}
      </span>
      <span role="gridcell" class="name" title={`${name} (${key})`}>
        <span>{name}</span>
        {isMuted ? <Icon of="muted" title="muted" /> : ''}
      </span>
      <span role="gridcell" class="in-state">
        <StateChip state={state} removal={removal} />
      </span>
      <span role="gridcell" class="number since">
        {formatDuration(now - sinceOf(participant))}
      </span>
      <span role="gridcell" class="ending" title={ending === undefined ? undefined : `${ending.cause} by ${ending.by}`}>
        {ending === undefined ? '' : ending.cause}
      </span>
    </div>
  )
}

function toggled(states: readonly ParticipantState[], state: ParticipantState): readonly ParticipantState[] {
  return states.includes(state) ? states.filter((other) => other !== state) : [...states, state]
}
