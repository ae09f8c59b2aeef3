/**
 * The icons of the buttons, drawn here so that no font is needed.
 * @module
 */
import type { JSX } from 'preact'

/** Filled shapes in a 16 × 16 square. */
const shapes = {
  first: 'M3 3h2v10H3zM13 3v10L6 8z',
  back: 'M11 3v10L4 8z',
  play: 'M4 2.5v11L13 8z',
  pause: 'M4 3h3v10H4zM9 3h3v10H9z',
  on: 'M5 3v10l7-5z',
  last: 'M11 3h2v10h-2zM3 3v10l7-5z',
  close: 'M4.4 3 8 6.6 11.6 3 13 4.4 9.4 8l3.6 3.6-1.4 1.4L8 9.4 4.4 13 3 11.6 6.6 8 3 4.4z',
  auto: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zm0 1.6v8.8a4.4 4.4 0 0 0 0-8.8z',
  light:
    'M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM7.3 1h1.4v2.4H7.3zm0 11.6h1.4V15H7.3zM1 7.3h2.4v1.4H1zm11.6 0H15v1.4h-2.4zM2.6 3.6l1-1 1.7 1.7-1 1zm8.1 8.1 1-1 1.7 1.7-1 1zm1.7-9.1 1 1-1.7 1.7-1-1zm-8.1 8.1 1 1-1.7 1.7-1-1z',
  dark: 'M6 2.3A6 6 0 1 0 13.7 10 5 5 0 0 1 6 2.3z',
  muted:
    'M2.6 1.6 14.4 13.4l-1 1-3-3A4 4 0 0 1 8.7 12v2H7.3v-2A4 4 0 0 1 4 8h1.3a2.7 2.7 0 0 0 4 2.4l-1-1A2 2 0 0 1 6 7.5V7L1.6 2.6zM10 8.2 6 4.2V4a2 2 0 0 1 4 0z',
  help: 'M8 1.5a3.6 3.6 0 0 1 3.6 3.6c0 1.6-.9 2.3-1.7 2.9-.7.5-1 .8-1 1.5v.6H7.2v-.7c0-1.5.9-2.2 1.7-2.8.6-.5 1-.8 1-1.5A1.9 1.9 0 0 0 6.1 5.1H4.4A3.6 3.6 0 0 1 8 1.5zM7.1 12h1.9v2H7.1z',
} as const

/** One icon. Without a title it is hidden from screen readers; the enclosing element has the label. */
export function Icon({ of, title }: { readonly of: keyof typeof shapes; readonly title?: string }): JSX.Element {
  const meaning = title === undefined ? { 'aria-hidden': true } : { role: 'img' as const, 'aria-label': title }
  return (
    <svg class="drawn" viewBox="0 0 16 16" width="14" height="14" {...meaning}>
      <path fill-rule="evenodd" d={shapes[of]} />
    </svg>
  )
}
