/**
 * Codec: a call as JSON and back, with a schema version. Whole, or in parts whose size does not follow the roster.
 *
 * Rule: what is decoded goes on exactly as what was encoded would have, on any machine. Indexes are not stored; they
 * follow from the participants.
 * @module
 */
import { introduce } from '../participant/introduce.ts'
import { isOpen, isPending, isPresent, type Participant } from '../participant/participant.ts'
import type { Call, Evidence, Invitation } from './call.ts'
import { RollcallError } from './errors.ts'
import type { OperationReport } from './events.ts'
import { defaultCallOptions } from './options.ts'
import { persistentMap, type PersistentMap } from './persistent-map.ts'

/** The version of the stored form. A newer one is refused, an older one is migrated here. */
export const SCHEMA = 1

type Fields = Readonly<Record<string, unknown>>

/** Everything but the participants, as JSON. */
export function encodeCore(call: Call): unknown {
  const { id, state, options, self, ending, aliases, invitations, orphans, roster, deadlines, hangUpRequestedAt, mutes, introduced, keepAlives, counters } = call
  return plain({
    schema: SCHEMA, id, state, options, self, ending, aliases, roster, hangUpRequestedAt, mutes, introduced, keepAlives, counters,
    invitations: inOrder(invitations), orphans: inOrder(orphans), deadlines: inOrder(deadlines),
  })
}

/** One participant, with the evidence behind them, as JSON. */
export function encodeParticipant(call: Call, key: string): unknown {
  const participant = call.participants.get(key)
  if (participant === undefined) throw new TypeError(`the call has no participant ${key}`)
  return plain({ ...participant, trail: call.trails.get(key) ?? [] })
}

/** The whole call as one JSON value with a schema version. */
export function encodeCall(call: Call): unknown {
  const participants = [...call.participants.values()].sort((one, other) => one.ordinal - other.ordinal)
  return { core: encodeCore(call), participants: participants.map(({ key }) => encodeParticipant(call, key)) }
}

/** @throws RollcallError SNAPSHOT_INVALID | SNAPSHOT_NEWER */
export function decodeCall(value: unknown): Call {
  const { core, participants } = fields(value, '$')
  return decodeParts(core, list(participants, '$.participants').map((row, index) => [text(fields(row, `$.participants[${index}]`)['key'], `$.participants[${index}].key`), row]))
}

/**
 * A call from its parts.
 * @throws RollcallError SNAPSHOT_INVALID | SNAPSHOT_NEWER
 */
export function decodeParts(core: unknown, rows: Iterable<readonly [string, unknown]>): Call {
  const stored = fields(core, '$.core')
  checkSchema(stored['schema'])
  const decoded = [...rows].map(([key, row]) => decodeParticipant(key, row))
  const participants = decoded.map(({ participant }) => participant).sort((one, other) => one.ordinal - other.ordinal)
  const keysOf = (isIn: (participant: Participant) => boolean): string[] => participants.filter(isIn).map(({ key }) => key)
  const aliases = list(stored['aliases'], '$.core.aliases') as Call['aliases']
  return Object.freeze<Call>({
    id: text(stored['id'], '$.core.id'),
    state: text(stored['state'], '$.core.state') as Call['state'],
    options: Object.freeze({ ...defaultCallOptions, ...fields(stored['options'], '$.core.options') }),
    self: fields(stored['self'], '$.core.self') as Call['self'],
    ending: stored['ending'] as Call['ending'],
    participants: persistentMap(participants.map((participant) => [participant.key, participant] as const)),
    byId: indexIds(participants, aliases),
    aliases,
    pending: keysOf(isPending),
    unidentified: keysOf((participant) => isPresent(participant) && participant.id === undefined),
    tombstones: participants.filter((participant) => !isOpen(participant))
      .sort((one, other) => (one.ending?.at ?? 0) - (other.ending?.at ?? 0) || one.ordinal - other.ordinal).map(({ key }) => key),
    trails: persistentMap(decoded.filter(({ trail }) => trail.length > 0).map(({ participant, trail }) => [participant.key, trail] as const)),
    invitations: pairs<Invitation>(stored['invitations'], '$.core.invitations'),
    orphans: pairs<OperationReport>(stored['orphans'], '$.core.orphans'),
    roster: fields(stored['roster'], '$.core.roster') as unknown as Call['roster'],
    deadlines: pairs<number>(stored['deadlines'], '$.core.deadlines'),
    hangUpRequestedAt: stored['hangUpRequestedAt'] as number | undefined,
    mutes: list(stored['mutes'], '$.core.mutes') as readonly string[],
    introduced: whole(stored['introduced'], '$.core.introduced'),
    keepAlives: whole(stored['keepAlives'], '$.core.keepAlives'),
    counters: fields(stored['counters'], '$.core.counters') as unknown as Call['counters'],
  })
}

