/**
 * Embedded bots: adapts a bot that embeds rollcall to {@link checkBot}.
 * @module
 */
import { parseNotifications } from '../../graph/wire/notifications.ts'
import type { RollcallOptions } from '../../host/api/options.ts'
import type { Rollcall } from '../../host/api/rollcall.ts'
import { present, type ParticipantsView } from '../../host/ports/call-view.ts'
import { memoryStore } from '../../host/ports/memory-store.ts'
import { isOpen } from '../../participant/participant.ts'
import { checkArgument, method } from '../../call/codec/options.ts'
import type { BotSurroundings, CreateBot } from './bot-under-test.ts'

/** The environment of a bot that embeds rollcall, in one run. */
export interface EmbeddedSurroundings extends BotSurroundings {
  /**
   * Options for `createRollcall`: the clock of the run; a store that outlives the host, so that a restarted host finds
   * its calls; invitation ids that are the same when a run is repeated.
   */
  readonly host: Required<Pick<RollcallOptions, 'clock' | 'store' | 'createId'>>
}

/**
 * Makes a bot for {@link checkBot} from a function that starts a host. The function is called at the start of a run and
 * again for every recovery. Requests of the application become `call.invite` and `call.remove`; the bot does everything
 * else in subscriptions that the function makes.
 *
 * @param start starts a host with the given options, over the given `fetch`
 * @throws TypeError unless `start` is a function
 * @example
 * const createBot = embeddedBot(({ fetch, random, host }) =>
 *   createRollcall({ ...host, transport: graphTransport({ token: async () => 'token', fetch, random }) }),
 * )
 */
export function embeddedBot(start: (surroundings: EmbeddedSurroundings) => Rollcall): CreateBot {
  checkArgument('embeddedBot: the first argument', start, method)
  return (given) => {
    const { callId, clock } = given
    let ids = 0
    const createId = (): string => {
      ids += 1
      return `invite-${ids}`
    }
    const surroundings = { ...given, host: { clock, store: memoryStore(), createId } }
    let participants: ParticipantsView | undefined
    const open = (): Rollcall => {
      const host = start(surroundings)
      const look = async (): Promise<void> => {
        ;({ participants } = await host.call(callId).read())
      }
      host.subscribe(look)
      // The read rejects if the host is closed meanwhile; the next host reads again.
      look().catch(() => undefined)
      return host
    }
    let rollcall = open()
    return {
      notified: (body) => rollcall.receive(parseNotifications(body)),
      invite: (userId) => rollcall.call(callId).invite({ user: { id: userId } }),
      async remove(userId) {
        const theirs = [...(participants?.values() ?? [])].filter(
          (one) => isOpen(one) && one.identity['user']?.id === userId,
        )
        if (theirs.length === 0) throw new Error(`${userId} is not in the call and was not invited`)
        await Promise.all(theirs.map(({ key }) => rollcall.call(callId).remove(key)))
      },
      present: () =>
        new Set(
          [...(participants === undefined ? [] : present({ participants }))].flatMap(
            ({ identity }) => identity['user']?.id ?? [],
          ),
        ),
      async recover() {
        await rollcall.close()
        rollcall = open()
      },
      close: () => rollcall.close(),
    }
  }
}
