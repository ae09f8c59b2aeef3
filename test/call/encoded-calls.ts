/**
 * Calls to encode, and access to their encoded form for tests of the codec.
 * @module
 */
import type { Call } from '../../src/call/model/call.ts'
import { encodeCall } from '../../src/call/codec/codec.ts'
import { bot, BOT, on, refused, Script, user } from './script.ts'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** A call with something in every part of it. */
export function rich(): Script {
  const script = new Script({ applicationId: 'the-app', liveness: 'poll', isBotOnRoster: true, resyncMs: 600_000 })
  script.tell({ type: 'call.adopted' })
  script.tell({ type: 'call.bound', tenant: 'the-tenant' })
  script.reported({ state: 'established', myParticipantId: BOT, reference: 'the-room' })
  script.delta(1, bot, on('ann', { muted: true }), on('lea', { id: 'lobby-lea', lobby: true }), on('nia', { id: null }))
  script.snapshot(bot, on('ann'), on('lea'), on('nia', { id: null }))
  script.invite([{ identity: user('bob'), participantId: 'supplied', isHidden: true }], {
    as: 'bob',
    ringTimeoutMs: 30_000,
  })
  script.taken('bob', { bob: 'p-bob' })
  script.invite(['carol', 'dave'], { as: 'team' })
  script.remove('bob')
  script.deleted('bob', refused(403, '7504'))
  script.remove('r-ann')
  script.remove('lobby-lea')
  script.deleted('lobby-lea')
  script.operation('team', 'failed', { code: 500, subcode: 9999, message: 'no' })
  script.tell({ type: 'mute.requested', key: 'r-ann', clientContext: 'mute-1' })
  script.invite('erin')
  script.tell({ type: 'operation.reported', operationId: 'orphan', status: 'running' })
  script.invite('fred')
  script.operation('fred', 'failed', { code: 603, subcode: 0, message: 'DiagCode: 603#0' })
  script.delta(9, on('gus'), on('gus', { gone: 'left' }))
  script.tell({ type: 'notification.unrecognised', resource: '/x', what: 'y' })
  return script
}

/** What may follow in any call: enough to touch every part of it. */
export function goOn(call: Call): Call {
  const script = new Script({}, { isChecked: false })
  script.call = call
  script.at += 1_000
  script.remove('bob')
  script.full(bot, on('ann'), on('bob', { id: 'p-bob' }), on('zoe'))
  script.operation('bob', 'completed')
  script.taken('erin', { erin: 'p-erin' })
  script.tell({ type: 'operation.reported', operationId: 'orphan', status: 'failed' })
  script.delta(10, on('zoe', { gone: true }))
  for (let fetch = 1; fetch < 6; fetch += 1)
    script.tell({ type: 'roster.fetched', fetch, answer: { verdict: 'done', value: { entries: [bot, on('ann')] } } })
  for (const key of ['bob', 'r-ann', 'lobby-lea'])
    for (const attempt of [1, 2]) script.tell({ type: 'removal.answered', key, attempt, answer: refused(404) })
  script.invite('hal')
  script.tell({ type: 'host.resumed' })
  script.at += 3_600_000
  for (const deadline of [...call.deadlines.keys()]) script.tell({ type: 'deadline.passed', deadline })
  script.tell({ type: 'hangUp.requested' })
  script.reported({ state: 'terminated', result: { code: 200, subcode: 5010 } })
  return script.call
}

export function encoded(call: Call): { core: Record<string, Json>; participants: Record<string, Json>[] } {
  return encodeCall(call) as ReturnType<typeof encoded>
}

export function put(value: Json, path: readonly (string | number)[], other: Json): void {
  let place = value as Record<string | number, Json>
  for (const step of path.slice(0, -1)) place = place[step] as Record<string | number, Json>
  place[path.at(-1) as string] = other
}
