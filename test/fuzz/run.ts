/**
 * `npm run fuzz`: posts mutants of the documented callbacks to a live host on SQLite, and looks whether it stands.
 *
 * Wrong is: an answer that is no answer to such a body, an error that is none of the library's own, and a stored call
 * that breaks an invariant. The last line is `bodies B, taken T, refused R, calls C, wrong W`.
 * @module
 */
import { mutate, seededRandom } from '../graph/mutations.ts'
import { samples } from '../graph/samples.ts'
import { readArguments } from '../scripts/arguments.ts'
import { createProgress } from '../scripts/progress.ts'
import { startHost } from './live-host.ts'

/** Bodies on their way at a time. */
const AT_ONCE = 16

/** What a body can be answered with: taken, of the format before Graph's, refused for what it is, or not now. */
const answers = new Set([202, 204, 400, 413, 503])

const { count } = readArguments({
  command: 'npm run fuzz --',
  summary:
    'Posts mutants of the documented callbacks to a live host on SQLite, over HTTP, and looks whether it stands.',
  options: {
    bodies: { value: 'N', default: '10000', help: 'how many' },
    seed: { value: 'S', default: '1', help: 'the same seed posts the same bodies' },
  },
})
const bodies = count('bodies', 1)
const seed = count('seed')
console.log(`seed ${seed}`)

const random = seededRandom(seed)
const host = await startHost(seededRandom(seed + 1))
const progress = createProgress(bodies, 'bodies')
const statuses = new Map<number, number>()
const wrong: string[] = []
let posted = 0

async function post(): Promise<void> {
  while (posted < bodies && wrong.length === 0) {
    posted += 1
    const body = nextBody()
    try {
      const response = await fetch(host.url, { method: 'POST', body })
      await response.arrayBuffer()
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
      if (!answers.has(response.status)) wrong.push(`answered ${response.status} to ${body.slice(0, 2_000)}`)
    } catch (error) {
      wrong.push(`no answer (${String(error)}) to ${body.slice(0, 2_000)}`)
    }
    progress.at(posted, [...statuses].map(([status, times]) => `${status} ${times}`).join(', '))
  }
}

/** A mutant, whole or cut off; each speaks of one of many calls, as far as it still names the sample's. */
function nextBody(): string {
  const body = structuredClone(samples[Math.floor(random() * samples.length)])
  for (let times = Math.floor(random() * 4); times > 0; times -= 1) mutate(body, random)
  const text = (JSON.stringify(body) ?? '').replaceAll(
    /57dab8b1-894c-409a-b240-bd8beae788/g,
    `57dab8b1-894c-409a-b240-${String(Math.floor(random() * 500)).padStart(10, '0')}`,
  )
  return random() < 0.05 ? text.slice(0, Math.floor(random() * text.length)) : text
}

await Promise.all(Array.from({ length: AT_ONCE }, post))
const stored = await host.close()
wrong.push(
  ...host.troubles.slice(0, 3).map((trouble) => `an error of no code: ${trouble}`),
  ...(stored.wrong === undefined ? [] : [`what is stored: ${stored.wrong}`]),
)
for (const line of wrong) console.log(`seed ${seed}: ${line}`)
const times = (...of: readonly number[]): number => of.reduce((sum, status) => sum + (statuses.get(status) ?? 0), 0)
console.log(
  `bodies ${posted}, taken ${times(202, 204)}, refused ${times(400, 413)}, not now ${times(503)}, calls ${stored.calls}, wrong ${wrong.length}`,
)
process.exit(wrong.length === 0 ? 0 : 1)
