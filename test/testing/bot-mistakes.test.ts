/**
 * Bots with one mistake each, put around a bot without: the kit finds every one, and says which.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { createBot as careful } from '../../docs/examples/testing-your-bot/careful-bot.ts'
import { parseNotifications } from '../../src/graph/wire/notifications.ts'
import type { BotUnderTest, CreateBot } from '../../src/testing/bots/bot-under-test.ts'
import { checkBot } from '../../src/testing/bots/check-bot.ts'
import { builtInExpectations, type BuiltInExpectation } from '../../src/testing/bots/expectation.ts'
import { runs } from '../effort/runs.ts'

const seed = Number(process.env['ROLLCALL_SEED'] ?? 20_261_124)
/** How many runs a bot without a mistake is let off after. */
const RUNS = runs(100, 300)
/** Enough to find each mistake. */
const FEW_RUNS = 20
const switches = { rosterMode: 'delta', cancelBeforeAnswer: 'supported', inviteResponseId: 'participantId' } as const

type Surroundings = Parameters<CreateBot>[0]

function mistaken(change: (inner: BotUnderTest, surroundings: Surroundings) => Partial<BotUnderTest>): CreateBot {
  return (surroundings) => {
    const inner = careful(surroundings)
    return { ...inner, ...change(inner, surroundings) }
  }
}

/** Sends a DELETE of its own. */
function sendDelete({ fetch, callId }: Surroundings, id: string): Promise<unknown> {
  return fetch(`https://graph.microsoft.com/v1.0/communications/calls/${callId}/participants/${id}`, {
    method: 'DELETE',
  })
}

const mistakes: Readonly<Record<string, readonly [CreateBot, RegExp, BuiltInExpectation]>> = {
  'never posts an invite': [
    mistaken(() => ({ invite: () => undefined })),
    /^the application invited \w+, and the bot posted no invitation$/,
    'every invite',
  ],
  'invites everybody only once': [
    mistaken((inner) => {
      const asked = new Set<string>()
      return {
        invite(id) {
          if (asked.has(id)) return undefined
          asked.add(id)
          return inner.invite(id)
        },
      }
    }),
    /^the application invited \w+, and the bot posted no invitation$/,
    'every invite',
  ],
  'takes whoever is asked for somebody present': [
    mistaken((inner, { clock }) => {
      const asked = new Set<string>()
      return {
        async invite(id) {
          asked.add(id)
          clock.schedule(clock.now() + 100_000, () => void asked.delete(id))
          await inner.invite(id)
        },
        present: () => new Set([...inner.present(), ...asked]),
      }
    }),
    /is believed to be in the call and has never been there$/,
    'no false presence',
  ],
  'removes everybody else as well': [
    mistaken((inner, surroundings) => {
      const known = new Map<string, string>()
      return {
        notified(body) {
          for (const { event } of parseNotifications(body)) {
            if (event.type !== 'roster.reported') continue
            for (const { id, identity } of event.entries)
              if (id !== undefined && identity['user']?.id !== undefined) known.set(id, identity['user'].id)
          }
          return inner.notified(body)
        },
        async remove(userId) {
          for (const [id, other] of known) if (other !== userId) await sendDelete(surroundings, id)
          return inner.remove(userId)
        },
      }
    }),
    /was sent a DELETE, and the application requested no removal$/,
    'no unasked removal',
  ],
  'sends two DELETEs at once': [
    mistaken((inner) => ({ remove: (id) => Promise.all([inner.remove(id), inner.remove(id)]) })),
    /was sent a DELETE while another was in flight$/,
    'one delete',
  ],
  'does not see who is in the lobby': [
    mistaken((inner) => {
      const waiting = new Map<string, boolean>()
      return {
        notified(body) {
          for (const { event } of parseNotifications(body)) {
            if (event.type === 'roster.reported')
              for (const { identity, isInLobby } of event.entries)
                waiting.set(identity['user']?.id ?? '', isInLobby === true)
          }
          return inner.notified(body)
        },
        present: () => [...inner.present()].filter((id) => waiting.get(id) !== true),
      }
    }),
    /is in the call.* and is not believed to be/,
    'no false departure',
  ],
  'posts an invite twice': [
    mistaken((inner) => ({ invite: (id) => Promise.all([inner.invite(id), inner.invite(id)]) })),
    /was invited 2 times and the application asked once$/,
    'one invite',
  ],
  'never removes anybody': [
    mistaken(() => ({ remove: () => undefined })),
    /was to be removed and is still in the call$/,
    'every removal',
  ],
  'believes in no one': [
    mistaken(() => ({ present: () => [] })),
    /is in the call and is not believed to be$/,
    'true belief',
  ],
}

describe(`checkBot (seed ${seed})`, () => {
  test('finds nothing wrong with the bot without a mistake', async () => {
    expect((await checkBot(careful, { seed, runs: RUNS, faults: 'late', switches, traces: false })).failure?.text).toBe(
      undefined,
    )
  })

  test.each(Object.entries(mistakes))('finds a bot that %s', async (_, [bot, wrong, expectation]) => {
    const { failure } = await checkBot(bot, { seed, faults: 'none', switches, traces: false })
    expect(failure?.wrong).toMatch(wrong)
    expect(failure?.expectation).toBe(expectation)
  })

  test.each(Object.entries(mistakes))(
    'does not blame a bot that %s where that is allowed',
    async (_, [bot, , name]) => {
      const { failure } = await checkBot(bot, {
        seed,
        runs: FEW_RUNS,
        faults: 'none',
        switches,
        except: [name],
        traces: false,
      })
      expect(failure?.expectation).not.toBe(name)
    },
  )

  test('has an example of a bot that breaks it for every built-in expectation', () => {
    expect(new Set(Object.values(mistakes).map(([, , name]) => name))).toEqual(new Set(builtInExpectations))
  })

  test('lets a bot cancel what rings too long, though the person has come by another way', async () => {
    const impatient = mistaken((inner, surroundings) => {
      const { fetch, callId, clock } = surroundings
      const seen = new Set<string>()
      return {
        async invite(userId) {
          const body = JSON.stringify({ participants: [{ identity: { user: { id: userId } } }] })
          const response = await fetch(
            `https://graph.microsoft.com/v1.0/communications/calls/${callId}/participants/invite`,
            { method: 'POST', body },
          )
          const { participants: [asked] = [] } = (await response.json()) as {
            readonly participants?: readonly { readonly participantId: string }[]
          }
          clock.schedule(clock.now() + 5_000, () => {
            if (asked !== undefined && !seen.has(asked.participantId))
              void sendDelete(surroundings, asked.participantId)
          })
        },
        notified(body) {
          for (const { event } of parseNotifications(body))
            if (event.type === 'roster.reported') for (const { id } of event.entries) if (id !== undefined) seen.add(id)
          return inner.notified(body)
        },
      }
    })
    const { failure } = await checkBot(impatient, {
      seed,
      runs: RUNS,
      faults: 'none',
      switches,
      actions: ['invite', 'join', 'leave', 'answer'],
      traces: false,
    })
    expect(failure?.text).toBe(undefined)
  })

  test('does not demand that an invite that may be in flight is repeated', async () => {
    expect(
      (
        await checkBot(careful, {
          seed,
          runs: RUNS,
          faults: ['slow', 'throttle'],
          actions: ['invite', 'join', 'leave'],
          switches,
          traces: false,
        })
      ).failure?.wrong,
    ).toBe(undefined)
  })
})
