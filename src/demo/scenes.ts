/**
 * The scenes: the documented conversations, each with its expectations.
 * @module
 */
import { isDeepStrictEqual } from 'node:util'
import type { Emulator } from '../emulator/server.ts'
import type { Participant } from '../participant/participant.ts'
import type { Bot } from './bot.ts'
import { identityOf, people, REPLACED_CALL_ID, type DemoPerson } from './people.ts'
import type { Exchange } from './wire-text.ts'
import { isObject } from '../call/codec/schema.ts'

/** What a scene runs with. */
interface SceneContext {
  readonly bot: Bot
  readonly emulator: Emulator
  /** Lets milliseconds of the service's time pass. */
  readonly pass: (ms: number) => Promise<void>
  /** Aborted when the scene exceeds its time limit. */
  readonly signal: AbortSignal
}

/** A condition at the end of a scene. */
interface Expectation {
  readonly text: string
  readonly isMet: boolean
}

/** One scene. */
export interface DemoScene {
  readonly title: string
  run(stage: SceneContext): Promise<readonly Expectation[]>
}

/** The scenes, in order. */
export const demoScenes: readonly DemoScene[] = [
  { title: 'An active participant is removed', run: removeTalker },
  { title: 'A ringing invitee is cancelled', run: cancelInvitee },
  { title: 'A cancel crosses the answer', run: crossAnswer },
  { title: 'One declines, one does not answer', run: declineOrMiss },
]

/** How long participants are active or ring before the bot removes them. */
const BEFORE_REMOVAL_MS = 5_000

async function removeTalker({ bot, emulator, pass, signal }: SceneContext): Promise<readonly Expectation[]> {
  const { talker } = people
  const ann = await bot.call.invite(identityOf(talker), { signal })
  await bot.call.waitFor(ann.key, 'active', { signal })
  await pass(BEFORE_REMOVAL_MS)
  const gone = await bot.call.remove(ann.key, { signal })
  return [
    isRemovedByUs(talker, gone),
    hasOneDelete(bot, gone),
    { text: 'the service does not have her on the roster', isMet: !isOnRoster(emulator, bot, talker) },
  ]
}

async function cancelInvitee({ bot, emulator, pass, signal }: SceneContext): Promise<readonly Expectation[]> {
  const { invitee } = people
  const bob = await bot.call.invite(identityOf(invitee), { replacesCallId: REPLACED_CALL_ID, signal })
  await bot.call.waitFor(bob.key, 'ringing', { signal })
  await pass(BEFORE_REMOVAL_MS)
  const gone = await bot.call.remove(bob.key, { signal })
  const invite = bot.exchanges.findLast(({ path }) => path.endsWith('/participants/invite'))
  return [
    {
      text: 'the request is the documented one: identity, replacesCallId, clientContext',
      isMet: isDocumentedRequest(invite, invitee),
    },
    {
      text: 'the answer is the documented one: an operation, Running, with id null',
      isMet: isDocumentedAnswer(invite),
    },
    isEnded(invitee, gone, 'cancelled', 'cancelled', 'local'),
    hasOneDelete(bot, gone),
    { text: 'the service no longer rings him', isMet: emulator.truth(bot.call.id)?.ringing.length === 0 },
  ]
}

async function crossAnswer({ bot, emulator, pass, signal }: SceneContext): Promise<readonly Expectation[]> {
  const { crosser } = people
  const cem = await bot.call.invite(identityOf(crosser), { signal })
  await bot.call.waitFor(cem.key, 'ringing', { signal })
  await pass(BEFORE_REMOVAL_MS)
  const gone = await bot.call.remove(cem.key, { signal })
  const wasSeen = gone.activeAt !== undefined
  const wasAnnounced = bot.changes.some(({ key, to }) => key === cem.key && to === 'active')
  return [
    {
      text: 'the roster showed him, but his answer was not announced to the application',
      isMet: wasSeen && !wasAnnounced,
    },
    isRemovedByUs(crosser, gone),
    hasOneDelete(bot, gone),
    { text: 'the service does not have him on the roster', isMet: !isOnRoster(emulator, bot, crosser) },
  ]
}

async function declineOrMiss({ bot, signal }: SceneContext): Promise<readonly Expectation[]> {
  const { decliner, sleeper } = people
  const [dan, eve] = await Promise.all([
    bot.call.invite(identityOf(decliner), { signal }),
    bot.call.invite(identityOf(sleeper), { signal }),
  ])
  const [declined, unanswered] = await Promise.all([
    bot.call.waitFor(dan.key, 'cancelled', { signal }),
    bot.call.waitFor(eve.key, 'cancelled', { signal }),
  ])
  return [
    isEnded(decliner, declined, 'cancelled', 'declined', 'remote'),
    isEnded(sleeper, unanswered, 'cancelled', 'noAnswer', 'remote'),
    {
      text: 'no participant was removed',
      isMet: deletesOf(bot, declined).length + deletesOf(bot, unanswered).length === 0,
    },
  ]
}

function isRemovedByUs(person: DemoPerson, participant: Participant): Expectation {
  return isEnded(person, participant, 'removed', 'removed', 'local')
}

function isEnded(
  { name }: DemoPerson,
  { state, ending }: Participant,
  wantedState: string,
  cause: string,
  by: string,
): Expectation {
  return {
    text: `${name} is ${wantedState}: ${cause} by ${by}`,
    isMet: state === wantedState && ending?.cause === cause && ending.by === by,
  }
}

function hasOneDelete(bot: Bot, participant: Participant): Expectation {
  const deletes = deletesOf(bot, participant)
  return { text: 'one DELETE, answered 204', isMet: deletes.length === 1 && deletes[0]?.status === 204 }
}

function deletesOf(bot: Bot, { id, participantId }: Participant): readonly Exchange[] {
  return bot.exchanges.filter(
    ({ method, path }) =>
      method === 'DELETE' && (path.endsWith(`/participants/${id}`) || path.endsWith(`/participants/${participantId}`)),
  )
}

function isOnRoster(emulator: Emulator, bot: Bot, { id }: DemoPerson): boolean {
  return emulator.truth(bot.call.id)?.present.some(({ identityId }) => identityId === id) !== false
}

function isDocumentedRequest(exchange: Exchange | undefined, { id }: DemoPerson): boolean {
  const request = exchange?.request
  if (!isObject(request) || !Array.isArray(request['participants'])) return false
  const [invited, ...rest] = request['participants'] as readonly unknown[]
  return (
    rest.length === 0 &&
    isObject(invited) &&
    invited['replacesCallId'] === REPLACED_CALL_ID &&
    typeof request['clientContext'] === 'string' &&
    isObject(invited['identity']) &&
    isObject(invited['identity']['user']) &&
    invited['identity']['user']['id'] === id
  )
}

function isDocumentedAnswer(exchange: Exchange | undefined): boolean {
  const [request, response] = [exchange?.request, exchange?.response]
  if (!isObject(request) || !isObject(response) || !Array.isArray(response['participants'])) return false
  const { '@odata.type': type, status, clientContext, participants } = response
  const [invited] = participants as readonly unknown[]
  return (
    exchange?.status === 200 &&
    isObject(invited) &&
    invited['replacesCallId'] === REPLACED_CALL_ID &&
    isDeepStrictEqual(
      [type, status, clientContext, invited['id']],
      ['#microsoft.graph.inviteParticipantsOperation', 'Running', request['clientContext'], null],
    )
  )
}
