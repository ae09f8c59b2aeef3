/**
 * Histories: what an application and the people of one call do, drawn from a seed, and how it is judged in the end.
 * @module
 */
import type { Emulator } from '../../src/emulator/server.ts'
import { isOpen, isPresent } from '../../src/participant/participant.ts'
import type { CalleeScript } from '../../src/simulator/graph/dialect.ts'
import type { BotCommand, SeenCall } from './bot-plan.ts'
import type { Dice } from './dice.ts'

/** One thing that happens, after a wait in the service's milliseconds. */
interface Happening {
  readonly waitMs: number
  readonly act: 'invite' | 'remove' | 'leave' | 'join' | 'answer' | 'decline'
  readonly person: string
}

/** A history before it is played. */
export interface HistoryPlan {
  readonly number: number
  readonly people: ReadonlyMap<string, CalleeScript>
  readonly happenings: readonly Happening[]
  /** The bot leaves in the middle of it all. */
  readonly isCutShort: boolean
}

const scripts: readonly CalleeScript[] = [
  { type: 'answer', afterMs: 3_000 },
  { type: 'answer', afterMs: 2_000, leaves: { afterMs: 15_000 } },
  { type: 'answer', afterMs: 9_000, answersOnCancel: true },
  { type: 'answer', afterMs: 1_000, lobby: { admittedAfterMs: 6_000 } },
  { type: 'decline', afterMs: 4_000 },
  { type: 'noAnswer' },
  { type: 'busy' },
  { type: 'unreachable' },
]

const waits = [0, 10, 500, 2_000, 4_000, 9_000] as const
const acts = ['invite', 'invite', 'invite', 'remove', 'remove', 'leave', 'join', 'answer', 'decline'] as const

/** Draws a history. */
export function drawHistory(number: number, dice: Dice): HistoryPlan {
  const people = ['a', 'b', 'c'].map(
    (letter) => `${letter.repeat(8)}-0000-4000-8000-${String(number).padStart(12, '0')}`,
  )
  return {
    number,
    people: new Map(people.map((person) => [person, dice.pick(scripts)])),
    happenings: Array.from({ length: 3 + dice.below(5) }, (_, index) => ({
      waitMs: dice.pick(waits),
      act: index === 0 ? 'invite' : dice.pick(acts),
      person: dice.pick(people),
    })),
    isCutShort: dice.below(5) === 0,
  }
}

/** What a history is played with. */
export interface Setting {
  readonly emulator: Emulator
  readonly callbackUri: string
  /** Has an act done by some bot; resolves once the intent is durable. */
  insist(command: BotCommand): Promise<SeenCall | null>
  /** Resolves after so many of the service's milliseconds. */
  pass(ms: number): Promise<void>
  /** Which participants the service was asked to delete. */
  deleted(callId: string): readonly string[]
  /** How many notifications of a call the service has given up. */
  givenUp(callId: string): number
  /** What the file holds of a call. */
  stored(callId: string): Promise<{ readonly requests: number; readonly deadlines: readonly string[] }>
  /** Counts as waiting for `what`. */
  during<T>(what: string | (() => string), promise: Promise<T>): Promise<T>
}

/** The longest a history may take to come to rest once nothing happens any more, in the service's time. */
const REST_MS = 900_000
const LOOK_MS = 4_000

