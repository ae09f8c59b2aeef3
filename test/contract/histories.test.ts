/**
 * Random histories with a service that was written without looking at the library's own simulator: people answer,
 * decline and leave, the network doubles, delays and loses, hosts are replaced. In the end what the library believes
 * is what the service knows.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { memoryStore, present, type PublishedChange } from '../../src/index.ts'
import { runs } from '../effort/runs.ts'
import { graphError, GraphByTheFacts, type WireParticipant } from './graph-by-the-facts.ts'
import {
  botId,
  callId,
  callIs,
  handClock,
  itself,
  operation,
  person,
  roster,
  settle,
  stage,
  type Stage,
} from './stage.ts'

const SEED = 20260704
const HISTORIES = runs(50, 150)
const people = ['a', 'b', 'c', 'd'].map((letter) => `${letter.repeat(8)}-0000-4000-8000-000000000000`)

function chance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

async function play(seed: number, isLossy: boolean) {
  const random = chance(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const hand = handClock()
  const graph = new GraphByTheFacts()
  const store = memoryStore()
  graph.namesInvitees = random() < 0.5
  const cancels = random() < 0.5
  const sameIds = random() < 0.5
  const ringing = new Map<string, { userId: string; context: string }>()
  let made = 0
  let host: Stage
  const after = (ms: number, run: () => void): void => void hand.schedule(hand.now() + ms, run)
  const emit = (body: unknown): void => {
    if (isLossy && random() < 0.15) return
    for (let copies = random() < 0.2 ? 2 : 1; copies > 0; copies -= 1)
      after(random() * 900, () => void host.post(body).catch(() => undefined))
  }
  const show = (): void => emit(roster(...graph.roster))
  const isIn = (userId: string): boolean => graph.roster.some((each) => JSON.stringify(each).includes(userId))
  const join = (userId: string, id: string): void => {
    graph.roster = [person(id, userId), ...graph.roster]
    show()
  }
  const leave = (id: string): void => {
    if (!graph.roster.some((each) => each.id === id)) return
    graph.roster = graph.roster.filter((each) => each.id !== id)
    show()
  }

  const wire = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const { method = 'GET' } = init
    const path = new URL(url).pathname
    const fails = random()
    if (isLossy && fails < 0.05) throw new TypeError('fetch failed')
    if (method === 'DELETE' && fails < 0.12)
      return Response.json(graphError(500, '9999', 'Unknown internal server error.').body, { status: 500 })
    if (fails < 0.17)
      return Response.json(graphError(429, 'TooManyRequests', 'later').body, {
        status: 429,
        headers: { 'retry-after': '1.5' },
      })
    const id = path.split('/').at(-1) ?? ''
    if (method === 'DELETE' && ringing.has(id)) {
      if (!cancels) return Response.json(graphError(404, '8522', 'Participant not found.').body, { status: 404 })
      const { context } = ringing.get(id) ?? { context: '' }
      graph.pending.add(id)
      after(20, () => {
        if (ringing.delete(id)) emit(operation(context, 'failed', { code: 400, subcode: 8508, message: 'x' }))
      })
    } else if (method === 'DELETE') after(20, () => leave(id))
    const response = await graph.fetch(url, init)
    if (path.endsWith('/invite') && response.status === 200) {
      const { participants, clientContext: context } = (await response.clone().json()) as {
        participants: { participantId?: string; identity: { user: { id: string } } }[]
        clientContext: string
      }
      for (const {
        participantId,
        identity: {
          user: { id: userId },
        },
      } of participants) {
        made += 1
        const place = participantId ?? `hidden-${made}`
        const id = sameIds && participantId !== undefined ? participantId : `r-${made}`
        ringing.set(place, { userId, context })
        const does = pick(['answer', 'answer', 'decline', 'silence'] as const)
        after(does === 'silence' ? 60_000 : 1_000 + random() * 9_000, () => {
          if (!ringing.delete(place)) return
          graph.pending.delete(place)
          if (does === 'answer') {
            join(userId, id)
            emit(operation(context, 'completed'))
          } else
            emit(
              operation(
                context,
                'failed',
                does === 'decline' ? { code: 603, subcode: 8538 } : { code: 408, subcode: 8544 },
              ),
            )
        })
      }
    }
    if (isLossy && fails > 0.93) throw new TypeError('fetch failed')
    return response
  }

  const told: PublishedChange[] = []
  const errors: unknown[] = []
  const begin = (): Stage => {
    const next = stage({ graph, hand, store, wire: { fetch: wire, random }, onError: (error) => errors.push(error) })
    next.rollcall.subscribe((change) => {
      told.push(change)
    })
    return next
  }
  host = begin()
  graph.roster = [itself()]
  await host.post(callIs('established', { myParticipantId: botId }))
  const wanted = new Set<string>()
  const removals: Promise<unknown>[] = []
  for (let moves = 0; moves < 12; moves += 1) {
    const call = host.rollcall.call(callId)
    const move = random()
    const userId = pick(people)
    const open = [...(await call.read()).participants.values()].filter(({ ending }) => ending === undefined)
    if (move < 0.4) await call.invite({ user: { id: userId } })
    else if (move < 0.65 && open.length > 0) {
      const { key } = pick(open)
      wanted.add(key)
      removals.push(call.remove(key).catch((error: { code: string }) => error.code))
    } else if (move < 0.75 && !isIn(userId)) {
      made += 1
      join(userId, `self-${made}`)
    } else if (move < 0.85)
      leave(
        pick(
          graph.roster
            .filter(({ id }) => id !== botId)
            .map(({ id }) => id as string)
            .concat('nobody'),
        ),
      )
    else if (move < 0.92) {
      const old = host
      host = begin()
      await old.rollcall.close()
    }
    await hand.advance(random() < 0.5 ? random() * 1_000 : random() * 15_000)
  }
  await hand.advance(200_000)
  // A truthful report at last, and time to act on it.
  for (let times = 0; times < 3; times += 1) {
    await host.post(roster(...graph.roster))
    await hand.advance(100_000)
  }
  await settle()
  const view = await host.rollcall.call(callId).read()
  await host.rollcall.close()
  return { view, told, errors, graph, wanted, removals: await Promise.all(removals) }
}

const idsOf = (entries: readonly WireParticipant[]): unknown[] =>
  entries
    .map(({ id }) => id)
    .filter((id) => id !== botId)
    .sort()

describe.each([
  ['a network that delays and doubles', false],
  ['a network that loses, too', true],
] as const)(`on %s (seed ${SEED}, ${HISTORIES} histories)`, (_name, isLossy) => {
  test('in the end the belief is the truth, every participant ends once, and no removed participant is in the call', async () => {
    for (let index = 0; index < HISTORIES; index += 1) {
      const seed = SEED + index
      const { view, told, errors, graph, wanted } = await play(seed, isLossy)
      const all = [...view.participants.values()]
      expect(
        present(view)
          .map(({ id }) => id)
          .sort(),
        `seed ${seed}: who is in`,
      ).toEqual(idsOf(graph.roster))
      expect(
        all.filter(({ ending, state }) => ending === undefined && state !== 'active'),
        `seed ${seed}: nobody is left in between`,
      ).toEqual([])
      for (const key of wanted)
        expect(view.participants.get(key)?.ending, `seed ${seed}: ${key} was to be out`).toBeDefined()
      const contexts = graph.sent('POST', /invite$/).map(({ body }) => body.clientContext)
      expect(new Set(contexts).size, `seed ${seed}: one POST each`).toBe(contexts.length)
      const last = new Map<string, string | undefined>()
      for (const { key, from, to, ending, participant } of told) {
        if (key === undefined) continue
        expect(last.get(key), `seed ${seed}: ${key} ${from} → ${to}`).toBe(from)
        expect(participant?.key).toBe(key)
        expect(ending !== undefined).toBe(to === 'removed' || to === 'cancelled')
        last.set(key, to)
      }
      for (const { key, state, announcedState } of all)
        expect([key, last.get(key)], `seed ${seed}`).toEqual([
          key,
          announcedState === undefined ? state : (announcedState ?? undefined),
        ])
      expect(errors, `seed ${seed}`).toEqual([])
    }
  })
})
