/**
 * Lanes: the ways a run of this library can be played. The step lane is fast and leaves the host out; the host lane
 * has everything.
 * @module
 */
import { DEFAULT_APP_ID } from '../../simulator/acts.ts'
import type { CallOptions } from '../../call/options.ts'
import { rollcallSystem, type CallSystem } from '../system.ts'
import { watchAll, type WatchName } from '../watches.ts'
import type { Lane } from './play.ts'
import { StepBot } from './step-bot.ts'
import { tapTransport } from './tapped-transport.ts'

/** What a step lane may be given. */
export interface StepLaneOptions {
  readonly system?: CallSystem | undefined
  readonly options?: Partial<CallOptions> | undefined
  /** Laws to watch at every step. Default: those that cost little. */
  readonly laws?: readonly WatchName[] | undefined
}

/** The laws that cost little to watch. */
const cheapLaws: readonly WatchName[] = ['absorption', 'proof', 'oneDelete', 'oneInvite', 'noResurrection', 'conservation', 'quietAfterTheEnd', 'soundness']

/** Calls stepped directly against the simulated service. */
export function stepLane({ system = rollcallSystem, options, laws = cheapLaws }: StepLaneOptions = {}): Lane {
  return ({ service }, { sends, steps }) => {
    const inner = service.transport()
    const watch = watchAll(system, laws)
    const bot = new StepBot({
      system,
      tapped: tapTransport(inner, sends),
      clock: service.clock,
      options: { applicationId: DEFAULT_APP_ID, ...options },
      watch: steps === undefined ? watch : (seen) => {
        steps(seen)
        return watch(seen)
      },
    })
    inner.deliverTo(bot)
    return bot
  }
}
