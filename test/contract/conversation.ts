/**
 * Beginnings of conversations: a call with Bob in it, and one in which Bob rings.
 * @module
 */
import { bobId, establishedStage, itself, person, roster, settle } from './stage.ts'

/** The invitee of these conversations. */
export const bob = { user: { id: bobId } }

/** How the service reports an operation that a removal cancelled. */
export const cancelledOperation = { code: 400, subcode: 8508, message: 'Action failed, the operation was cancelled.' }

/** An established call in which Bob is active. */
export async function withBob(given: Parameters<typeof establishedStage>[0] = {}) {
  const set = await establishedStage(given)
  const { key } = await set.call.invite(bob)
  await settle()
  set.graph.roster = [itself(), person('p-bob', bobId)]
  await set.post(roster(...set.graph.roster))
  await set.clock.advance(3_000)
  return { ...set, key, read: async () => (await set.call.read()).participants.get(key) }
}

/** An established call in which Bob rings; `names`: the answer to the invite names the invitee. */
export async function ringing({
  names = false,
  ...given
}: Parameters<typeof establishedStage>[0] & { names?: boolean } = {}) {
  const set = await establishedStage(given)
  set.graph.namesInvitees = names
  const { key } = await set.call.invite(bob)
  await settle()
  const context = (): string => set.graph.sent('POST', /invite$/).at(-1)?.body.clientContext
  return { ...set, key, context, read: async () => (await set.call.read()).participants.get(key) }
}
