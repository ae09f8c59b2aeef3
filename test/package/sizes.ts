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
  rollcall: 69_200,
  'rollcall/machine': 5_000,
  'rollcall/graph': 27_700,
  'rollcall/sqlite': 10_000,
  'rollcall/simulator': 37_500,
  'rollcall/emulator': 49_500,
  'rollcall/inspect': 60_600,
  'rollcall/opentelemetry': 3_900,
  'rollcall/testing': 145_800,
}
