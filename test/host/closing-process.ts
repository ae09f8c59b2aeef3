/**
 * A process that has nothing to do but to close a host whose transport hangs: `closing-process.ts <path>`. It writes
 * what came of it to its output.
 * @module
 */
import { createRollcall } from '../../src/host/api/rollcall.ts'
import { sqliteStore } from '../../src/sqlite/store.ts'
import { fakeTransport } from './fake-transport.ts'

const [path = ''] = process.argv.slice(2)
const transport = fakeTransport()
const inner = sqliteStore(path)
let isClosed = false
const store = {
  ...inner,
  close: async () => {
    isClosed = true
    await inner.close()
  },
}
const rollcall = createRollcall({ transport, store })
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
transport.hold('deleteParticipant')
rollcall
  .call('call')
  .remove('ann')
  .catch(() => undefined)
while (transport.count('deleteParticipant') === 0) await new Promise((resolve) => setImmediate(resolve))
await rollcall.close({ drainMs: 50 })
console.log(`store closed: ${isClosed}`)
