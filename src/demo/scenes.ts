/**
 * The scenes: the documented conversations, each with what has to come out of it.
 * @module
 */
import { isDeepStrictEqual } from 'node:util'
import type { Emulator } from '../emulator/server.ts'
import type { Participant } from '../participant/participant.ts'
import type { Bot } from './bot.ts'
import { cast, REPLACED_CALL_ID, type CastMember } from './cast.ts'
import { isObject, type Exchange } from './wire-words.ts'

/** What a scene is played on. */
export interface DemoStage {
  readonly bot: Bot
  readonly emulator: Emulator
  /** Lets so many milliseconds of the service's time pass. */
  readonly pass: (ms: number) => Promise<void>
  /** Aborted when the scene takes too long. */
  readonly signal: AbortSignal
}

/** Something that has to be so in the end. */
export interface Expectation {
  readonly text: string
  readonly isMet: boolean
}

/** One scene. */
export interface Scene {
  readonly title: string
  play(stage: DemoStage): Promise<readonly Expectation[]>
}

/** In the order in which they are played. */
export const scenes: readonly Scene[] = [
  { title: 'Somebody who talks is removed', play: removeTalker },
  { title: 'Somebody who rings is cancelled', play: cancelInvitee },
  { title: 'A cancel crosses the answer', play: crossAnswer },
  { title: 'One declines, one lets it ring', play: waitInVain },
]

/** How long people talk, or ring, before the bot changes its mind. */
const A_WHILE_MS = 5_000

async function removeTalker({ bot, emulator, pass, signal }: DemoStage): Promise<readonly Expectation[]> {
  const { talker } = cast
  const ann = await bot.call.invite(userOf(talker), { signal })
  await bot.call.waitFor(ann.key, 'active', { signal })
  await pass(A_WHILE_MS)
  const gone = await bot.call.remove(ann.key, { signal })
  return [
    isRemovedByUs(talker, gone),
    hasOneDelete(bot, gone),
    { text: 'the service does not have her on the roster', isMet: !isOnRoster(emulator, bot, talker) },
  ]
}

async function cancelInvitee({ bot, emulator, pass, signal }: DemoStage): Promise<readonly Expectation[]> {
  const { invitee } = cast
  const bob = await bot.call.invite(userOf(invitee), { replacesCallId: REPLACED_CALL_ID, signal })
  await bot.call.waitFor(bob.key, 'ringing', { signal })
  await pass(A_WHILE_MS)
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
    { text: 'the service does not ring him any more', isMet: emulator.truth(bot.call.id)?.ringing.length === 0 },
  ]
}

async function crossAnswer({ bot, emulator, pass, signal }: DemoStage): Promise<readonly Expectation[]> {
  const { crosser } = cast
  const cem = await bot.call.invite(userOf(crosser), { signal })
  await bot.call.waitFor(cem.key, 'ringing', { signal })
  await pass(A_WHILE_MS)
  const gone = await bot.call.remove(cem.key, { signal })
  const wasSeen = gone.activeAt !== undefined
  const wasTold = bot.told.some(({ key, to }) => key === cem.key && to === 'active')
  return [
    { text: 'the roster showed him, and the application was not told that he answered', isMet: wasSeen && !wasTold },
    isRemovedByUs(crosser, gone),
    hasOneDelete(bot, gone),
    { text: 'the service does not have him on the roster', isMet: !isOnRoster(emulator, bot, crosser) },
  ]
}

async function waitInVain({ bot, signal }: DemoStage): Promise<readonly Expectation[]> {
  const { decliner, sleeper } = cast
  const [dan, eve] = await Promise.all([
    bot.call.invite(userOf(decliner), { signal }),
    bot.call.invite(userOf(sleeper), { signal }),
  ])
  const [declined, unanswered] = await Promise.all([
    bot.call.waitFor(dan.key, 'cancelled', { signal }),
    bot.call.waitFor(eve.key, 'cancelled', { signal }),
  ])
  return [
    isEnded(decliner, declined, 'cancelled', 'declined', 'remote'),
    isEnded(sleeper, unanswered, 'cancelled', 'noAnswer', 'remote'),
    { text: 'nobody was removed', isMet: deletesOf(bot, declined).length + deletesOf(bot, unanswered).length === 0 },
  ]
}

function userOf({ id }: CastMember) {
  return { user: { id } }
}

function isRemovedByUs(person: CastMember, participant: Participant): Expectation {
  return isEnded(person, participant, 'removed', 'removed', 'local')
}

function isEnded(
  { name }: CastMember,
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

function isOnRoster(emulator: Emulator, bot: Bot, { id }: CastMember): boolean {
  return emulator.truth(bot.call.id)?.present.some(({ identityId }) => identityId === id) !== false
}

function isDocumentedRequest(exchange: Exchange | undefined, { id }: CastMember): boolean {
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
