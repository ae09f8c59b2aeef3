/**
 * `npm run crash`: bots are killed, and nothing is lost.
 *
 * Half of the kills befall one bot, the others two bots on one file, and one whose disk fails now and then. The last
 * line is `kills K, histories H, lost 0, doubled 0`; what was wrong is said before it, with the command that runs the
 * same again. On SIGTERM it says what it was waiting for, and the same command.
 * @module
 */
import { readArguments, refuse } from '../scripts/arguments.ts'
import { createProgress } from '../scripts/progress.ts'
import { killBots, type Killing, type Tally } from './killing.ts'
import { makeProgram } from './program.ts'
import { Waits } from './waits.ts'

const { text, count } = readArguments({
  command: 'npm run crash --',
  summary:
    'Kills bots while they run calls of an emulated service, starts them again, and counts what was lost or done twice.',
  options: {
    kills: { value: 'N', default: '25', help: 'how many bots die' },
    seed: { value: 'S', help: 'decides what happens when; another one each time when absent' },
    only: {
      value: 'WAY',
      help: 'one (one bot), two (two bots on one file) or disk (a disk that fails); all three when absent',
    },
  },
})
const kills = count('kills', 1)
const seed = text('seed') === undefined ? Math.floor(Math.random() * 1_000_000) : count('seed')
const only = text('only')

const all = [
  { id: 'one', name: 'one bot', bots: 1, hasFailingDisk: false, share: 0.5 },
  { id: 'two', name: 'two bots on one file', bots: 2, hasFailingDisk: false, share: 0.25 },
  { id: 'disk', name: 'a disk that fails', bots: 1, hasFailingDisk: true, share: 0.25 },
]
const ways = all.filter(({ id }) => only === undefined || id === only)
if (ways.length === 0) refuse(`--only is one, two or disk, not ${JSON.stringify(only)}`)

console.log(`seed ${seed}`)
const waits = new Waits()
const progress = createProgress(kills, 'kills')
let dead = 0
let again = `npm run crash -- --seed ${seed} --kills ${kills}`
process.once('SIGTERM', () => {
  for (const line of waits.lines()) console.log(`waits for ${line}`)
  console.log(`ended before its time, seed ${seed}; again: ${again}`)
  process.exit(1)
})

const program = await makeProgram()
const tallies: Tally[] = []
let wrong: string | undefined
let left = kills
for (const [index, { id, name, bots, hasFailingDisk, share }] of ways.entries()) {
  const part = index === ways.length - 1 ? left : Math.min(left, Math.ceil(kills * (ways.length === 1 ? 1 : share)))
  left -= part
  if (part === 0) continue
  again = `npm run crash -- --seed ${seed} --only ${id} --kills ${part}`
  const onDeath: Killing['onDeath'] = (kind, histories) => {
    dead += 1
    progress.at(dead, `${name}, ${kind}, ${histories} histories`)
  }
  try {
    const tally = await killBots({
      bots,
      hasFailingDisk,
      seed: seed + all.findIndex((way) => way.id === id),
      kills: part,
      program,
      waits,
      onDeath,
    })
    tallies.push(tally)
    wrong = tally.lost[0] ?? tally.doubled[0]
  } catch (error) {
    wrong = `it could not be played to its end: ${error instanceof Error ? error.message : String(error)}`
  }
  if (wrong !== undefined) break
}

const sum = (of: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + of(tally), 0)
console.log(
  `deaths: ${[...countDeaths(tallies)]
    .sort(([, one], [, other]) => other - one)
    .map(([kind, times]) => `${kind} ${times}`)
    .join(', ')}`,
)
if (wrong !== undefined) console.log(`seed ${seed}: ${wrong}\nagain: ${again}`)
console.log(
  `kills ${sum((tally) => tally.kills)}, histories ${sum((tally) => tally.histories)}, lost ${sum(({ lost }) => lost.length)}, doubled ${sum(({ doubled }) => doubled.length)}`,
)
process.exit(wrong === undefined ? 0 : 1)

function countDeaths(of: readonly Tally[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { deaths } of of) for (const [kind, times] of deaths) counts.set(kind, (counts.get(kind) ?? 0) + times)
  return counts
}
