/**
 * A list of a call's rows with the current moment: the frame of ladder and log. Keys and clicks choose the moment.
 * @module
 */
import type { ComponentChildren, CSSProperties, JSX, TargetedKeyboardEvent } from 'preact'
import type { Timeline } from '../../trace/timeline.ts'
import type { LadderRow, Mark } from '../../trace/ladder.ts'
import { formatDuration, printable } from '../../trace/labels.ts'
import { rowPlace } from './shown-rows.ts'
import { goTo, moment } from './state.ts'
import { VirtualList } from './virtual-list.tsx'

/** Options of a list. */
export interface EventListProps {
  readonly rows: readonly LadderRow[]
  readonly history: Timeline
  readonly rowHeight: number
  /** The list's name for screen readers. */
  readonly label: string
  /** Starts the ids of the rows, and is their class. */
  readonly name: string
  /** Further classes of a row. */
  readonly classOf?: ((row: LadderRow) => string) | undefined
  /** What a row shows. */
  readonly cells: (row: LadderRow) => ComponentChildren
}

/** The list. */
export function EventList({ rows, rowHeight, label, name, classOf, cells }: EventListProps): JSX.Element {
  const now = moment.value
  const here = rowPlace(rows, now)
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLElement>): void => {
    const step = steps[event.key]
    const row = step === undefined ? undefined : nextRow(rows, here, step)
    if (row === undefined) return
    event.preventDefault()
    goTo(row.entry + 1)
  }
  const drawRow = (index: number, style: CSSProperties): JSX.Element => {
    const row = rows[index] as LadderRow
    const isHere = index === here && row.entry === now - 1
    return (
      <div
        key={index}
        role="option"
        id={`${name}-${index}`}
        aria-selected={isHere}
        aria-posinset={index + 1}
        aria-setsize={rows.length}
        style={style}
        onClick={() => goTo(row.entry + 1)}
        class={`${name} ${classOf?.(row) ?? ''} ${row.entry >= now ? 'is-ahead' : ''} ${isHere ? 'is-here' : ''}`}
      >
        {cells(row)}
      </div>
    )
  }
  return (
    <VirtualList
      count={rows.length}
      rowHeight={rowHeight}
      inSight={here}
      attributes={{
        class: 'scroller',
        role: 'listbox',
        tabIndex: 0,
        onKeyDown,
        'aria-label': label,
        ...(here === -1 ? {} : { 'aria-activedescendant': `${name}-${here}` }),
      }}
      row={drawRow}
    />
  )
}

/** How many rows each key moves. */
const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12 }

function nextRow(rows: readonly LadderRow[], here: number, step: number): LadderRow | undefined {
  const entry = rows[here]?.entry
  for (let place = here + step; place >= 0 && place < rows.length; place += Math.sign(step))
    if (rows[place]?.entry !== entry) return rows[place]
  return step > 0 ? rows.at(-1) : rows[0]
}

/** The time of a row since the first, as the terminal shows it. */
export function RowTime({ row, history }: { readonly row: LadderRow; readonly history: Timeline }): JSX.Element {
  return <span class="time number">{formatDuration(row.at - (history.timeAt(1) ?? row.at))}</span>
}

/** The text of a row, with its mark. */
export function RowText({
  row: { text, mark },
  origin,
}: {
  readonly row: LadderRow
  /** Where an event inside the bot comes from. */
  readonly origin?: string | undefined
}): JSX.Element {
  const shown = printable(text)
  return (
    <span class="words" title={mark === undefined ? shown : `${shown} (${mark.type}: ${mark.text})`}>
      {origin === undefined ? '' : <i class="origin">{origin}</i>}
      {mark === undefined ? '' : <MarkLabel mark={mark} />}
      {shown}
    </span>
  )
}

function MarkLabel({ mark }: { readonly mark: Mark }): JSX.Element {
  return <i class={`mark mark-${mark.type}`}>{mark.type}</i>
}
