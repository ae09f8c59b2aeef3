/**
 * After the end: an event of an ended call changes nothing and causes no request.
 *
 * Every possible event is tried, one at a time: messages on their way, answers to its requests, requests of the
 * application, every deadline it had, and being resumed by another process.
 * @module
 */
import type { Call } from '../../../src/call/model/call.ts'
import type { CallSystem } from '../../../src/testing/system.ts'
import { identityOf, type Message } from '../../../src/testing/truth-model.ts'
import { guarded, tell } from './bot.ts'
import { answerTo, noAnswer, serve } from './service.ts'
import type { Scope, ExploredWorld } from './world.ts'

/** What is wrong with the behaviour of a call after its end; `before` is the state it ended from. */
export function checkAfterEnd(
  system: CallSystem,
  { readings }: Scope,
  before: ExploredWorld,
  ended: ExploredWorld,
): string | undefined {
  const answers = ended.toService.flatMap(({ effect, isUnheard }) =>
    isUnheard ? [] : serve({ ...ended, toBot: [] }, effect, false, readings).toBot.map(({ message }) => message),
  )
  const failures = ended.outbox.map((effect) => answerTo(effect, { verdict: 'unconfirmed', failure: noAnswer }))
  const deadlines = [...before.call.deadlines.keys()].map(
    (deadline): Message => ({ type: 'deadline.passed', deadline }),
  )
  const wishes: readonly Message[] = [
    { type: 'invite.requested', invitation: 'invite-too-late', invitees: [{ identity: identityOf(0) }] },
    ...[...ended.call.participants.keys()].map((key): Message => ({ type: 'removal.requested', key })),
    { type: 'hangUp.requested' },
  ]
  for (const message of [
    ...ended.toBot.map((inFlight) => inFlight.message),
    ...answers,
    ...failures,
    ...deadlines,
    ...wishes,
    { type: 'host.resumed' } as const,
  ]) {
    const wrong = tryOn(system, ended, ended.call, message)
    if (wrong !== undefined) return wrong
  }
  const taken = guarded(ended, 'the stored call', () => ({
    ...ended,
    call: system.decode(JSON.parse(JSON.stringify(system.encode(ended.call)))),
  }))
  return taken.thrown ?? tryOn(system, ended, taken.call, { type: 'host.resumed' })
}

function tryOn(system: CallSystem, world: ExploredWorld, before: Call, message: Message): string | undefined {
  const after = tell(system, { ...world, call: before, toService: [] }, message)
  if (after.thrown !== undefined) return after.thrown
  if (after.toService.length > 0) return `${message.type} made a call that has ended ask for something`
  return after.call === before ? undefined : `${message.type} changed a call that has ended`
}
