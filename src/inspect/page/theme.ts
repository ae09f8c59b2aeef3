/**
 * Light or dark: as the machine has it, or as somebody wants it here.
 * @module
 */
import { signal } from '@preact/signals'

/** What can be wanted. */
export type Theme = 'auto' | 'light' | 'dark'

const order: readonly Theme[] = ['auto', 'light', 'dark']

/** What is wanted. */
export const theme = signal<Theme>(remembered())

/** The next one. */
export function switchTheme(): void {
  theme.value = order[(order.indexOf(theme.value) + 1) % order.length] ?? 'auto'
  try {
    localStorage.setItem('rollcall.theme', theme.value)
  } catch {
    // A browser that remembers nothing still shows the page.
  }
}

/** Keeps the document as it is wanted. */
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
