/**
 * The bot that is killed: a host on a file, behind a webhook, that does what its parent tells it.
 *
 * Rule 1: it keeps nothing of its own but a file of the changes it was told, which it appends to before it takes the
 * next one, as an application would.
 * Rule 2: where it is to die is said when it is started: at the n-th step of a name, by its own SIGKILL.
 * Rule 3: time is the parent's. It passes when the parent says so, and the bot answers when it is idle again.
 * @module
 */
import { appendFileSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isRollcallError } from '../../src/call/model/errors.ts'
import { toNodeListener } from '../../src/webhook/node-listener.ts'
import { graphTransport } from '../../src/graph/transport/transport.ts'
import { graphWebhook } from '../../src/graph/webhook/webhook.ts'
import type { Store } from '../../src/host/ports/ports.ts'
import { createRollcall } from '../../src/host/api/rollcall.ts'
import { isOpen } from '../../src/participant/participant.ts'
import { sqliteStore } from '../../src/sqlite/store.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { Life, mortalStore, mortalTransport } from '../host/mortal.ts'
import type { Answer, BotCommand, BotPlan, FromBot, SeenCall, ToBot } from './bot-plan.ts'
import { createDice } from './dice.ts'
import { failingDisk } from './failing-disk.ts'
import { serviceLine } from './service-line.ts'
import { Work } from './work.ts'

/** Another process that writes is waited for as long as it takes: it is alive, or the system has taken its lock away. */
const BUSY_TIMEOUT_MS = 24 * 60 * 60_000

/** One token in so many comes late, by so many milliseconds. */
const LATE_TOKEN_ONE_IN = 10
const LATE_TOKEN_MS = 2_000

const plan = JSON.parse(process.argv[2] ?? '') as BotPlan

const clock = virtualClock(plan.nowMs, { settlingTurns: 1 })

/** A life whose steps count from a time on. */
class ArmedLife extends Life {
  override reach(name: string): void {
    if (clock.now() >= plan.armedAtMs) super.reach(name)
  }
}

const life = new ArmedLife(plan.lastStep ?? Infinity, (step) => {
  writeSync(1, `${step}\n`)
  process.kill(process.pid, 'SIGKILL')
})
const work = new Work()
const dice = createDice(plan.seed)

// A commit outlives its process without being on the disk; only the loss of power would take it along.
const file = sqliteStore(plan.file, { synchronous: 'normal', pollMs: plan.pollMs, busyTimeoutMs: BUSY_TIMEOUT_MS })
/** A bot that waits for the file while another bot holds it is not idle. */
const counted: Store = {
  ...file,
  load: (callId) => work.during(file.load(callId)),
  commit: (commit) => work.during(file.commit(commit)),
  claim: (callId, effectId, lease) => work.during(file.claim(callId, effectId, lease)),
  renew: (lease) => work.during(file.renew(lease)),
  release: (instanceId) => work.during(file.release(instanceId)),
  writeCursor: (name, position) => work.during(file.writeCursor(name, position)),
}
const reach = (name: string): void => life.reach(name)
const transport = graphTransport({
  // What is sent meanwhile is queued: it is reserved, and not begun.
  token: () =>
    life.through('token', async () => {
      if (dice.below(LATE_TOKEN_ONE_IN) === 0)
        await new Promise<void>((resolve) => void clock.schedule(clock.now() + LATE_TOKEN_MS, resolve))
      return 'token'
    }),
  baseUrl: plan.serviceUrl,
  fetch: serviceLine(work, clock, dice),
  random: () => dice.below(2 ** 16) / 2 ** 16,
})
const rollcall = createRollcall({
  transport: mortalTransport(transport, life, () => undefined),
  store: mortalStore(plan.hasFailingDisk ? failingDisk(counted, plan.seed) : counted, life),
  clock,
  logger: { debug: reach, info: reach, warn: reach, error: reach },
  ringTimeoutMs: plan.ringTimeoutMs,
  // Longer than any history: what became of everybody is looked up at its end.
  tombstoneMs: 7 * 24 * 60 * 60_000,
  // A failing disk is told of; what counts is what comes of it.
  onError: (error) => {
    if (!plan.hasFailingDisk && !isRollcallError(error)) console.error(error)
  },
})

// A reader begins with what happens next; this one, with what happened first.
if ((await file.readCursor(plan.reader)) === undefined) await file.writeCursor(plan.reader, await file.journalEnd())
rollcall.subscribe(
  ({ callId, key, to, at }) =>
    appendFileSync(plan.toldFile, `${JSON.stringify({ life: plan.life, change: { callId, key, to, at } })}\n`),
  { cursor: plan.reader },
)

const webhook = toNodeListener(graphWebhook(rollcall, { authentication: 'off' }))
const server = createServer((request, response) => {
  // Each callback comes on a connection of its own, to whichever bot has its turn.
  response.shouldKeepAlive = false
  response.once('close', work.begin())
  webhook(request, response)
})
server.listen(0, '127.0.0.1', () => say({ type: 'listening', port: (server.address() as AddressInfo).port }))

let advancing = Promise.resolve()
process.on('message', (message: ToBot) => {
  if (message.type === 'advance') advancing = advancing.then(() => advance(message.ask, message.toMs))
  else
    void answer(message.command).then((answered) => say({ type: 'answer', number: message.number, answer: answered }))
})
process.on('disconnect', () => process.exit())

function say(message: FromBot): void {
  process.send?.(message)
}

async function advance(ask: number, toMs: number): Promise<void> {
  await clock.advance(Math.max(0, toMs - clock.now()))
  await work.idle()
  say({ type: 'idle', ask, nextAt: clock.nextAt })
}

async function answer(command: BotCommand): Promise<Answer> {
  try {
    return { seen: await obey(command) }
  } catch (error) {
    return isRollcallError(error) ? { code: error.code, status: error.status } : { code: String(error), status: 500 }
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
        if (
          participant.identity['user']?.id !== command.person ||
          !isOpen(participant) ||
          participant.removal !== undefined
        )
          continue
        call.remove(key).catch(() => undefined)
        await call
          .waitFor(key, ({ removal, state }) => removal !== undefined || state === 'removed' || state === 'cancelled', {
            timeoutMs: 60_000,
          })
          .catch((error: unknown) => {
            // Gone by themselves, which is as good.
            if (!isRollcallError(error) || (error.code !== 'PARTICIPANT_ENDED' && error.code !== 'CALL_ENDED'))
              throw error
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
