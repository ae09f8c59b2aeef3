/**
 * Act handlers: perform acts of people and of the test on the world.
 *
 * Rule: an act is performed completely, or refused with a sentence.
 * @module
 */
import { DEFAULT_APP_ID, type Act, type Acted, type Person } from './acts.ts'
import { decisionOf, type CalleeScript, type CalleeScripts } from './callee.ts'
import { isObject } from '../../call/codec/schema.ts'
import { isPhone, nameIdentity, readIdentity, type Identities } from './identities.ts'
import { answerInvitee, failInvitee } from './invites.ts'
import { createLeg, endLeg, establish, callBot } from './legs.ts'
import { outcomeOf } from './outcomes.ts'
import { admit, depart, join, setHeld, setMuted, setStreams } from './roster.ts'
import { mergeSettings, type SettingsInput } from './settings.ts'
import type { Tick } from './tick.ts'
import type { Leg } from './world-state.ts'

/** Performs an act. */
export function perform(tick: Tick, act: Act): Acted {
  switch (act.act) {
    case 'script':
      tick.draft.scripts.set(act.id.toLowerCase(), listScripts(act.scripts))
      if (act.keepsCount !== true) tick.draft.attempts.delete(act.id.toLowerCase())
      return { done: true }
    case 'defaultScript':
      tick.draft.defaultScripts = listScripts(act.scripts)
      return { done: true }
    case 'settings':
      return changeSettings(tick, act.settings)
    case 'placeCall':
      return placeCall(tick, act)
    case 'callBot': {
      const identity = identitySetOf(act.person)
      if (nameIdentity(identity) === undefined) return refused('The person needs an id.')
      const callId = act.callId?.toLowerCase()
      if (callId !== undefined && tick.base.legs.has(callId)) return refused('A call with this id exists already.')
      return {
        done: true,
        callId: callBot(tick, { callId, appId: act.appId ?? DEFAULT_APP_ID, callbackUri: act.callbackUri }, identity),
      }
    }
    default: {
      const leg = findLeg(tick, act.callId)
      if (leg === undefined || leg.state === 'terminated') return refused('Unknown call.')
      return performInCall(tick, leg, act)
    }
  }
}

/** The call an act names: by its id, or as `#1` for the first call created. */
function findLeg(tick: Tick, name: string): Leg | undefined {
  if (!name.startsWith('#')) return tick.base.legs.get(name.toLowerCase())
  return [...tick.base.legs.values()].find(({ number }) => `#${number}` === name)
}

type ActInCall = Exclude<Act, { act: 'script' | 'defaultScript' | 'settings' | 'placeCall' | 'callBot' }>

function performInCall(tick: Tick, leg: Leg, act: ActInCall): Acted {
  const { conversationId } = leg
  switch (act.act) {
    case 'endCall': {
      const { act: _, callId: __, ...detail } = act
      endLeg(tick, leg.id, outcomeOf('conversationEnded', false, detail), 'callEnded')
      return { done: true, callId: leg.id }
    }
    case 'endConversation':
      for (const other of tick.base.legs.values()) {
        if (other.conversationId === conversationId) endLeg(tick, other.id, outcomeOf('conversationEnded'), 'callEnded')
      }
      for (const id of [...(tick.draft.conversations.get(conversationId)?.members.keys() ?? [])])
        depart(tick, conversationId, id, 'callEnded')
      return { done: true, callId: leg.id }
    case 'sendNotification':
      tick.notices.push({ type: 'raw', callId: leg.id, body: act.body })
      return { done: true, callId: leg.id }
    case 'join': {
      const identity = identitySetOf(act.person)
      if (nameIdentity(identity) === undefined) return refused('The person needs an id.')
      const id = act.participantId?.toLowerCase()
      if (id !== undefined && tick.base.conversations.get(conversationId)?.members.has(id) === true)
        return refused('The participant id is taken.')
      return {
        done: true,
        participantId: join(tick, conversationId, { id, identity, isOrganizer: act.isOrganizer }, act.stay),
      }
    }
    case 'answer':
    case 'decline':
      return decide(tick, leg, act.act, act.who)
    default:
      return performOnMember(tick, leg, act)
  }
}

