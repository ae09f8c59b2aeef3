/**
 * The laws of a call, for calls of services that are not like Graph.
 * @module
 */
import { describe, expect, test } from 'vitest'
import type { CallOptions } from '../../src/call/model/options.ts'
import { openCall } from '../../src/call/step.ts'
import { checkLaw, laws, type LawName } from '../../src/testing/laws.ts'
import { rollcallSystem } from '../../src/testing/system.ts'
import { runs } from '../effort/runs.ts'

const SEED = Number(process.env['ROLLCALL_SEED'] ?? 20_261_127)
const RUNS = Number(process.env['ROLLCALL_RUNS'] ?? runs(150, 3_000))

const services: Readonly<Record<string, Partial<CallOptions>>> = {
  'that is polled': { liveness: 'poll' },
  'that never shows the bot': { isBotOnRoster: false },
  'whose notifications get lost': { resyncMs: 5_000 },
  'that is all of these': { liveness: 'poll', isBotOnRoster: false, resyncMs: 5_000 },
}

/** The histories of this law show the bot, which is a participant like any other where no roster shows the bot itself. */
const needsBot: ReadonlySet<LawName> = new Set<LawName>(['liveness'])

for (const [name, traits] of Object.entries(services)) {
  describe(`the laws of a call of a service ${name} (seed ${SEED}, ${RUNS} histories each)`, () => {
    for (const law of Object.keys(laws) as LawName[]) {
      if (needsBot.has(law) && traits.isBotOnRoster === false) continue
      test(`${law} holds`, () => {
        const system = {
          ...rollcallSystem,
          open: (id: string, options?: object) => openCall(id, { ...options, ...traits }),
        }
        expect(checkLaw(law, { system, seed: SEED, runs: RUNS })).toMatchObject({ isKept: true })
      })
    }
  })
}
