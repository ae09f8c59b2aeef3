/**
 * Beginnings of conversations: an established call, and one to which Bob is invited.
 * @module
 */
import { bot, callId, callIs, entry, roster, stage } from './stage.ts'

/** The invitee of these conversations. */
export const bob = { user: { id: 'bob' } }

/** An established call. */
export async function established(given = {}) {
  const set = stage(given)
  await set.rollcall.receive([callIs('establishing'), callIs('established')])
  return { ...set, call: set.rollcall.call(callId) }
}

/** An established call in which Bob is active. */
export async function withBob(given = {}) {
  const set = await established(given)
  const invited = await set.call.invite(bob)
  set.transport.roster = [bot, entry('bob')]
  await set.rollcall.receive([roster(entry('bob'))])
  // Past the time in which a roster without them would be older than their joining.
  await set.clock.advance(3_000)
  return { ...set, key: invited.key }
}
