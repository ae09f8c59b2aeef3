/**
 * The bot that is killed: a host on a file, behind a webhook, that does what it is told over HTTP.
 *
 * Rule 1: it keeps nothing of its own but a file of the changes it was told, which it appends to before it takes the
 * next one, as an application would.
 * Rule 2: where it is to die is said when it is started: at the n-th step of a name, by its own SIGKILL.
 * @module
 */
import { appendFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isRollcallError } from '../../src/call/errors.ts'
import { toNodeListener } from '../../src/graph/node-listener.ts'
import { graphTransport } from '../../src/graph/transport.ts'
import { graphWebhook } from '../../src/graph/webhook.ts'
import type { Clock } from '../../src/host/ports.ts'
import { createRollcall } from '../../src/host/rollcall.ts'
import { isOpen } from '../../src/participant/participant.ts'
import { sqliteStore } from '../../src/store/sqlite.ts'
import { Life, mortalStore, mortalTransport } from '../host/mortal.ts'
import type { BotCommand, BotPlan, SeenCall } from './bot-plan.ts'
import { failingDisk } from './failing-disk.ts'

const plan = JSON.parse(process.argv[2] ?? '') as BotPlan

const life = new Life(plan.lastStep ?? Infinity, (step) => {
  process.stdout.write(`${JSON.stringify({ died: step })}\n`)
  process.kill(process.pid, 'SIGKILL')
})

/** The service's time: faster than the machine's. */
const clock: Clock = {
  now: () => plan.epochMs + Math.floor((Date.now() - plan.epochMs) * plan.speed),
  schedule(atMs, run) {
    const timer = setTimeout(run, Math.max(0, Math.ceil((atMs - clock.now()) / plan.speed)))
    return () => clearTimeout(timer)
  },
}

const file = sqliteStore(plan.file, { pollMs: plan.pollMs })
const reach = (name: string): void => life.reach(name)
const rollcall = createRollcall({
  transport: mortalTransport(graphTransport({ token: async () => 'token', baseUrl: plan.serviceUrl }), life, () => undefined),
  store: mortalStore(plan.diskSeed === undefined ? file : failingDisk(file, plan.diskSeed), life),
  clock,
  logger: { debug: reach, info: reach, warn: reach, error: reach },
  ringTimeoutMs: plan.ringTimeoutMs,
  // Longer than any history: what became of everybody is looked up at its end.
  tombstoneMs: 7 * 24 * 60 * 60_000,
  // A failing disk is told of; what counts is what comes of it.
  onError: (error) => { if (plan.diskSeed === undefined && !isRollcallError(error)) console.error(error) },
})

// A reader begins with what happens next; this one, with what happened first.
if (await file.readCursor(plan.reader) === undefined) await file.writeCursor(plan.reader, await file.journalEnd())
rollcall.subscribe(({ callId, key, to, at }) => appendFileSync(plan.toldFile, `${JSON.stringify({ life: plan.life, change: { callId, key, to, at } })}\n`), { cursor: plan.reader })

const webhook = toNodeListener(graphWebhook(rollcall, { authentication: 'off' }))
const server = createServer((request, response) => {
  if (request.url === '/callback') webhook(request, response)
  else void answer(request, response)
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`))

process.on('disconnect', () => process.exit())

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const seen = await obey(JSON.parse(body) as BotCommand)
    response.writeHead(200).end(JSON.stringify(seen))
  } catch (error) {
    const code = isRollcallError(error) ? error.code : String(error)
    response.writeHead(isRollcallError(error) ? error.status ?? 500 : 500).end(JSON.stringify({ code }))
  }
}

/** Does what it is told; resolves once the intent is durable. */
async function obey(command: BotCommand): Promise<SeenCall | null> {
  const call = rollcall.call(command.callId)
  switch (command.act) {
    case 'invite':
      await call.invite({ user: { id: command.person } })
      return null
    case 'remove':
      for (const [key, participant] of (await call.read()).participants) {
        if (participant.identity['user']?.id !== command.person || !isOpen(participant) || participant.removal !== undefined) continue
        call.remove(key).catch(() => undefined)
        await call.waitFor(key, ({ removal, state }) => removal !== undefined || state === 'removed' || state === 'cancelled', { timeoutMs: 60_000 }).catch((error: unknown) => {
          // Gone by themselves, which is as good.
          if (!isRollcallError(error) || (error.code !== 'PARTICIPANT_ENDED' && error.code !== 'CALL_ENDED')) throw error
        })
      }
      return null
    case 'hangUp':
      await call.hangUp({ timeoutMs: 60_000 })
      return null
    case 'read': {
      const { state, participants } = await call.read()
      return { state, participants: [...participants.values()] }
    }
  }
}
