/**
 * Measures a million simulated seconds of a call with fifty people: `node test/simulator/speed.ts`.
 *
 * Each person stays about half an hour, is away for two minutes, and comes back with a new id; the bot keeps its call
 * alive every quarter of an hour. Every roster is rendered; with `--parsed` each is also read as the host reads it.
 * @module
 */
import { parseNotifications } from '../../src/graph/wire/notifications.ts'
import { Driver } from '../../src/simulator/graph/service.ts'

/** The result of a run. */
export interface SpeedResult {
  readonly simulatedSeconds: number
  readonly seconds: number
  readonly notifications: number
  readonly present: number
}

const PEOPLE = 50
const KEEP_ALIVE_MS = 15 * 60_000

/** Simulates the given number of seconds. */
export async function playSeconds(simulatedSeconds: number, isParsed = false): Promise<SpeedResult> {
  let notifications = 0
  const began = performance.now()
  const driver = new Driver(
    { seed: 'speed', historyLimit: 0 },
    {
      notified({ body }) {
        notifications += 1
        if (isParsed) parseNotifications(body)
      },
    },
  )
  const acted = driver.act(0, { act: 'placeCall', callbackUri: 'http://bot.example/' })
  const callId = acted.done ? (acted.callId ?? '') : ''
  for (let index = 0; index < PEOPLE; index += 1) {
    driver.act(0, {
      act: 'join',
      callId,
      person: `person-${index}`,
      stay: {
        leaves: {
          afterMs: { min: 1_200_000, max: 2_400_000 },
          rejoins: { afterMs: { min: 60_000, max: 180_000 } },
          repeats: true,
        },
      },
    })
  }
  for (let at = KEEP_ALIVE_MS; at <= simulatedSeconds * 1_000; at += KEEP_ALIVE_MS) {
    await driver.send(at, { operation: 'call.keepAlive', appId: '0efc74f7-41c3-47a4-8775-7259bfef4241', callId })
  }
  driver.advance(simulatedSeconds * 1_000)
  return {
    simulatedSeconds,
    seconds: (performance.now() - began) / 1_000,
    notifications,
    present: driver.truth(callId)?.present.length ?? 0,
  }
}

if (process.argv[1] === import.meta.filename) {
  const isParsed = process.argv.includes('--parsed')
  const { simulatedSeconds, seconds, notifications, present } = await playSeconds(1_000_000, isParsed)
  console.log(
    `${simulatedSeconds} simulated seconds${isParsed ? ', read by the host' : ''}: ${seconds.toFixed(2)} s, ${notifications} notifications, ${present} present at the end`,
  )
}
