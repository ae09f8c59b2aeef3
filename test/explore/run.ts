/**
 * `npm run explore [-- --at-least N] [--all] [--max-states N] [--only TEXT]`: explores the scopes by turns, prints how
 * far it is, says what was explored to the last state and what was cut short, and ends with one line,
 * `N states, depth D, 0 violations` — or with the shortest bad history of its scope.
 *
 * By turns: every scope may visit so many states, then those in which messages are only late go to their last state,
 * then every scope may visit twice as many, and so on, until there are `--at-least` states (a million unless said
 * otherwise) or nothing is left; so a large scope takes nothing from a small one. `--all` goes through everything,
 * `--max-states` limits each scope, `--only` takes the scopes with that in their name.
 *
 * What is counted: distinct states of each scope. No two scopes are the same world, so no state is counted twice.
 */
import { explorationOf } from '../../src/testing/explore/explore.ts'
import { Explorer } from '../../src/testing/explore/explorer.ts'
import { scopes } from '../../src/testing/explore/scopes.ts'
import type { Readings, Scope } from '../../src/testing/explore/world.ts'
import { saveTrace } from '../../src/testing/report/save-trace.ts'
import { rollcallSystem } from '../../src/testing/system.ts'
import { readArguments, refuse } from '../histories/arguments.ts'

const values = readArguments({ all: { type: 'boolean', default: false }, 'max-states': { type: 'string' }, 'at-least': { type: 'string' }, only: { type: 'string', default: '' } })

/** States a scope may visit in the first turn. */
const FIRST_TURN = 250

const enough = values.all ? Infinity : countOf('at-least', 1_000_000)
const most = countOf('max-states', Infinity)
const chosen = scopes.filter(({ name }) => name.includes(values.only))
if (chosen.length === 0) refuse(`--only is part of the name of a scope, like ${JSON.stringify(scopes[0]?.name)}, not ${JSON.stringify(values.only)}`)
const explorers: Explorer[] = []
let depth = 0
// The first line of progress is written at once.
let shown = 0

for (const scope of chosen) {
  const explorer = new Explorer(scope, rollcallSystem)
  explorers.push(explorer)
  goOn(explorer, FIRST_TURN)
}
for (const explorer of explorers) if (isPlain(explorer.scope)) goOn(explorer, Infinity)
for (let turn = FIRST_TURN * 2; hasMore(turn); turn *= 2) for (const explorer of explorers) if (total() < enough) goOn(explorer, turn)
conclude()

/** Messages are late and overtake each other, and nothing else goes wrong. */
function isPlain({ faults }: Scope): boolean {
  return Object.values(faults).every((count) => count === 0)
}

function hasMore(turn: number): boolean {
  return total() < enough && turn < most * 2 && explorers.some(({ isDone }) => !isDone)
}

function goOn(explorer: Explorer, turn: number): void {
  if (!explorer.isDone) explorer.advance(Math.min(turn, most))
  depth = Math.max(depth, explorer.depth)
  if (explorer.finding !== undefined) fail(explorer)
  show(`${total()} states, ${explorers.filter(({ isDone }) => isDone).length} of ${chosen.length} scopes to the last state`)
}

function total(): number {
  return explorers.reduce((sum, { states }) => sum + states, 0)
}

function fail(explorer: Explorer): never {
  const { scope, violation } = explorationOf(explorer)
  if (violation === undefined) throw new TypeError('A finding is a violation.')
  console.log(`${violation.report}\n\ntrace: ${saveTrace(violation.trace, `explore ${scope}`)}`)
  console.log(`${total()} states, depth ${depth}, 1 violation`)
  process.exit(1)
}

function conclude(): void {
  const groups = new Map<string, Explorer[]>()
  for (const explorer of explorers) for (const group of groupsOf(explorer.scope)) groups.set(group, [...(groups.get(group) ?? []), explorer])
  for (const group of [...groups.keys()].sort()) console.log(`${group}: ${countsOf(groups.get(group) ?? [])}`)
  console.log(`all: ${countsOf(explorers)}`)
  console.log(`${total()} states, depth ${depth}, 0 violations`)
}

/** What a scope is counted among: its plot, its faults, and each of its readings that its plot is told under both ways. */
function groupsOf({ name, acts, readings }: Scope): readonly string[] {
  const [, plot = '', fault = ''] = /^(.*) \(.*; (.*)\)$/.exec(name) ?? []
  const others = scopes.filter((scope) => scope.acts === acts)
  const contested = Object.entries(readings).filter(([reading, value]) => others.some((scope) => scope.readings[reading as keyof Readings] !== value))
  return [`plot ${plot}`, `fault ${fault}`, ...contested.map(([reading, value]) => `reading ${reading} ${value}`)]
}

function countsOf(some: readonly Explorer[]): string {
  const whole = some.filter(({ isDone }) => isDone)
  const cut = some.filter(({ isDone }) => !isDone)
  const states = some.reduce((sum, explorer) => sum + explorer.states, 0)
  return `${states} states, ${whole.length} scopes to the last state${cut.length === 0 ? '' : `, ${cut.length} cut at ${Math.min(...cut.map((explorer) => explorer.states))} states or more`}`
}

function countOf(name: 'at-least' | 'max-states', otherwise: number): number {
  const given = values[name]
  if (given === undefined) return otherwise
  if (!/^[1-9]\d*$/.test(given)) refuse(`--${name} is a whole number from 1, not ${JSON.stringify(given)}`)
  return Number(given)
}

/** At most one line a second. */
function show(line: string): void {
  if (Date.now() - shown < 1_000) return
  shown = Date.now()
  console.log(line)
}
