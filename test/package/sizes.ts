/**
 * How large each import may be: bytes of a bundle with all of it, minified and compressed by gzip, dependencies included
 * and peers left out.
 *
 * A change that makes an import larger than its size here and the slack fails the test, which prints the sizes: enter the
 * new one if what it brings is worth that. One that makes it much smaller fails as well, so that the sizes stay true.
 * @module
 */

/** How far a size may be from the one in the table, as a part of it. */
export const SLACK = 0.04

/** Import → bytes. */
export const sizes: Readonly<Record<string, number>> = {
  rollcall: 66_600,
  'rollcall/machine': 5_000,
  'rollcall/graph': 26_100,
  'rollcall/sqlite': 7_800,
  'rollcall/simulator': 35_000,
  'rollcall/emulator': 46_300,
  'rollcall/inspect': 59_300,
  'rollcall/opentelemetry': 2_000,
  'rollcall/testing': 137_500,
}
