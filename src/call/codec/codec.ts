/**
 * Codec: encodes a call as JSON with a schema version, and decodes it: as a whole, or as a core and one row for each
 * participant.
 *
 * Rule: a decoded call behaves exactly like the encoded one, on any machine. Indexes are not stored; they are rebuilt
 * from the participants.
 * @module
 */
import { createParticipant } from '../../participant/create-participant.ts'
import { isOpen, isPending, type Participant } from '../../participant/participant.ts'
import type { Call, Evidence } from '../model/call.ts'
import { RollcallError } from '../model/errors.ts'
import { defaultCallOptions } from '../model/options.ts'
import { indexIdentities } from '../model/identity-index.ts'
import { countInvitations } from '../model/invitation-index.ts'
import { persistentMap } from '../model/persistent-map.ts'
import { migrateCore, migrateParticipant } from './migrate.ts'
import { readCore, readParticipant, readSchema, readWhole, type StoredCore } from './snapshot-schema.ts'

/** The schema version of stored calls. A newer one is refused, an older one is migrated. */
export const SCHEMA = 2

/** The call without its participants, as JSON. */
export function encodeCore(call: Call): unknown {
  const {
    id,
    state,
    adoption,
    tenant,
    reference,
    options,
    self,
    ending,
    aliases,
    invitations,
    unmatchedOperations,
    roster,
    deadlines,
    hangUpRequestedAt,
    hangUps,
    mutes,
    introduced,
    forgotten,
    keepAlives,
    counters,
    at,
  } = call
  return plain({
    schema: SCHEMA,
    id,
    state,
    ...(adoption === undefined ? {} : { adoption }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(reference === undefined ? {} : { reference }),
    options,
    self,
    ending,
    aliases: inOrder(aliases),
    roster,
    hangUpRequestedAt,
    hangUps,
    mutes,
    introduced,
    forgotten,
    keepAlives,
    counters,
    at,
    invitations: inOrder(invitations),
    unmatchedOperations: inOrder(unmatchedOperations),
    deadlines: inOrder(deadlines),
  })
}

/** One participant with its evidence, as JSON. @throws TypeError when the call has no participant `key` */
export function encodeParticipant(call: Call, key: string): unknown {
  const participant = call.participants.get(key)
  if (participant === undefined) throw new TypeError(`the call has no participant ${key}`)
  return plain({ ...participant, trail: call.trails.get(key) ?? [] })
}

/** The whole call as one JSON value, with the schema version at `core.schema`. */
export function encodeCall(call: Call): unknown {
  const participants = [...call.participants.values()].sort((one, other) => one.ordinal - other.ordinal)
  return { core: encodeCore(call), participants: participants.map(({ key }) => encodeParticipant(call, key)) }
}

/**
 * Decodes the result of `encodeCall`.
 * @throws RollcallError SNAPSHOT_INVALID | SNAPSHOT_NEWER
 */
export function decodeCall(value: unknown): Call {
  const { core, participants } = readWhole(value)
  return decodeParts(
    core,
    participants.map((row) => [row.key, row]),
  )
}

/**
 * Decodes a core and its participants by key, in any order.
 * @throws RollcallError SNAPSHOT_INVALID | SNAPSHOT_NEWER
 */
export function decodeParts(core: unknown, rows: Iterable<readonly [string, unknown]>): Call {
  const { schema } = readSchema(core)
  if (schema > SCHEMA) {
    throw new RollcallError(
      'SNAPSHOT_NEWER',
      `The stored call has schema ${schema}, this version reads up to ${SCHEMA}: update rollcall.`,
      { path: '$.core.schema' },
    )
  }
  const stored = readCore(migrateCore(core))
  const decoded = [...rows].map(([key, row]) => decodeParticipant(key, row))
  const participants = decoded.map(({ participant }) => participant).sort((one, other) => one.ordinal - other.ordinal)
  const keysOf = (isIn: (participant: Participant) => boolean): string[] =>
    participants.filter(isIn).map(({ key }) => key)
  return Object.freeze<Call>({
    id: stored.id,
    state: stored.state,
    ...(stored.adoption === undefined ? {} : { adoption: stored.adoption }),
    ...(stored.tenant === undefined ? {} : { tenant: stored.tenant }),
    ...(stored.reference === undefined ? {} : { reference: stored.reference }),
    options: Object.freeze({ ...defaultCallOptions, ...stored.options }),
    self: stored.self,
    ending: stored.ending,
    participants: persistentMap(participants.map((participant) => [participant.key, participant] as const)),
    byId: indexIds(participants, stored.aliases),
    aliases: persistentMap(stored.aliases),
    pending: keysOf(isPending),
    byIdentity: indexIdentities(participants),
    byInvitation: countInvitations(participants),
    tombstones: participants
      .filter((participant) => !isOpen(participant))
      .sort((one, other) => (one.ending?.at ?? 0) - (other.ending?.at ?? 0))
      .map(({ key }) => key),
    trails: persistentMap(decoded.map(({ participant, trail }) => [participant.key, trail] as const)),
    invitations: persistentMap(stored.invitations),
    unmatchedOperations: persistentMap(stored.unmatchedOperations),
    roster: stored.roster,
    deadlines: persistentMap(stored.deadlines),
    hangUpRequestedAt: stored.hangUpRequestedAt,
    hangUps: stored.hangUps ?? 0,
    mutes: stored.mutes,
    introduced: stored.introduced,
    forgotten: stored.forgotten ?? stored.introduced - participants.length,
    keepAlives: stored.keepAlives,
    counters: { ...stored.counters, uninvitedDropped: stored.counters.uninvitedDropped ?? 0 },
    ...(stored.at === undefined ? {} : { at: stored.at }),
  })
}

function decodeParticipant(
  key: string,
  stored: unknown,
): { readonly participant: Participant; readonly trail: readonly Evidence[] } {
  const { trail, state, removal, ...facts } = readParticipant(migrateParticipant(stored), key)
  return {
    participant: Object.freeze({ ...createParticipant({ ...facts, key, at: facts.introducedAt }), state, removal }),
    trail,
  }
}

/** The index of ids. For an id that several participants had, the alias decides. */
function indexIds(participants: readonly Participant[], aliases: StoredCore['aliases']): Call['byId'] {
  const ids: (readonly [string, string])[] = []
  for (const { key, id, participantId } of participants) {
    for (const known of [id, participantId]) if (known !== undefined) ids.push([known, key])
  }
  return persistentMap([...ids, ...aliases])
}

function inOrder<V>(map: Iterable<[string, V]>): readonly [string, V][] {
  return [...map].sort(([one], [other]) => (one < other ? -1 : 1))
}

/** A deep copy without undefined fields, so that the result shares nothing with the call. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown
}
