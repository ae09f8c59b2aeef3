/**
 * The service of the small world: how it handles requests of the bot.
 * @module
 */
import type { RequestEffect } from '../../../src/call/model/effects.ts'
import type { OperationReport, ServiceFailure, Verdict } from '../../../src/call/model/events.ts'
import { readFailure, readResult } from '../../../src/graph/wire/result-codes.ts'
import type { Message } from '../../../src/testing/truth-model.ts'
import { endCall } from './people.ts'
import { send, setAsking, setPerson, tellGathered, trueRoster } from './reports.ts'
import {
  currentId,
  isInCall,
  personOf,
  ringingOf,
  type ExploredPerson,
  type ExploredWorld,
  type Readings,
} from './world.ts'

const done: Verdict = { verdict: 'done', value: undefined }
const notFound: Verdict<never> = {
  verdict: 'refused',
  failure: readFailure({ status: 404, code: '8522', message: 'not found' }),
}
const hungUp = readResult({ code: 200, subcode: 7000, message: 'The bot ended the call.' })

/** A request arrives. It is answered if the process that sent it still runs. */
export function serve(
  world: ExploredWorld,
  effect: RequestEffect,
  isUnheard: boolean,
  readings: Readings,
): ExploredWorld {
  if (effect.type === 'participants.invite') return serveInvite(world, effect, isUnheard, readings)
  if (world.isOver) return reply(world, effect, isUnheard, notFound)
  switch (effect.type) {
    case 'participant.delete':
      return serveDelete(world, effect, isUnheard, readings)
    case 'roster.fetch':
      return reply(tellGathered(world), effect, isUnheard, {
        verdict: 'done',
        value: { entries: trueRoster(world, readings) },
      })
    // However the call started, it is established when it is queried.
    case 'call.fetch':
      return reply(world, effect, isUnheard, {
        verdict: 'done',
        value: { state: 'established', myParticipantId: 'bot' },
      })
    case 'call.hangUp':
      return reply(endCall(world, hungUp), effect, isUnheard, done)
    default:
      return reply(world, effect, isUnheard, done)
  }
}

/** A list is requested, and is empty. */
export function serveEmptyList(world: ExploredWorld, effect: RequestEffect): ExploredWorld {
  return reply(tellGathered(world), effect, false, { verdict: 'done', value: { entries: [] } })
}

function serveInvite(
  world: ExploredWorld,
  effect: Extract<RequestEffect, { type: 'participants.invite' }>,
  isUnheard: boolean,
  readings: Readings,
): ExploredWorld {
  let next = world
  const participants = effect.invitees.map(({ identity }) => {
    const who = personOf(identity['user']?.id)
    const person = next.people[who] as ExploredPerson
    const id = `p${who}-${person.given + 1}`
    const rings = !next.isOver && !isInCall(person) && ringingOf(next, who) === undefined
    const asking = next.askings.find(({ invitation }) => invitation === effect.invitation) ?? {
      invitation: effect.invitation,
      who,
      isNeeded: false,
      isPrevented: false,
      posts: 0,
      phone: 'none',
    }
    next = setPerson(next, who, { ...person, given: person.given + 1 })
    next = setAsking(next, { ...asking, posts: asking.posts + 1, ...(rings ? { phone: 'ringing', id } : {}) })
    return { identity, ...(readings.inviteResponseId === 'null' ? {} : { participantId: id }) }
  })
  if (next.isOver) return reply(next, effect, isUnheard, notFound)
  const value: OperationReport = {
    operationId: `op-${effect.invitation}`,
    clientContext: effect.invitation,
    status: 'running',
    participants,
  }
  return reply(next, effect, isUnheard, { verdict: 'done', value })
}

function serveDelete(
  world: ExploredWorld,
  effect: Extract<RequestEffect, { type: 'participant.delete' }>,
  isUnheard: boolean,
  readings: Readings,
): ExploredWorld {
  const there = world.people.findIndex((person) => isInCall(person) && currentId(person) === effect.participantId)
  if (there >= 0)
    return reply(
      setPerson(world, there, { ...(world.people[there] as ExploredPerson), isLeaving: true }),
      effect,
      isUnheard,
      done,
    )
  const rung =
    readings.cancelBeforeAnswer === 'not-found'
      ? undefined
      : world.people.map((_, who) => ringingOf(world, who)).find((asking) => asking?.id === effect.participantId)
  return rung === undefined
    ? reply(world, effect, isUnheard, notFound)
    : reply(setAsking(world, { ...rung, phone: 'stopping' }), effect, isUnheard, done)
}

function reply(
  world: ExploredWorld,
  answers: RequestEffect,
  isUnheard: boolean,
  verdict: Verdict<unknown>,
): ExploredWorld {
  return isUnheard ? world : send(world, { message: answerTo(answers, verdict), answers })
}

/** The event that brings the answer to a request. */
export function answerTo(effect: RequestEffect, verdict: Verdict<unknown>): Message {
  const answer = verdict as Verdict<never>
  switch (effect.type) {
    case 'participants.invite':
      return { type: 'invite.answered', invitation: effect.invitation, answer }
    case 'participant.delete':
      return { type: 'removal.answered', key: effect.key, attempt: effect.attempt, answer }
    case 'participant.mute':
      return { type: 'mute.answered', key: effect.key, clientContext: effect.clientContext, answer }
    case 'roster.fetch':
      return { type: 'roster.fetched', fetch: effect.fetch, answer }
    case 'call.fetch':
      return { type: 'call.fetched', answer }
    case 'call.keepAlive':
      return { type: 'keepAlive.answered', answer }
    case 'call.hangUp':
      return { type: 'hangUp.answered', answer }
  }
}

/** How a transport reports a request that was lost, or the answer to it. */
export const noAnswer: ServiceFailure = { reason: 'other', code: 'timeout', message: 'no answer' }
