/**
 * The call that most host laws begin with: Bob was invited and has come.
 * @module
 */
import type { CallHandle } from '../../host/api/call-handle.ts'
import type { PublishedChange } from '../../host/ports/ports.ts'
import type { Rollcall } from '../../host/api/rollcall.ts'
import { callId, demand, type Scene } from './scene.ts'
import { LawBroken } from '../laws.ts'

/** The invitee. */
export const bob = { user: { id: 'bob' } }

/** A call has to be kept alive at least once in this: the service ends it after 45 minutes without (documented). */
export const KEPT_ALIVE_MS = 45 * 60_000

/** Longer than any report of an arrival is doubted. */
const SETTLED_MS = 5_000

/** A host in a call that Bob was invited to and has come into, and what was told meanwhile. */
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
  if (key === undefined) throw new LawBroken('an invite was asked for and came to nothing')
  demand(scene.service.truth(callId)?.ringing.length === 1, 'somebody was to be invited, and does not ring')
  scene.service.act({ act: 'answer', callId, who: 'bob' })
  await scene.pass(SETTLED_MS)
  return { rollcall, call, key, told }
}
