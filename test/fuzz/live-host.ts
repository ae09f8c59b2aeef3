/**
 * A live host for a fuzz: a webhook behind HTTP on loopback, a host, a store on SQLite, and a service that answers every
 * request in one of the ways a service can.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Verdict } from '../../src/call/model/events.ts'
import { invariants } from '../../src/call/invariants.ts'
import { isRollcallError } from '../../src/call/model/errors.ts'
import { decodeParts } from '../../src/call/codec/codec.ts'
import { graphWebhook, toNodeListener } from '../../src/graph/index.ts'
import type { Transport } from '../../src/host/ports/ports.ts'
import { createRollcall } from '../../src/host/api/rollcall.ts'
import { sqliteStore } from '../../src/sqlite/store.ts'
import { readFailure } from '../../src/graph/wire/result-codes.ts'

/** A host that listens. */
export interface LiveHost {
  readonly url: string
  /** What the host was told of that went wrong and is no error of the library's own. */
  readonly troubles: readonly string[]
  /** Closes the host and says what is wrong with what is stored; undefined when all of it is sound. */
  close(): Promise<{ readonly calls: number; readonly wrong: string | undefined }>
}

/** Starts one. `random` decides how the service answers. */
export async function startHost(random: () => number): Promise<LiveHost> {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-fuzz-'))
  const path = join(folder, 'calls.db')
  const troubles: string[] = []
  const rollcall = createRollcall({
    store: sqliteStore(path),
    transport: anyService(random),
    onError: (error) => void (isRollcallError(error) || troubles.push(String(error))),
  })
  const webhook = graphWebhook(rollcall, {
    authentication: 'off',
    onRefused: (error) => void (isRollcallError(error) || troubles.push(String(error))),
  })
  const server = createServer(toNodeListener(webhook))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    troubles,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rollcall.close({ drainMs: 0 })
      const store = sqliteStore(path)
      const open = await store.listOpen()
      let wrong: string | undefined
      for (const callId of open) {
        const stored = await store.load(callId)
        if (stored !== undefined) wrong ??= invariants(decodeParts(stored.core, stored.participants))[0]
      }
      await store.close()
      rmSync(folder, { recursive: true })
      return { calls: open.length, wrong }
    },
  }
}

/** A service that is not there, does not know the call, is busy, or shows an empty roster. */
function anyService(random: () => number): Transport {
  const failure = (status: number): Verdict<never> => ({
    verdict: 'refused',
    failure: readFailure({ status, code: 'none', message: 'no' }),
  })
  const answer = (value: unknown): Verdict<never> => {
    const draw = random()
    if (draw < 0.4) return { verdict: 'done', value: value as never }
    if (draw < 0.6) return failure(404)
    if (draw < 0.8) return failure(403)
    return { verdict: 'unconfirmed', failure: { reason: 'other', code: 'none', message: 'no answer' } }
  }
  const values: Readonly<Record<string, unknown>> = {
    createCall: { callId: 'made' },
    getCall: { state: 'established' },
    invite: { status: 'running' },
    listParticipants: { entries: [] },
  }
  const methods = [
    'createCall',
    'getCall',
    'keepAlive',
    'hangUp',
    'invite',
    'listParticipants',
    'deleteParticipant',
    'muteParticipant',
  ]
  return Object.fromEntries(methods.map((name) => [name, async () => answer(values[name])])) as unknown as Transport
}
