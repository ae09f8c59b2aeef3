/**
 * People: what humans, and whoever steers the world, do to it.
 *
 * Rule: an act is done at once, or refused with a sentence; it is never half done.
 * @module
 */
import { DEFAULT_APP_ID, type Act, type Acted, type Person } from './acts.ts'
import { decisionOf, type CalleeScript, type CalleeScripts } from './callee.ts'
import { isObject, nameIdentity, readIdentity } from './identities.ts'
import { answerInvitee, failInvitee } from './invites.ts'
import { createLeg, endLeg, establish, ringBot } from './legs.ts'
import { callResults } from './results.ts'
import { admit, depart, join, setHeld, setMuted, setStreams } from './roster.ts'
import { mergeSettings, type SettingsInput } from './settings.ts'
import type { Tick } from './tick.ts'
import type { WireObject } from './wire-object.ts'
import type { Leg } from './world-state.ts'

/** Does an act. */
export function perform(stage: Tick, act: Act): Acted {
  switch (act.act) {
    case 'script':
      stage.draft.scripts.set(act.id.toLowerCase(), listScripts(act.scripts))
      if (act.keepsCount !== true) stage.draft.attempts.delete(act.id.toLowerCase())
      return { done: true }
    case 'defaultScript':
      stage.draft.defaultScripts = listScripts(act.scripts)
      return { done: true }
    case 'settings':
      return changeSettings(stage, act.settings)
    case 'placeCall':
      return placeCall(stage, act)
    case 'callBot': {
      const identity = personOf(act.person)
      if (nameIdentity(identity) === undefined) return refused('The person has no id.')
      const callId = act.callId?.toLowerCase()
      if (callId !== undefined && stage.base.legs.has(callId)) return refused('There is a call with this id already.')
      return {
        done: true,
        callId: ringBot(stage, { callId, appId: act.appId ?? DEFAULT_APP_ID, callbackUri: act.callbackUri }, identity),
      }
    }
    default: {
      const leg = findLeg(stage, act.callId)
      if (leg === undefined || leg.state === 'terminated') return refused('There is no such call.')
      return performInCall(stage, leg, act)
    }
  }
}

/** The call an act names, by its id or, `#1`, as the first that was made. */
function findLeg(stage: Tick, name: string): Leg | undefined {
  if (!name.startsWith('#')) return stage.base.legs.get(name.toLowerCase())
  return [...stage.base.legs.values()].find(({ number }) => `#${number}` === name)
}

type ActInCall = Exclude<Act, { act: 'script' | 'defaultScript' | 'settings' | 'placeCall' | 'callBot' }>

function performInCall(stage: Tick, leg: Leg, act: ActInCall): Acted {
  const { conversationId } = leg
  switch (act.act) {
    case 'endCall': {
      const { code, subcode, message } = act
      const result =
        code === undefined ? callResults.conversationEnded : { code, subcode: subcode ?? 0, message: message ?? '' }
      endLeg(stage, leg.id, result, 'callEnded')
      return { done: true, callId: leg.id }
    }
    case 'endConversation':
      for (const other of stage.base.legs.values()) {
        if (other.conversationId === conversationId) endLeg(stage, other.id, callResults.conversationEnded, 'callEnded')
      }
      for (const id of [...(stage.draft.conversations.get(conversationId)?.members.keys() ?? [])])
        depart(stage, conversationId, id, 'callEnded')
      return { done: true, callId: leg.id }
    case 'tell':
      stage.notices.push({ type: 'raw', callId: leg.id, body: act.body })
      return { done: true, callId: leg.id }
    case 'join': {
      const identity = personOf(act.person)
      if (nameIdentity(identity) === undefined) return refused('The person has no id.')
      const id = act.participantId?.toLowerCase()
      if (id !== undefined && stage.base.conversations.get(conversationId)?.members.has(id) === true)
        return refused('The participant id is taken.')
      return {
        done: true,
        participantId: join(stage, conversationId, { id, identity, isOrganizer: act.isOrganizer }, act.stay),
      }
    }
    case 'answer':
    case 'decline':
      return decide(stage, leg, act.act, act.who)
    default:
      return performOnMember(stage, leg, act)
  }
}

