/**
 * A list of rows of one height of which only the visible ones exist, so that its length does not matter.
 * @module
 */
import type { ComponentChildren, JSX, CSSProperties, HTMLAttributes } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

/** How a list is made. */
export interface VirtualListProps {
  readonly count: number
  readonly rowHeight: number
  /** Draws a row; `style` puts it in its place. */
  readonly row: (index: number, style: CSSProperties) => ComponentChildren
  /** The row that has to be in sight; it is scrolled to when it changes. */
  readonly inSight?: number | undefined
  /** Attributes of the scrolling element. */
  readonly attributes?: HTMLAttributes<HTMLDivElement> | undefined
  /** What stays on top of the rows, inside the scrolling element, and how high it is. */
  readonly head?: ComponentChildren
  readonly headHeight?: number | undefined
  /** The role of what the rows are in. */
  readonly bodyRole?: 'rowgroup' | 'presentation' | undefined
}

/** Rows that are drawn beyond each edge, so that scrolling shows no gaps. */
const BEYOND = 8

/** The list. */
export function VirtualList({
  count,
  rowHeight,
  row,
  inSight,
  attributes,
  head,
  headHeight = 0,
  bodyRole = 'presentation',
}: VirtualListProps): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null)
  const [{ top, height }, setWindow] = useState({ top: 0, height: 600 })
  const measure = (): void => {
    const element = scroller.current
    if (element !== null) setWindow({ top: element.scrollTop, height: element.clientHeight })
  }
  useLayoutEffect(() => {
    measure()
    const observer = new ResizeObserver(measure)
    if (scroller.current !== null) observer.observe(scroller.current)
    return () => observer.disconnect()
  }, [])
  useEffect(() => {
    const element = scroller.current
    if (element === null || inSight === undefined || inSight < 0) return
    const [begin, end] = [inSight * rowHeight, (inSight + 1) * rowHeight]
    const room = element.clientHeight - headHeight
    if (begin < element.scrollTop || end > element.scrollTop + room)
      element.scrollTop = begin < element.scrollTop ? begin : end - room
  }, [inSight, count, height])
  const first = Math.max(0, Math.floor(top / rowHeight) - BEYOND)
  const end = Math.min(count, Math.ceil((top + height) / rowHeight) + BEYOND)
  return (
    <div {...attributes} ref={scroller} onScroll={measure}>
      {head}
      <div role={bodyRole} class="rows" style={{ height: `${count * rowHeight}px` }}>
        {Array.from({ length: Math.max(0, end - first) }, (_, offset) =>
          row(first + offset, { top: `${(first + offset) * rowHeight}px`, height: `${rowHeight}px` }),
        )}
      </div>
    </div>
  )
}
