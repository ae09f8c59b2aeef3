/**
 * Known ids: which participant an id resolves to, and which keys are free.
 *
 * Rule 1: an id resolves to the participant that has it, or had it last. If several had it, the participants alone do
 * not determine the owner, and `aliases` stores it.
 * Rule 2: a key that belongs or belonged to another participant is not used again.
 * @module
 */
import { isOpen, isPresent, type Participant } from '../../participant/participant.ts'
import type { Call, WritableCall } from './call.ts'

/** Binds an id to its latest owner, except that a present participant keeps its roster id. */
export function bindId(call: WritableCall, id: string, claimant: Participant): void {
  const known = call.byId.get(id)
  const owner = known === undefined ? undefined : call.participants.get(known)
  const isTaken = owner !== undefined && owner.id === id && isPresent(owner)
  if (owner === undefined) call.byId = call.byId.set(id, claimant.key)
  else if (owner.key !== claimant.key) recordAlias(call, id, isTaken ? owner.key : claimant.key)
}

/** Stores the owner of an id that the participants alone do not determine. */
export function recordAlias(call: WritableCall, id: string, key: string): void {
  call.byId = call.byId.set(id, key)
  call.aliases = call.aliases.set(id, key)
}

/** The participant that an id resolves to: the one that has it, or had it last. */
export function findById(
  { call }: { readonly call: Call },
  { id }: { readonly id?: string | undefined },
): Participant | undefined {
  const key = id === undefined ? undefined : call.byId.get(id)
  return key === undefined ? undefined : call.participants.get(key)
}

/** Adds a former id of a participant: late reports with it are about this participant. */
export function addAlias({ call }: { readonly call: WritableCall }, id: string, key: string): void {
  recordAlias(call, id, key)
}

/** The suffix of a numbered key. */
const numberedKey = /~\d+$/

/**
 * A key that no participant of this call has or had, derived from `base`. Keys of deleted participants are not stored,
 * so once there are any, every new key ends with its ordinal, which no other key ends with.
 */
export function freshKey(call: Call, base: string): string {
  const isPlain = call.forgotten === 0 && !numberedKey.test(base) && isFree(call, base)
  return isPlain ? base : `${base}~${call.introduced}`
}

/** False for keys that are known to be in use: keys of participants, former ids, and the bot's own ids. */
export function isFree({ participants, aliases, self }: Call, key: string): boolean {
  return !participants.has(key) && key !== self.participantId && key !== self.formerId && !aliases.has(key)
}

/** The former ids of a call, by key and by id; computed once for all participants deleted in one step. */
export interface FormerIds {
  /** Former ids that resolve to a participant, by key. */
  readonly ofKeys: Map<string, string[]>
  /** Keys of the participants that have the id as roster id or invitee id, by id. */
  readonly holders: ReadonlyMap<string, readonly string[]>
}

/** Collects the former ids of a call. */
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

/** Gives the id of a deleted participant to the latest other participant that had it, open ones before ended ones. */
export function inheritId(call: WritableCall, id: string, { ofKeys, holders }: FormerIds): void {
  const rank = (participant: Participant): number => participant.ordinal + (isOpen(participant) ? call.introduced : 0)
  const successors = (holders.get(id) ?? []).flatMap((key) => call.participants.get(key) ?? [])
  const [successor] = successors.sort((one, other) => rank(other) - rank(one))
  if (successor === undefined) return
  recordAlias(call, id, successor.key)
  addTo(ofKeys, successor.key, id)
}
