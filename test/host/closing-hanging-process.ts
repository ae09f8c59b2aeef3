/**
 * A process that has nothing to do but to close a host whose transport and store hang. It writes what came of its promises to
 * its output. Its time is real and goes a hundred times faster: closing takes as long as each thing that hangs is waited for.
 * @module
 */
import { createRollcall } from '../../src/host/api/rollcall.ts'
import type { RollcallError } from '../../src/call/model/errors.ts'
import type { Store } from '../../src/host/ports/ports.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { fakeTransport } from './fake-transport.ts'

const SPEED = 100
const [dateNow, performanceNow, realTimeout] = [Date.now, performance.now.bind(performance), setTimeout]
const begun = dateNow()
Date.now = () => begun + (dateNow() - begun) * SPEED
performance.now = () => performanceNow() * SPEED
globalThis.setTimeout = ((run: () => void, ms = 0) => realTimeout(run, ms / SPEED)) as typeof setTimeout

const transport = fakeTransport()
const inner = memoryStore()
let isHanging = false
const asked: string[] = []
const store = new Proxy(inner, {
  get(target, name: keyof Store) {
    if (name === 'watch') return target.watch
    return (...given: readonly never[]) => {
      asked.push(name)
      return isHanging
        ? new Promise(() => undefined)
        : (target[name] as (...given: readonly never[]) => unknown)(...given)
    }
  },
})
const rollcall = createRollcall({ transport, store, onError: () => undefined })
await rollcall.receive([
  { callId: 'call', event: { type: 'call.reported', state: 'establishing', myParticipantId: 'bot' } },
  { callId: 'call', event: { type: 'call.reported', state: 'established' } },
  {
    callId: 'call',
    event: {
      type: 'roster.reported',
      kind: 'full',
      entries: [
        { id: 'bot', identity: { application: { id: 'app' } } },
        { id: 'ann', identity: { user: { id: 'ann' } } },
      ],
    },
  },
])
const call = rollcall.call('call')
const outcomes: string[] = []
const tell = (name: string, promise: Promise<unknown>): void => {
  promise.then(
    () => outcomes.push(`${name}: done`),
    ({ code, definite }: RollcallError) => outcomes.push(`${name}: ${code} ${definite ? 'definite' : 'indefinite'}`),
  )
}
transport.hold('deleteParticipant')
transport.hold('createCall')
tell('remove', call.remove('ann'))
tell('createCall', rollcall.createCall({ callbackUri: 'https://bot.example/callback' }))
while (transport.count('deleteParticipant') === 0) await new Promise((resolve) => setImmediate(resolve))
isHanging = true
tell('invite', call.invite({ user: { id: 'bob' } }))
tell('read', call.read())
await rollcall.close()
console.log([...outcomes.sort(), `store closed: ${asked.filter((name) => name === 'close').length}`].join('\n'))
