/**
 * A host whose transport queues its requests before it claims them.
 * @module
 */
import type { RequestOptions, Store } from '../../src/host/ports/ports.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { virtualClock, type VirtualClock } from '../../src/time/virtual-clock.ts'
import { fakeTransport, refused, type FakeTransport } from './fake-transport.ts'
import { callIs, stage } from './stage.ts'

/** The invitee. */
export const bob = { user: { id: 'bob' } }

/** A transport whose invites queue until they are let go, and are claimed then. */
export function queueing(): FakeTransport & { readonly letGo: () => void; readonly claims: readonly boolean[] } {
  const inner = fakeTransport()
  const queue: (() => void)[] = []
  const claims: boolean[] = []
  return Object.assign(inner, {
    fencesSends: true,
    claims,
    letGo: () => {
      for (const proceed of queue.splice(0)) proceed()
    },
    invite: claimed(inner, inner.invite, async () => new Promise<void>((resolve) => void queue.push(resolve)), claims),
    getCall: claimed(inner, inner.getCall),
    keepAlive: claimed(inner, inner.keepAlive),
    listParticipants: claimed(inner, inner.listParticipants),
  })
}

/** A method that claims its request, after it has waited for what comes first. */
function claimed<A extends readonly unknown[], R>(
  transport: FakeTransport,
  send: (...asked: [...A, RequestOptions?]) => Promise<R>,
  first = async (): Promise<void> => undefined,
  claims: boolean[] = [],
): (...asked: [...A, RequestOptions?]) => Promise<R> {
  return async (...asked) => {
    await first()
    const isClaimed = await (asked.at(-1) as RequestOptions).beforeSend?.()
    claims.push(isClaimed === true)
    return isClaimed === true ? send.apply(transport, asked) : (refused(0, 'aborted') as R)
  }
}

/** A host in a call, on a store of its own or that one, whose invites queue. */
export async function setUp(given: { readonly store?: Store; readonly clock?: VirtualClock } = {}) {
  const transport = queueing()
  const at = stage({ store: memoryStore(), clock: virtualClock(), ...given, transport })
  await at.rollcall.receive([callIs('establishing'), callIs('established')])
  await at.clock.settle()
  return { ...at, transport }
}
