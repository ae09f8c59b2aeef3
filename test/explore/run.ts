/**
 * `npm run explore`: explores the scopes by turns, prints how far it is, says what was explored to the last state and
 * what was cut short, and ends with one line, `N states, depth D, 0 violations` — or with the shortest bad history of
 * its scope.
 *
 * By turns: every scope may visit so many states, then the scopes in which messages are only late go to their last
 * state, then every scope may visit twice as many, and so on, until there are `--at-least` states or nothing is left;
 * so a large scope takes nothing from a small one.
 *
 * What is counted: distinct states of each scope. No two scopes are the same world, so no state is counted twice.
 */
import { explorationOf } from '../verification/explore/explore.ts'
import { Explorer } from '../verification/explore/explorer.ts'
import { scopes } from '../verification/explore/scopes.ts'
import type { Readings, Scope } from '../verification/explore/world.ts'
import { saveTrace } from '../../src/testing/report/save-trace.ts'
import { rollcallSystem } from '../../src/testing/system.ts'
import { readArguments, refuse } from '../scripts/arguments.ts'
import { createProgress } from '../scripts/progress.ts'

const { text, has, count } = readArguments({
  command: 'npm run explore --',
  summary:
    'Goes through the interleavings of small worlds and compares, in every state, what a call believes with what is true.',
  options: {
    'at-least': { value: 'N', default: '1000000', help: 'ends once there are so many states' },
    all: { help: 'goes through everything, hours' },
    'max-states': { value: 'N', help: 'visits at most so many states of each scope' },
    only: { value: 'TEXT', help: 'takes the scopes with this text in their names' },
  },
})

/** States a scope may visit in the first turn. */
const FIRST_TURN = 250

const enough = has('all') ? Infinity : count('at-least', 1)
const most = text('max-states') === undefined ? Infinity : count('max-states', 1)
const part = text('only') ?? ''
const chosen = scopes.filter(({ name }) => name.includes(part))
if (chosen.length === 0)
  refuse(`--only is part of the name of a scope, like ${JSON.stringify(scopes[0]?.name)}, not ${JSON.stringify(part)}`)
const explorers: Explorer[] = []
let depth = 0
const statesProgress = createProgress(enough, 'states')
const scopesProgress = createProgress(chosen.length, 'scopes to the last state')

for (const scope of chosen) {
  const explorer = new Explorer(scope, rollcallSystem)
  explorers.push(explorer)
  goOn(explorer, FIRST_TURN)
}
for (const explorer of explorers) if (isPlain(explorer.scope)) goOn(explorer, Infinity)
for (let turn = FIRST_TURN * 2; hasMore(turn); turn *= 2)
  for (const explorer of explorers) if (total() < enough) goOn(explorer, turn)
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
  const whole = explorers.filter(({ isDone }) => isDone).length
  // Beyond the states that were asked for, only scopes are left to be finished.
  if (total() < enough && enough !== Infinity)
    statesProgress.at(total(), `${whole} of ${chosen.length} scopes to the last state`)
  else scopesProgress.at(whole, `${total()} states`)
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
  for (const explorer of explorers)
    for (const group of groupsOf(explorer.scope)) groups.set(group, [...(groups.get(group) ?? []), explorer])
  for (const group of [...groups.keys()].sort()) console.log(`${group}: ${countsOf(groups.get(group) ?? [])}`)
  console.log(`all: ${countsOf(explorers)}`)
  console.log(`${total()} states, depth ${depth}, 0 violations`)
}

/** What a scope is counted among: its plot, its faults, and each of its readings that its plot is told under both ways. */
function groupsOf({ name, acts, readings }: Scope): readonly string[] {
  const [, plot = '', fault = ''] = /^(.*) \(.*; (.*)\)$/.exec(name) ?? []
  const others = scopes.filter((scope) => scope.acts === acts)
  const contested = Object.entries(readings).filter(([reading, value]) =>
    others.some((scope) => scope.readings[reading as keyof Readings] !== value),
  )
  return [`plot ${plot}`, `fault ${fault}`, ...contested.map(([reading, value]) => `reading ${reading} ${value}`)]
}

function countsOf(some: readonly Explorer[]): string {
  const whole = some.filter(({ isDone }) => isDone)
  const cut = some.filter(({ isDone }) => !isDone)
  const states = some.reduce((sum, explorer) => sum + explorer.states, 0)
  return `${states} states, ${whole.length} scopes to the last state${cut.length === 0 ? '' : `, ${cut.length} cut at ${Math.min(...cut.map((explorer) => explorer.states))} states or more`}`
}
