/**
 * A list of rows of equal height that renders only the visible ones, so that its length does not matter.
 * @module
 */
import type { ComponentChildren, JSX, CSSProperties, HTMLAttributes } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

/** Options of a list. */
export interface VirtualListProps {
  readonly count: number
  readonly rowHeight: number
  /** Renders a row; `style` positions it. */
  readonly row: (index: number, style: CSSProperties) => ComponentChildren
  /** Index of the row to keep visible; the list scrolls to it when it changes. */
  readonly inSight?: number | undefined
  /** Attributes of the scrolling element. */
  readonly attributes?: HTMLAttributes<HTMLDivElement> | undefined
  /** Stays above the rows, inside the scrolling element; `headHeight` is its height in pixels. */
  readonly head?: ComponentChildren
  readonly headHeight?: number | undefined
  /** The role of the element around the rows. */
  readonly bodyRole?: 'rowgroup' | 'presentation' | undefined
}

/** Rows rendered beyond each edge, so that scrolling shows no gaps. */
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