const states: ReadonlySet<unknown> = new Set<Participant['state']>(['invited', 'ringing', 'lobby', 'active', 'removed', 'cancelled'])
const removals: ReadonlySet<unknown> = new Set<Participant['removal']>([undefined, 'held', 'sent', 'accepted', 'refused', 'confirmed'])

function decodeParticipant(key: string, row: unknown): { readonly participant: Participant; readonly trail: readonly Evidence[] } {
  const path = `participant ${JSON.stringify(key)}`
  const { trail, state, removal, ...facts } = fields(row, path)
  if (!states.has(state)) throw invalid(`${path}.state`, 'a participant state')
  if (!removals.has(removal)) throw invalid(`${path}.removal`, 'a removal phase')
  const introduction = { ...facts, key, identity: fields(facts['identity'], `${path}.identity`), ordinal: whole(facts['ordinal'], `${path}.ordinal`), at: whole(facts['introducedAt'], `${path}.introducedAt`) }
  const participant = { ...introduce(introduction as Parameters<typeof introduce>[0]), state, removal } as Participant
  return { participant: Object.freeze(participant), trail: list(trail, `${path}.trail`) as readonly Evidence[] }
}

/** An id that several had means whom the aliases say. */
function indexIds(participants: readonly Participant[], aliases: Call['aliases']): Call['byId'] {
  const ids: (readonly [string, string])[] = []
  for (const { key, id, participantId } of participants) {
    for (const known of [id, participantId]) if (known !== undefined) ids.push([known, key])
  }
  return persistentMap([...ids, ...aliases])
}

function checkSchema(schema: unknown): void {
  if (typeof schema !== 'number' || !Number.isInteger(schema) || schema < 1) throw invalid('$.core.schema', 'a schema version')
  if (schema > SCHEMA) {
    throw new RollcallError('SNAPSHOT_NEWER', `The stored call has schema ${schema}, this version reads up to ${SCHEMA}: update rollcall.`, { path: '$.core.schema' })
  }
}

function inOrder<V>(map: Iterable<[string, V]>): readonly [string, V][] {
  return [...map].sort(([one], [other]) => (one < other ? -1 : 1))
}

/** The value as JSON would have it: without undefined fields, and sharing nothing with the call. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown
}

function fields(value: unknown, path: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(path, 'an object')
  return value as Fields
}

function list(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(path, 'an array')
  return value
}

function text(value: unknown, path: string): string {
  if (typeof value !== 'string') throw invalid(path, 'a string')
  return value
}

function whole(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(path, 'a number')
  return value
}

function pairs<V>(value: unknown, path: string): PersistentMap<string, V> {
  const entries = list(value, path)
  if (!entries.every((entry) => Array.isArray(entry) && typeof entry[0] === 'string')) throw invalid(path, 'pairs of a name and a value')
  return persistentMap(entries as [string, V][])
}

function invalid(path: string, expected: string): RollcallError {
  return new RollcallError('SNAPSHOT_INVALID', `The stored call is not readable: expected ${expected} at ${path}.`, { path, expected })
}
