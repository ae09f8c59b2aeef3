/**
 * The block of code that bots outside this repository are written to, over HTTP.
 * @module
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createRollcall } from '../../src/index.ts'
import { graphTransport, graphWebhook, toNodeListener } from '../../src/graph/index.ts'
import { SteppedTime } from '../../src/emulator/stepped-time.ts'
import { sqliteStore } from '../../src/sqlite/store.ts'
import { until } from '../waiting/waiting.ts'
import { GraphByTheFacts } from './graph-by-the-facts.ts'
import { annId, bobId, botId, callId, callIs, itself, operation, person, roster, sample } from './stage.ts'

describe('the façade over HTTP', () => {
  test('plays both documented examples with callbacks through a node listener', async () => {
    const graph = new GraphByTheFacts()
    const baseUrl = await graph.listen()
    // The service is real connections, and has no time of its own: what passes is what the library waits for.
    let present = 0
    const time = new SteppedTime(
      {
        now: () => present,
        nextAt: () => undefined,
        pending: () => 0,
        advance: async (ms) => {
          present += ms
        },
        settled: async () => undefined,
      },
      Date.UTC(2030, 0, 1),
    )
    const rollcall = createRollcall({
      transport: graphTransport({ token: async () => 'secret', baseUrl, fetch: time.counted(fetch) }),
      store: sqliteStore(':memory:'),
      clock: time.clock,
    })
    const bot = createServer(toNodeListener(graphWebhook(rollcall, { authentication: 'off' })))
    await new Promise<void>((resolve) => {
      bot.listen(0, '127.0.0.1', resolve)
    })
    const url = `http://127.0.0.1:${(bot.address() as AddressInfo).port}/api/calls`
    const post = async (body: unknown) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', connection: 'close' },
        body: JSON.stringify(body),
      })
      await response.text()
      return response.status
    }
    try {
      const ids = { 'ab6233a5-20b7-4c5e-bea2-ce56c9776429': callId }
      graph.roster = [itself()]
      expect(await post(callIs('established', { myParticipantId: botId }))).toBe(202)
      expect(await post(roster(itself()))).toBe(202)
      const call = rollcall.call(callId)

      const bob = await call.invite({ user: { id: bobId } }, { replacesCallId: 'a7ebfb2d-871e-419c-87af-27290b22e8db' })
      await until('the invite is sent', () => graph.count('POST', /invite$/), 1)
      await time.during(call.waitFor(bob.key, 'ringing'))
      graph.roster = [itself(), person('11111111-0000-0000-0000-000000000001', bobId)]
      await post(roster(...graph.roster))
      await time.during(call.waitFor(bob.key, 'active'))
      const context = graph.sent('POST', /invite$/)[0]?.body.clientContext
      await post(
        sample('docs-invite-one-op-completed-notification.json', {
          ...ids,
          'f2fa86af-3c51-4bc2-8fc0-475452d9764f': context,
        }),
      )
      const removal = call.remove(bob.key)
      await until('the DELETE is sent', () => graph.count('DELETE', /participants/), 1)
      graph.roster = [itself()]
      await post(roster(itself()))
      expect((await time.during(removal)).ending).toMatchObject({ cause: 'removed', by: 'local' })

      graph.namesInvitees = true
      const second = await call.invite({ user: { id: annId } })
      await time.during(call.waitFor(second.key, 'ringing'))
      const cancel = call.remove(second.key)
      await until('the second DELETE is sent', () => graph.count('DELETE', /participants/), 2)
      expect(graph.sent('DELETE', /participants/)[1]?.path).toContain('/participants/9a6d30ea-')
      await post(
        operation(graph.sent('POST', /invite$/)[1]?.body.clientContext, 'failed', {
          code: 400,
          subcode: 8508,
          message: 'Action failed, the operation was cancelled.',
        }),
      )
      expect(await time.during(cancel)).toMatchObject({
        state: 'cancelled',
        ending: { cause: 'cancelled', by: 'local' },
      })
      const hangUp = call.hangUp()
      await until('the bot hangs up', () => graph.count('DELETE', new RegExp(`${callId}$`)), 1)
      await post(sample('docs-call-terminating-notification.json', { '57dab8b1-894c-409a-b240-bd8beae78896': callId }))
      await post(sample('docs-call-terminated-notification.json', { '57dab8b1-894c-409a-b240-bd8beae78896': callId }))
      expect((await time.during(hangUp)).state).toBe('terminated')
    } finally {
      await time.during(rollcall.close())
      await graph.close()
      bot.closeAllConnections()
      await new Promise<void>((resolve) => {
        bot.close(() => resolve())
      })
    }
  })
})
