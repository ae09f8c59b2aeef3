/**
 * Embedded bots: a bot that embeds rollcall, in the shape in which {@link checkBot} drives bots.
 * @module
 */
import { parseNotifications } from '../../graph/wire/notifications.ts'
import type { Rollcall } from '../../host/api/rollcall.ts'
import { present, type ParticipantsView } from '../../host/ports/call-view.ts'
import { memoryStore } from '../../host/ports/memory-store.ts'
import type { Store } from '../../host/ports/ports.ts'
import { isOpen } from '../../participant/participant.ts'
import { checkArgument, method } from '../../call/codec/options.ts'
import type { BotSurroundings, CreateBot } from './bot-under-test.ts'

/** What a bot that embeds rollcall works with in one run. */
export interface EmbeddedSurroundings extends BotSurroundings {
  /** The store of the run. It outlives the host, so that a host that starts again finds its calls. */
  readonly store: Store
}

/**
 * Makes a bot for {@link checkBot} from a function that starts a host. The host is called once at the beginning of a
 * run and again for every recovery. The application's wishes become `call.invite` and `call.remove`; what the bot does
 * besides, it does in subscriptions that the function makes.
 *
 * @param start starts a host on the given clock and store, over the given `fetch`
 * @throws TypeError unless `start` is a function
 * @example
 * const createBot = embeddedBot(({ fetch, clock, store, random }) =>
 *   createRollcall({ transport: graphTransport({ token: async () => 'token', fetch, random }), clock, store }),
 * )
 */
export function embeddedBot(start: (surroundings: EmbeddedSurroundings) => Rollcall): CreateBot {
  checkArgument('embeddedBot: the first argument', start, method)
  return (given) => {
    const { callId } = given
    const surroundings = { ...given, store: memoryStore() }
    let participants: ParticipantsView | undefined
    const open = (): Rollcall => {
      const host = start(surroundings)
      const look = async (): Promise<void> => {
        ;({ participants } = await host.call(callId).read())
      }
      host.subscribe(look)
      // A host that is closed meanwhile rejects; the next one looks again.
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
