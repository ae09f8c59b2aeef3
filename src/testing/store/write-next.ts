/**
 * Histories in a store: every event of a call harness is committed as a host commits it, and the call is read back.
 * @module
 */
import { decodeParts, encodeCall } from '../../call/codec/codec.ts'
import { cachedAfter, commitOf, isOver, needsCommit, stepBatch, type CachedCall } from '../../host/actor/batch.ts'
import type { Store } from '../../host/ports/ports.ts'
import type { CallHarness } from '../call-harness.ts'
import { asJson, loaded, same } from './checks.ts'

/**
 * Commits the last event of the harness as a host would, and reads the call back. Returns the call as the host caches it.
 * @throws LawBroken if the call that is read differs from the call that was written
 */
export async function writeNext(
  store: Store,
  held: CachedCall | undefined,
  { history, call: id }: CallHarness,
): Promise<CachedCall | undefined> {
  const event = history.at(-1)
  if (event === undefined) return held
  const effectId = [...(held?.outbox.keys() ?? [])][0]
  const batch = stepBatch({ callId: id.id, cached: held, options: {}, isResuming: false, now: event.at }, [
    effectId === undefined
      ? { type: 'events', events: [event], unknownCall: 'adopt' }
      : { type: 'answer', effectId, event },
  ])
  if (batch.call === undefined || !needsCommit(batch)) return held
  await store.commit(commitOf(batch, batch.call, { instanceId: 'law', at: event.at }))
  const next = cachedAfter(batch, batch.call)
  const stored = await loaded(store, id.id)
  same(encodeCall(decodeParts(stored.core, stored.participants)), encodeCall(next.call), 'the call')
  same(
    stored.outbox.map(({ effect }) => effect),
    [...next.outbox.values()].map(asJson),
    'its outbox',
  )
  await checkDue(store, next, event.at)
  return next
}

/** Checks when the store lists the call as due. Its requests are leased, so that only its earliest deadline counts. */
async function checkDue(store: Store, { call, outbox }: CachedCall, at: number): Promise<void> {
  for (const id of outbox.keys()) await store.reserve(call.id, id, { instanceId: 'law', at, until: Infinity })
  const next = Math.min(...call.deadlines.values())
  const isDue = async (before: number): Promise<boolean> => (await store.listDue(before)).includes(call.id)
  same(await isDue(Number.MAX_VALUE), !isOver(call) && next < Infinity, 'whether it becomes due')
  if (!isOver(call) && next < Infinity)
    same([await isDue(next), await isDue(next + 1)], [false, true], 'due at its earliest deadline, and after it')
}
