/**
 * Commands: has bots do what a history wants, again and again while they die over it or their disk fails.
 * @module
 */
import { BotDied, type BotPlace } from './bot-place.ts'
import type { Answer, BotCommand, SeenCall } from './bot-plan.ts'
import type { Lockstep } from './lockstep.ts'

/** A pause before what did not work is tried again, and before nobody is asked again. */
const RETRY_MS = 100

/** Within this a living bot answers: whatever it waits for itself is shorter. */
const LONGEST_ANSWER_MS = 300_000

/** What a later attempt may well get over. */
const passing = new Set([
  'WAIT_TIMEOUT',
  'STORE_FAILED',
  'STORE_CONFLICT',
  'HOST_CLOSED',
  'REQUEST_UNCONFIRMED',
  'MAILBOX_FULL',
])

/** Has `command` obeyed by some bot. @throws Error for an answer that no later attempt makes better */
export async function insist(
  command: BotCommand,
  next: () => BotPlace | undefined,
  time: Lockstep,
): Promise<SeenCall | null> {
  for (;;) {
    const place = next()
    const answer = place === undefined ? undefined : await inTime(place, command, time)
    if (answer !== undefined) {
      if ('seen' in answer) return answer.seen
      if (answer.code === 'CALL_ENDED') return null
      if (answer.status !== 503 && !passing.has(answer.code))
        throw new Error(`a bot answered ${command.act} with ${answer.status} ${answer.code}`)
    }
    await time.pass(RETRY_MS)
  }
}

/** The answer; undefined when the bot dies instead. */
async function inTime(place: BotPlace, command: BotCommand, time: Lockstep): Promise<Answer | undefined> {
  const late = Promise.withResolvers<never>()
  const { name } = place
  const cancel = time.after(LONGEST_ANSWER_MS, () =>
    late.reject(
      new Error(
        `${name}, did not answer ${command.act} of ${command.callId} within ${LONGEST_ANSWER_MS} ms of the service's time`,
      ),
    ),
  )
  try {
    return await Promise.race([place.obey(command), late.promise])
  } catch (error) {
    if (error instanceof BotDied) return undefined
    throw error
  } finally {
    cancel()
  }
}
