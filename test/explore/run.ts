/**
 * `npm run explore [-- --all] [--max-states N] [--at-least N]`: explores the scopes, prints how far it is, and ends with
 * one line, `N states, depth D, 0 violations` — or with the shortest bad history.
 *
 * Without arguments: the first plot under every reading and fault to the last state, and of every other scope the
 * first states. `--all` goes through everything (some 10 million states); with `--at-least N` there are no more scopes
 * explored to the last state once there are so many.
 */
import { parseArgs } from 'node:util'
import { explore } from '../../src/testing/explore/explore.ts'
import { scopes } from '../../src/testing/explore/scopes.ts'

const { values } = parseArgs({ options: { all: { type: 'boolean' }, 'max-states': { type: 'string' }, 'at-least': { type: 'string' } } })

/** Scopes of the first plot: 16 readings, three kinds of fault. They are explored to the last state. */
const WHOLE = 48

/** How far every other scope is explored when not all of it is asked for. */
const SAMPLE = Number(values['max-states'] ?? 1_000)

/** How many states are enough to go no further than a sample. */
const ENOUGH = Number(values['at-least'] ?? Infinity)

let states = 0
let depth = 0
let cut = 0
let shown = Date.now()
for (const [index, scope] of scopes.entries()) {
  const maxStates = values.all === true || (index < WHOLE && states < ENOUGH) ? Infinity : SAMPLE
  const found = explore(scope, { maxStates, onProgress: (seen) => show(`${states + seen} states, scope ${index + 1} of ${scopes.length}`) })
  states += found.states
  depth = Math.max(depth, found.depth)
  if (found.violation !== undefined) {
    console.log(`${scope.name}: ${found.violation.what}\n${found.violation.history.map((move, place) => `  ${place + 1}. ${move}`).join('\n')}`)
    console.log(`${states} states, depth ${depth}, 1 violation`)
    process.exit(1)
  }
  if (!found.isExhaustive) cut += 1
  show(`${states} states, scope ${index + 1} of ${scopes.length}`)
}
console.log(`${scopes.length - cut} scopes explored to the last state, ${cut} up to ${SAMPLE} states each`)
console.log(`${states} states, depth ${depth}, 0 violations`)

/** At most one line a second. */
function show(line: string): void {
  if (Date.now() - shown < 1_000) return
  shown = Date.now()
  console.log(line)
}