type ActOnMember = Exclude<ActInCall, { act: 'endCall' | 'endConversation' | 'tell' | 'join' | 'answer' | 'decline' }>

function performOnMember(stage: Tick, leg: Leg, act: ActOnMember): Acted {
  const { conversationId } = leg
  const sought = act.who.toLowerCase()
  const members = stage.base.conversations.get(conversationId)?.members
  const member =
    members?.get(sought) ?? [...(members?.values() ?? [])].find(({ identity }) => nameIdentity(identity)?.id === sought)
  if (member === undefined) return refused('Nobody with this id is in the call.')
  const acted = { done: true, participantId: member.id } as const
  switch (act.act) {
    case 'admit':
      if (!member.isInLobby) return refused('They are not in the lobby.')
      admit(stage, conversationId, member.id)
      return acted
    case 'mute':
    case 'unmute':
      setMuted(stage, conversationId, [member.id], act.act === 'mute')
      return acted
    case 'hold':
    case 'resume':
      setHeld(stage, conversationId, member.id, act.act === 'hold')
      return acted
    case 'media':
      setStreams(stage, conversationId, member.id, act.streams)
      return acted
    case 'leave':
    case 'remove':
      if (member.callId === undefined) depart(stage, conversationId, member.id, act.act === 'leave' ? 'self' : 'human')
      else endLeg(stage, member.callId, callResults.removed, 'human')
      return acted
  }
}

function decide(stage: Tick, leg: Leg, act: 'answer' | 'decline', who: string): Acted {
  const sought = who.toLowerCase()
  const invitee = [...stage.base.invitees.values()].find(
    ({ id, callId, identity }) => callId === leg.id && (id === sought || nameIdentity(identity)?.id === sought),
  )
  if (invitee === undefined) return refused('Nobody with this id is ringing.')
  const failure = decisionOf({ type: 'decline' }, nameIdentity(invitee.identity)?.kind === 'phone')?.failure
  if (act === 'answer' || failure === undefined) answerInvitee(stage, invitee.id)
  else failInvitee(stage, invitee.id, failure, 'self')
  return { done: true, participantId: invitee.id }
}

function placeCall(stage: Tick, act: Extract<Act, { act: 'placeCall' }>): Acted {
  const callId = act.callId?.toLowerCase()
  if (!URL.canParse(act.callbackUri)) return refused('callbackUri is an absolute URL.')
  if (callId !== undefined && stage.base.legs.has(callId)) return refused('There is a call with this id already.')
  const people = (act.people ?? []).map(personOf)
  if (people.some((person) => nameIdentity(person) === undefined)) return refused('Every person has an id.')
  const body = act.threadId === undefined ? {} : { chatInfo: { threadId: act.threadId } }
  const id = createLeg(stage, { callId, appId: act.appId ?? DEFAULT_APP_ID, callbackUri: act.callbackUri, body })
  const conversationId = stage.draft.legs.get(id)?.conversationId ?? ''
  for (const identity of people) join(stage, conversationId, { identity })
  if (act.isEstablishing !== true) establish(stage, id)
  return { done: true, callId: id }
}

function changeSettings(stage: Tick, input: SettingsInput): Acted {
  try {
    const { switches, timing, tenant } = mergeSettings(input, stage.base.settings)
    stage.draft.settings = {
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

/** The identity set a person is named by. */
export function personOf(person: Person): WireObject {
  if (typeof person === 'string') return person.startsWith('+') ? { phone: { id: person } } : { user: { id: person } }
  return readIdentity(isObject(person['identity']) ? person['identity'] : person)
}

/** Scripts as a list, one for each time somebody is called. */
export function listScripts(scripts: CalleeScripts): CalleeScript[] {
  return Array.isArray(scripts) ? [...(scripts as readonly CalleeScript[])] : [scripts as CalleeScript]
}

function refused(reason: string): Acted {
  return { done: false, reason }
}
