/**
 * Progress: how far a run is and how long it has to go, in at most a line a second.
 * @module
 */
import type { Killing } from './killing.ts'

/** The least time between two lines, milliseconds. */
const LINE_MS = 1_000

/** Tells of deaths. */
export interface Progress {
  /** What is told of the deaths of one way to kill. */
  deathsOf(name: string): Killing['onDeath']
}

/** Progress towards so many kills. */
export function createProgress(kills: number, say: (line: string) => void, now: () => number = () => performance.now()): Progress {
  const begunAt = now()
  let saidAt = begunAt
  let dead = 0
  return {
    deathsOf: (name) => (kind, histories) => {
      dead += 1
      if (now() - saidAt < LINE_MS) return
      saidAt = now()
      const leftSeconds = Math.ceil((saidAt - begunAt) / dead * (kills - dead) / 1_000)
      say(`${name}: kill ${dead} of ${kills} (${kind}); ${histories} histories; about ${leftSeconds} s left`)
    },
  }
}
