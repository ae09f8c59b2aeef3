/**
 * Known ids: which participant an id means, and which keys are free.
 *
 * Rule 1: an id means the participant who has it, or had it last. Where several had it, whom it means does not follow from
 * the participants: that is written down, in `aliases`.
 * Rule 2: a key that is, or was, another participant's is not given again.
 * @module
 */
import { isOpen, isPresent, type Participant } from '../../participant/participant.ts'
import type { Call, WritableCall } from './call.ts'

/** An id means the participant who had it last, but for a roster id of one who is present: that is theirs alone. */
export function bindId(call: WritableCall, id: string, claimant: Participant): void {
  const known = call.byId.get(id)
  const owner = known === undefined ? undefined : call.participants.get(known)
  const isTaken = owner !== undefined && owner.id === id && isPresent(owner)
  if (owner === undefined) call.byId = call.byId.set(id, claimant.key)
  else if (owner.key !== claimant.key) recordAlias(call, id, isTaken ? owner.key : claimant.key)
}

/** Writes down which participant an id means that several had: it does not follow from the participants. */
export function recordAlias(call: WritableCall, id: string, key: string): void {
  call.byId = call.byId.set(id, key)
  call.aliases = call.aliases.set(id, key)
}

/** The participant an id means: the one who has it, or had it last. */
export function findById(
  { call }: { readonly call: Call },
  { id }: { readonly id?: string | undefined },
): Participant | undefined {
  const key = id === undefined ? undefined : call.byId.get(id)
  return key === undefined ? undefined : call.participants.get(key)
}

/** An id that a participant was known by before: a late report of it is about them. */
export function addAlias({ call }: { readonly call: WritableCall }, id: string, key: string): void {
  recordAlias(call, id, key)
}

/** The end of a key that is numbered. */
const numberedKey = /~\d+$/

/**
 * A key that no participant of this call has had, made from the given text. The keys of forgotten participants are not
 * kept. Once there are such keys, each new key ends with the number of its introduction, which no other key ends with.
 */
export function freshKey(call: Call, base: string): string {
  const isPlain = call.forgotten === 0 && !numberedKey.test(base) && isFree(call, base)
  return isPlain ? base : `${base}~${call.introduced}`
}

/** False for the keys that are known to be taken: those of participants, and those that are kept as former ids. */
export function isFree({ participants, aliases, self }: Call, key: string): boolean {
  return !participants.has(key) && key !== self.participantId && key !== self.formerId && !aliases.has(key)
}

/** Who had which of the ids that are written down: made once for all who are forgotten together. */
export interface FormerIds {
  /** The ids that mean a participant, by key. */
  readonly ofKeys: Map<string, string[]>
  /** Keys of the participants who have an id or had it first, by id. */
  readonly holders: ReadonlyMap<string, readonly string[]>
}

/** Those of a call, by key and by id. */
export function formerIds({ aliases, participants }: Call): FormerIds {
  const ofKeys = new Map<string, string[]>()
  const holders = new Map<string, string[]>()
  if (aliases.size === 0) return { ofKeys, holders }
  for (const [id, key] of aliases) addTo(ofKeys, key, id)
  for (const { key, id, participantId } of participants.values()) {
    for (const own of new Set([id, participantId])) if (own !== undefined && aliases.has(own)) addTo(holders, own, key)
  }
  return { ofKeys, holders }
}

function addTo(lists: Map<string, string[]>, name: string, item: string): void {
  const list = lists.get(name)
  if (list === undefined) lists.set(name, [item])
  else list.push(item)
}

/** Others may have had an id of a forgotten participant: the latest of them has it again, present ones before ended ones. */
export function inheritId(call: WritableCall, id: string, { ofKeys, holders }: FormerIds): void {
  const rank = (participant: Participant): number => participant.ordinal + (isOpen(participant) ? call.introduced : 0)
  const heirs = (holders.get(id) ?? []).flatMap((key) => call.participants.get(key) ?? [])
  const [heir] = heirs.sort((one, other) => rank(other) - rank(one))
  if (heir === undefined) return
  recordAlias(call, id, heir.key)
  addTo(ofKeys, heir.key, id)
}
