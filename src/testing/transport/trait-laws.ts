/**
 * Transport laws of traits: what a transport says about its service is true, and a call has one reference.
 * @module
 */
import { checkArgument } from '../../call/codec/options.ts'
import { optional } from '../../call/codec/schema.ts'
import type { CallReport } from '../../call/model/events.ts'
import { isReference } from '../../call/model/reference.ts'
import { traitsShape } from '../../host/ports/port-shapes.ts'
import type { FaultRule } from '../../simulator/network/network.ts'
import { LawBroken } from '../law-broken.ts'
import { CALLBACK_URI, demand, done, people, same, type Scene } from './scene.ts'

/** A ring time other than the service's default, in milliseconds. */
const A_RING_MS = 30_000

/** The laws invite at most this many at once, whatever the traits say. */
const MOST_INVITED = 250

/** Ids that services spell in different ways. */
const spellings = [
  '57DAB8B1894C409AB240BD8BEAE78896',
  '57dab8b1-894c-409a-b240-bd8beae78896',
  ' +61400000001 ',
  'Ann',
  '',
]

type Law = (scene: (faults?: readonly FaultRule[]) => Scene) => Promise<void>

/** The laws of traits. */
export const traitLaws = {
  async 'traits: they are valid, and an invite takes as many invitees as they say'(scene) {
    const at = scene()
    try {
      checkArgument('traits', at.transport.traits, optional(traitsShape))
    } catch (error) {
      throw new LawBroken(`the traits are invalid: ${String(error)}`, { cause: error })
    }
    const invitees = people(Math.min(at.inviteesPerRequest, MOST_INVITED))
    done(await at.verdict(at.transport.invite(at.callId, { clientContext: 'context', invitees }), 'invite'), 'invite')
    same(at.service.truth(at.callId)?.past.length, invitees.length, 'the number of invitees')
  },

  async 'traits: an invite accepts every ring time that they allow'(scene) {
    for (const ringTimeoutMs of scene().transport.traits?.ringTimeoutMs ?? [A_RING_MS]) {
      const at = scene()
      const invitation = { clientContext: 'context', invitees: people(1), ringTimeoutMs }
      done(await at.verdict(at.transport.invite(at.callId, invitation), 'invite'), `an invite for ${ringTimeoutMs} ms`)
    }
  },

  async 'traits: normalising an id twice changes nothing, and every id from the transport is normalised'(scene) {
    const at = scene()
    const { normaliseId = (id: string): string => id } = at.transport.traits ?? {}
    const created = done(
      await at.verdict(at.transport.createCall({ callbackUri: CALLBACK_URI, targets: [] }), 'createCall'),
      'createCall',
    )
    const report = done(await at.verdict<CallReport>(at.transport.getCall(created.callId), 'getCall'), 'getCall')
    const { entries } = done(
      await at.verdict(at.transport.listParticipants(at.callId), 'listParticipants'),
      'listParticipants',
    )
    const brought = [
      created.callId,
      ...[created.myParticipantId, report.myParticipantId].filter((id) => id !== undefined),
      ...entries.flatMap(({ id, identity }) => [id, ...Object.values(identity).map((one) => one?.id)]),
    ].filter((id) => id !== undefined)
    for (const id of [...brought, ...spellings]) {
      const once = normaliseId(id)
      same(normaliseId(once), once, `normaliseId of ${JSON.stringify(id)}, applied twice`)
    }
    for (const id of brought) same(normaliseId(id), id, 'an id from the transport')
  },

  async 'traits: a query for a call reports its end'(scene) {
    const at = scene()
    done(await at.verdict<undefined>(at.transport.hangUp(at.callId), 'hangUp'), 'hangUp')
    const answer = await at.verdict<CallReport>(at.transport.getCall(at.callId), 'getCall')
    const isTold =
      answer.verdict === 'done'
        ? answer.value.state === 'terminated' || answer.value.isDeleted === true
        : answer.verdict === 'refused' && answer.failure.status === 404
    demand(isTold, 'getCall does not report that a call has ended')
  },

  async 'reference: a call has one or none, and every request accepts it'(scene) {
    const at = scene()
    const created = done(
      await at.verdict(at.transport.createCall({ callbackUri: CALLBACK_URI, targets: [] }), 'createCall'),
      'createCall',
    )
    const found = new Set<string>()
    const note = ({ reference }: CallReport): void => {
      if (reference === undefined) return
      demand(isReference(reference), `${JSON.stringify(reference)} is not a reference`)
      found.add(reference)
    }
    note(created)
    for (let turn = 0; turn < 2; turn += 1) {
      const [reference] = found
      const options = reference === undefined ? {} : { reference }
      note(done(await at.verdict<CallReport>(at.transport.getCall(created.callId, options), 'getCall'), 'getCall'))
      demand(found.size < 2, `one call has the references ${[...found].join(' and ')}`)
      done(
        await at.verdict(at.transport.listParticipants(created.callId, options), 'listParticipants'),
        'listParticipants',
      )
    }
  },
} satisfies Record<string, Law>
