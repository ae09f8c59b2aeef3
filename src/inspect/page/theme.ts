/**
 * The colour theme: the system's, or the user's choice.
 * @module
 */
import { signal } from '@preact/signals'

/** A theme; `auto` follows the system. */
export type Theme = 'auto' | 'light' | 'dark'

const order: readonly Theme[] = ['auto', 'light', 'dark']

/** The chosen theme. */
export const theme = signal<Theme>(remembered())

/** Switches to the next theme. */
export function switchTheme(): void {
  theme.value = order[(order.indexOf(theme.value) + 1) % order.length] ?? 'auto'
  try {
    localStorage.setItem('rollcall.theme', theme.value)
  } catch {
    // Without storage the choice lasts until the page closes.
  }
}

/** Applies the theme to the document. */
export function applyTheme(): void {
  document.documentElement.dataset['theme'] = theme.value
}

function remembered(): Theme {
  try {
    return order.find((known) => known === localStorage.getItem('rollcall.theme')) ?? 'auto'
  } catch {
    return 'auto'
  }
}
