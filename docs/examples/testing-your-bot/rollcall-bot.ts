/**
 * The same bot, with rollcall doing what bots get wrong.
 */
import { createRollcall, isOpen, memoryStore, present, type ParticipantsView, type Rollcall } from 'rollcall'
import { graphTransport, parseNotifications } from 'rollcall/graph'
import type { BotSurroundings, BotUnderTest } from 'rollcall/testing'

export function createBot({ callId, fetch, clock }: BotSurroundings): BotUnderTest {
  const store = memoryStore()
  let participants: ParticipantsView | undefined
  let rollcall = start()

  function start(): Rollcall {
    // `random` spreads retries; the same each time, so that a run can be played again.
    const transport = graphTransport({ token: async () => 'token', fetch, random: () => 0.5 })
    const started = createRollcall({ transport, store, clock, onError: () => undefined })
    const look = async (): Promise<void> => {
      ;({ participants } = await started.call(callId).read())
    }
    started.subscribe(look)
    void look()
    return started
  }

  return {
    invite: (userId) => rollcall.call(callId).invite({ user: { id: userId } }),
    async remove(userId) {
      const found = [...(participants?.values() ?? [])].filter(
        (one) => isOpen(one) && one.identity['user']?.id === userId,
      )
      if (found.length === 0) throw new Error(`${userId} is not here`)
      await Promise.all(found.map(({ key }) => rollcall.call(callId).remove(key)))
    },
    notified: (body) => rollcall.receive(parseNotifications(body)),
    *present() {
      for (const { identity } of participants === undefined ? [] : present({ participants }))
        if (identity['user']?.id !== undefined) yield identity['user'].id
    },
    async recover() {
      await rollcall.close()
      rollcall = start()
    },
    close: () => rollcall.close(),
  }
}