type ActOnMember = Exclude<
  ActInCall,
  { act: 'endCall' | 'endConversation' | 'sendNotification' | 'join' | 'answer' | 'decline' }
>

function performOnMember(tick: Tick, leg: Leg, act: ActOnMember): Acted {
  const { conversationId } = leg
  const sought = act.who.toLowerCase()
  const members = tick.base.conversations.get(conversationId)?.members
  const member =
    members?.get(sought) ?? [...(members?.values() ?? [])].find(({ identity }) => nameIdentity(identity)?.id === sought)
  if (member === undefined) return refused('No participant of the call has this id.')
  const acted = { done: true, participantId: member.id } as const
  switch (act.act) {
    case 'admit':
      if (!member.isInLobby) return refused('The participant is not in the lobby.')
      admit(tick, conversationId, member.id)
      return acted
    case 'mute':
    case 'unmute':
      setMuted(tick, conversationId, [member.id], act.act === 'mute')
      return acted
    case 'hold':
    case 'resume':
      setHeld(tick, conversationId, member.id, act.act === 'hold')
      return acted
    case 'media':
      setStreams(tick, conversationId, member.id, act.streams)
      return acted
    case 'leave':
    case 'remove':
      if (member.callId === undefined) depart(tick, conversationId, member.id, act.act === 'leave' ? 'self' : 'human')
      else endLeg(tick, member.callId, outcomeOf('removed'), 'human')
      return acted
  }
}

function decide(tick: Tick, leg: Leg, act: 'answer' | 'decline', who: string): Acted {
  const sought = who.toLowerCase()
  const invitee = [...tick.base.invitees.values()].find(
    ({ id, callId, identity }) => callId === leg.id && (id === sought || nameIdentity(identity)?.id === sought),
  )
  if (invitee === undefined) return refused('No ringing invitee has this id.')
  const failure = decisionOf({ type: 'decline' }, isPhone(invitee.identity))?.failure
  if (act === 'answer' || failure === undefined) answerInvitee(tick, invitee.id)
  else failInvitee(tick, invitee.id, failure, 'self')
  return { done: true, participantId: invitee.id }
}

function placeCall(tick: Tick, act: Extract<Act, { act: 'placeCall' }>): Acted {
  const callId = act.callId?.toLowerCase()
  if (!URL.canParse(act.callbackUri)) return refused('callbackUri must be an absolute URL.')
  if (callId !== undefined && tick.base.legs.has(callId)) return refused('A call with this id exists already.')
  const people = (act.people ?? []).map(identitySetOf)
  if (people.some((person) => nameIdentity(person) === undefined)) return refused('Every person needs an id.')
  const { callbackUri, threadId } = act
  const id = createLeg(tick, { callId, appId: act.appId ?? DEFAULT_APP_ID, callbackUri, threadId })
  const conversationId = tick.draft.legs.get(id)?.conversationId ?? ''
  for (const identity of people) join(tick, conversationId, { identity })
  if (act.isEstablishing !== true) establish(tick, id)
  return { done: true, callId: id }
}

function changeSettings(tick: Tick, input: SettingsInput): Acted {
  try {
    const { switches, timing, tenant } = mergeSettings(tick.terms.switchReadings, input, tick.base.settings)
    tick.draft.settings = {
      switches,
      timing,
      tenant: { ...tenant, removers: tenant.removers === 'everyone' ? 'everyone' : [...tenant.removers] },
    }
    return { done: true }
  } catch (error) {
    if (error instanceof TypeError) return refused(error.message)
    throw error
  }
}

/** The identity set of a person. */
function identitySetOf(person: Person): Identities {
  if (typeof person === 'string') return person.startsWith('+') ? { phone: { id: person } } : { user: { id: person } }
  return readIdentity(isObject(person['identity']) ? person['identity'] : person)
}

/** Scripts as a list, one for each time the person is called. */
export function listScripts(scripts: CalleeScripts): CalleeScript[] {
  return Array.isArray(scripts) ? [...(scripts as readonly CalleeScript[])] : [scripts as CalleeScript]
}

function refused(reason: string): Acted {
  return { done: false, reason }
}
