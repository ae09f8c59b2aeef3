/**
 * `npm run crash -- --kills N [--seed S] [--only one|two|disk]`: bots are killed, and nothing is lost.
 *
 * Half of the kills befall one bot, the others two bots on one file, and one whose disk fails now and then. The last
 * line is `kills K, histories H, lost 0, doubled 0`; otherwise it says what was wrong first, and with which seed.
 * @module
 */
import { parseArgs } from 'node:util'
import { killBots, type Tally } from './killing.ts'

const { values } = parseArgs({ options: { kills: { type: 'string', default: '25' }, seed: { type: 'string' }, only: { type: 'string' } } })
const kills = count(values.kills, 'kills')
const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : count(values.seed, 'seed')

const ways = [
  { id: 'one', name: 'one bot', bots: 1, hasFailingDisk: false, share: 0.5 },
  { id: 'two', name: 'two bots on one file', bots: 2, hasFailingDisk: false, share: 0.25 },
  { id: 'disk', name: 'a disk that fails', bots: 1, hasFailingDisk: true, share: 0.25 },
].filter(({ id }) => values.only === undefined || id === values.only)
if (ways.length === 0) throw new TypeError('--only: expected one, two or disk')

console.log(`seed ${seed}`)
const tallies: Tally[] = []
let left = kills
for (const [index, { name, bots, hasFailingDisk, share }] of ways.entries()) {
  const part = index === ways.length - 1 ? left : Math.min(left, Math.ceil(kills * (ways.length === 1 ? 1 : share)))
  left -= part
  if (part === 0) continue
  const tally = await killBots({ name, bots, hasFailingDisk, seed: seed + index, kills: part, say: (line) => console.log(line) }).catch((error: unknown) => {
    throw new Error(`seed ${seed}, ${name}: it could not be played to its end`, { cause: error })
  })
  tallies.push(tally)
  if (tally.lost.length + tally.doubled.length > 0) break
}

const sum = (of: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + of(tally), 0)
const [wrong] = tallies.flatMap(({ lost, doubled }) => [...lost, ...doubled])
if (wrong !== undefined) console.log(`seed ${seed}: ${wrong}`)
console.log(`kills ${sum((tally) => tally.kills)}, histories ${sum((tally) => tally.histories)}, lost ${sum(({ lost }) => lost.length)}, doubled ${sum(({ doubled }) => doubled.length)}`)
process.exitCode = wrong === undefined ? 0 : 1

function count(text: string, name: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError(`--${name}: expected a whole number`)
  return value
}