/** Plays a history to its end. Resolves with what is wrong in the end; empty when nothing is. */
export async function playHistory(plan: HistoryPlan, setting: Setting): Promise<readonly string[]> {
  const { emulator } = setting
  const wait = <T>(what: string | (() => string), promise: Promise<T>): Promise<T> =>
    setting.during(() => `history ${plan.number}: ${typeof what === 'string' ? what : what()}`, promise)
  const insist = (command: BotCommand): Promise<SeenCall | null> =>
    wait(`a bot, to ${command.act} ${command.person ?? command.callId}`, setting.insist(command))
  for (const [person, script] of plan.people) emulator.control.script(person, script)
  const callId = emulator.control.placeCall({ callbackUri: setting.callbackUri })
  for (const { waitMs, act, person } of plan.happenings) {
    await wait(`${waitMs} ms, to pass before the ${act} of ${person}`, setting.pass(waitMs))
    if (act === 'invite' || act === 'remove') await insist({ act, callId, person })
    else
      tryHuman(() => (act === 'join' ? emulator.control.join(callId, person) : emulator.control[act](callId, person)))
  }
  if (plan.isCutShort) await insist({ act: 'hangUp', callId })
  const wrongs = await judgeUntilRight(plan, callId, { ...setting, insist, during: wait })
  if (wrongs.length > 0 || plan.isCutShort) return wrongs
  await insist({ act: 'hangUp', callId })
  return judgeUntilRight({ ...plan, isCutShort: true }, callId, { ...setting, insist, during: wait })
}

/** People do what they can. */
function tryHuman(act: () => unknown): void {
  try {
    act()
  } catch {
    // Nobody of that name rings, or is in the call.
  }
}

async function judgeUntilRight(plan: HistoryPlan, callId: string, setting: Setting): Promise<readonly string[]> {
  for (let restMs = 0; ; restMs += LOOK_MS) {
    const wrongs = await judge(plan, callId, setting)
    if (wrongs.length === 0) return wrongs
    if (restMs >= REST_MS) {
      const lost = setting.givenUp(callId)
      return lost > 0 ? [...wrongs, `${lost} notifications were given up`] : wrongs
    }
    await setting.during(
      `call ${callId}, to come to rest, for ${restMs} ms: ${wrongs.join('; ')}`,
      setting.pass(LOOK_MS),
    )
  }
}

/** Compares what the bot and its file hold with what is so. */
async function judge(
  plan: HistoryPlan,
  callId: string,
  { emulator, insist, deleted, stored }: Setting,
): Promise<readonly string[]> {
  const wrongs: string[] = []
  const seen = await insist({ act: 'read', callId })
  const truth = emulator.truth(callId)
  if (seen === null || truth === undefined) return ['there is no such call']
  if (truth.ringing.length > 0) wrongs.push(`${truth.ringing.length} still ring`)
  const believed = seen.participants
    .filter(isPresent)
    .map(({ id }) => id)
    .sort()
  const present = plan.isCutShort ? [] : truth.present.map(({ id }) => id).sort()
  if (believed.join() !== present.join())
    wrongs.push(`believed present: ${believed.join()}; present: ${present.join()}`)
  if (plan.isCutShort && (seen.state !== 'terminated' || truth.state !== 'terminated'))
    wrongs.push(`the call is ${truth.state}, believed ${seen.state}`)
  const past = new Map(truth.past.map((each) => [each.id, each]))
  for (const participant of seen.participants) {
    const { key, state, id, participantId, removal, activeAt } = participant
    const ended = past.get(id ?? participantId ?? '')
    if (isOpen(participant)) {
      if (state !== 'active' || removal !== undefined) wrongs.push(`${key} is ${state}, removal ${String(removal)}`)
    } else if (activeAt !== undefined && state !== 'removed') wrongs.push(`${key} was active and is ${state}`)
    else if (ended?.wasPresent === false && state !== 'cancelled') wrongs.push(`${key} never came and is ${state}`)
  }
  const wanted = new Set(
    seen.participants
      .filter(({ removalRequestedAt }) => removalRequestedAt !== undefined)
      .flatMap(({ id, participantId, removalTarget }) => [id, participantId, removalTarget]),
  )
  for (const id of deleted(callId)) if (!wanted.has(id)) wrongs.push(`DELETE of ${id}, who was not to be removed`)
  const { requests, deadlines } = await stored(callId)
  if (requests > 0) wrongs.push(`${requests} requests left in the outbox`)
  const open = deadlines.filter((name) => plan.isCutShort || name !== 'keepAlive')
  if (open.length > 0) wrongs.push(`open deadlines: ${open.join()}`)
  return wrongs
}
