/**
 * The call that most host laws start with: Bob was invited and has joined.
 * @module
 */
import type { CallHandle } from '../../host/api/call-handle.ts'
import type { PublishedChange } from '../../host/ports/published-change.ts'
import type { Rollcall } from '../../host/api/rollcall.ts'
import { callId, demand, type Scene } from './scene.ts'
import { LawBroken } from '../laws.ts'

/** The invitee. */
export const bob = { user: { id: 'bob' } }

/** Long enough that a call needs a keepAlive: the service ends it after 45 minutes without one (documented). */
export const KEPT_ALIVE_MS = 45 * 60_000

/** Longer than any report of an arrival stays in doubt. */
const SETTLED_MS = 5_000

/** A host in a call that Bob was invited to and has joined, and the changes published meanwhile. */
export async function withBob(scene: Scene): Promise<{
  readonly rollcall: Rollcall
  readonly call: CallHandle
  readonly key: string
  readonly told: readonly PublishedChange[]
}> {
  const rollcall = await scene.begin()
  const told: PublishedChange[] = []
  rollcall.subscribe((change) => void told.push(change))
  const call = rollcall.call(callId)
  let key: string | undefined
  call.invite(bob).then(
    (invited) => {
      key = invited.key
    },
    () => undefined,
  )
  await scene.pass()
  if (key === undefined) throw new LawBroken('an invite was requested and did not settle')
  demand(scene.service.truth(callId)?.ringing.length === 1, 'a participant was invited, and does not ring')
  scene.service.act({ act: 'answer', callId, who: 'bob' })
  await scene.pass(SETTLED_MS)
  return { rollcall, call, key, told }
}
