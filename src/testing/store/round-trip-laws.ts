/**
 * Store law of random histories: every reachable call is stored and read back.
 * @module
 */
import fc from 'fast-check'
import type { CachedCall } from '../../host/actor/batch.ts'
import { LawBroken } from '../laws.ts'
import { histories, interpret } from '../random-moves.ts'
import { CallHarness } from '../call-harness.ts'
import { writeNext } from './write-next.ts'
import { rollcallSystem } from '../system.ts'
import type { Law } from './law-body.ts'

/** The law, by name. */
export const roundTripLaws = {
  async 'round trip: every reachable call is read back as it was written, at every step'(_under, { seed, runs, open }) {
    const details = await fc.check(
      fc.asyncProperty(histories(), async (moves) => {
        const { store, dispose } = await open()
        const player = new CallHarness(rollcallSystem)
        let held: CachedCall | undefined
        for (const move of moves) {
          player.at += move.waitMs
          const message = interpret(player, move)
          if (message !== undefined) player.tell(message)
          held = await writeNext(store, held, player)
        }
        await dispose?.()
      }),
      { seed, numRuns: runs },
    )
    if (details.failed)
      throw new LawBroken(`${String(details.errorInstance)}; ${fc.defaultReportMessage(details) ?? ''}`, {
        cause: details.errorInstance,
      })
  },
} as const satisfies Readonly<Record<string, Law>>
