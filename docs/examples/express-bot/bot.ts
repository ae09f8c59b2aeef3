/**
 * A hunt group: the caller is connected to the first of several people who answers; the others stop ringing.
 *
 * The bot has no state in memory. The database has the calls, and the position of the bot in their changes, so after a
 * kill and a restart the bot continues where it was.
 * @module
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { createRollcall, isBeingRemoved, isOpen, isPending, type CallHandle, type PublishedChange } from 'rollcall'
import { graphTransport, graphWebhook, toNodeListener } from 'rollcall/graph'
import { sqliteStore } from 'rollcall/sqlite'
import { readSettings, type Settings } from './settings.ts'
import { clientCredentials } from './token.ts'

let settings: Settings
try {
  settings = readSettings(process.env)
} catch (error) {
  console.error((error as Error).message)
  process.exit(2)
}
const { appId, tenantId, onCall, graphUrl, openIdConfigUrl } = settings

const transport = graphTransport({ token: clientCredentials(settings), baseUrl: graphUrl, appId })
const rollcall = createRollcall({ transport, store: sqliteStore(settings.database), applicationId: appId })

const app = express()
app.post('/callback', toNodeListener(graphWebhook(rollcall, { appId, tenantId, openIdConfigUrl }))) // before body parsers
app.get('/health', (_request, response) => void response.send('ok'))
const server = createServer(app)

// Every change, in order; after a restart, from the one that was being handled when the process ended.
const startTaking = (callbackUri: string): (() => void) =>
  rollcall.subscribe((change) => take(change, callbackUri), { cursor: 'express-bot' })

/** Handles one change. It does not wait for slow work, because the changes of other calls come next. */
async function take(change: PublishedChange, callbackUri: string): Promise<void> {
  console.log(describe(change))
  const call = rollcall.call(change.callId)
  if (change.key === undefined) {
    if (change.to === 'incoming') void answer(call, callbackUri)
    if (change.to === 'established') await ringEverybody(call)
  } else if (change.ending !== undefined) await leaveIfPointless(call, change)
  else if (change.to === 'active' && change.participant?.invitedAt !== undefined) await cancelOthers(call, change.key)
}

/** The service gives the bot 15 seconds for this. That the call is established is a change of its own. */
async function answer(call: CallHandle, callbackUri: string): Promise<void> {
  try {
    await call.answer({ callbackUri })
  } catch (error) {
    console.error(`${call.id}: the call was not answered: ${error instanceof Error ? error.message : error}`)
  }
}

/** Invites resolve when they are stored. Each is one request, because a call between two accepts one invitee at a time. */
async function ringEverybody(call: CallHandle): Promise<void> {
  const { participants } = await call.read()
  if ([...participants.values()].some(({ invitedAt }) => invitedAt !== undefined)) return
  await Promise.all(onCall.map((id) => call.invite({ user: { id } }, { ringTimeoutMs: 45_000 })))
}

/** Cancels everyone who still rings after the first answer. One who answers at this moment is removed again. */
async function cancelOthers(call: CallHandle, answeredKey: string): Promise<void> {
  const { participants } = await call.read()
  const others = [...participants.values()].filter(
    (one) => one.key !== answeredKey && isPending(one) && !isBeingRemoved(one),
  )
  await Promise.all(others.map(({ key }) => cancel(call, key)))
}

/** Waits until the removal is stored; its result is another change. */
async function cancel(call: CallHandle, key: string): Promise<void> {
  call.remove(key).catch(report)
  await call.waitFor(key, ({ removal, ending }) => removal !== undefined || ending !== undefined)
}

/** Hangs up when the last caller, or the last one on call, has left. */
async function leaveIfPointless(call: CallHandle, { participant }: PublishedChange): Promise<void> {
  const { state, participants } = await call.read()
  const isOnCall = participant?.invitedAt !== undefined
  const areOthersLeft = [...participants.values()].some(
    (one) => isOpen(one) && (one.invitedAt !== undefined) === isOnCall,
  )
  if (!areOthersLeft && state !== 'terminated') call.hangUp().catch(report)
}

/** Keys and states only; no names and no numbers. */
function describe({ callId, key, from, to, ending }: PublishedChange): string {
  const who = key === undefined ? 'call' : `participant ${key}`
  return `${callId} ${who}: ${from ?? 'unknown'} → ${to}${ending === undefined ? '' : ` (${ending.cause} by ${ending.by})`}`
}

function report(error: unknown): void {
  console.error(error instanceof Error ? error.message : error)
}

server.listen(settings.port, () => {
  const { port } = server.address() as AddressInfo
  const callbackUri = `${settings.publicUrl ?? `http://localhost:${port}`}/callback`
  startTaking(callbackUri)
  console.log(`listening on port ${port}, called back at ${callbackUri}`)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close()
    server.closeAllConnections()
    rollcall.close().catch(report)
  })
}
