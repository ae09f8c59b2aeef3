/**
 * Runs: how often chance is tried. The quick suite tries enough to notice what breaks; the full suite, which sets
 * ROLLCALL_FULL=1, tries more of the same.
 * @module
 */

/** The first number in the quick suite, the second in the full one. */
export function runs(quick: number, full: number): number {
  return process.env['ROLLCALL_FULL'] === '1' ? full : quick
}
