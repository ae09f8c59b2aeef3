import { describe, expect, test } from 'vitest'
import { hostsInUse, limiterOf } from '../../src/graph/transport/limiter.ts'
import { graphTransport } from '../../src/graph/transport/transport.ts'
import { bench, empty, type Bench } from './fake-graph.ts'
import { settle } from './settle.ts'

/**
 * A fake Graph that answers a request when the test says so; `asked` are the participants of the DELETEs it received.
 */
function slowGraph(
  baseUrl: string,
  maxConcurrent: number,
): Bench & { readonly answers: (() => void)[]; asked(): string[] } {
  const all = bench({ baseUrl, maxConcurrent })
  const answers: (() => void)[] = []
  all.graph.script(() => new Promise((resolve) => answers.push(() => resolve(empty(204)))))
  return { ...all, answers, asked: () => all.graph.asked.map(({ url }) => url.slice(url.lastIndexOf('/') + 1)) }
}

describe('the places at one host', () => {
  test('are shared by all transports of the process, in the order of their requests', async () => {
    const [one, other] = [slowGraph('https://shared.example', 2), slowGraph('https://shared.example/beta', 2)]
    const done = [
      one.transport.deleteParticipant('c', 'a'),
      other.transport.deleteParticipant('c', 'b'),
      other.transport.deleteParticipant('c', 'd'),
      one.transport.deleteParticipant('c', 'e'),
    ]
    await settle()
    expect([one.asked(), other.asked()]).toEqual([['a'], ['b']])
    one.answers.shift()?.()
    await settle()
    expect([one.asked(), other.asked()]).toEqual([['a'], ['b', 'd']])
    for (const bench of [other, other, one]) {
      bench.answers.shift()?.()
      await settle()
    }
    expect(await Promise.all(done)).toEqual(Array.from(done, () => ({ verdict: 'done', value: undefined })))
    expect([one.asked(), other.asked()]).toEqual([
      ['a', 'e'],
      ['b', 'd'],
    ])
  })

  test('are separate for another host', async () => {
    const [one, other] = [slowGraph('https://one.example', 1), slowGraph('https://other.example', 1)]
    const done = [one.transport.deleteParticipant('c', 'a'), other.transport.deleteParticipant('c', 'b')]
    await settle()
    expect([one.asked(), other.asked()]).toEqual([['a'], ['b']])
    for (const { answers } of [one, other]) answers.shift()?.()
    await Promise.all(done)
  })

  test('are counted by each transport up to its own limit', async () => {
    const [modest, greedy] = [limiterOf('https://limits.example', 1), limiterOf('https://limits.example', 2)]
    const first = await modest.enter(undefined)
    const second = await greedy.enter(undefined)
    let isIn = false
    const third = modest.enter(undefined).then((leave) => {
      isIn = true
      return leave
    })
    second?.()
    await settle()
    expect(isIn).toBe(false)
    first?.()
    const leave = await third
    expect(isIn).toBe(true)
    leave?.()
  })

  test('pass to the next in the queue if a caller gives up, and each is returned once', async () => {
    const limiter = limiterOf('https://given-up.example', 1)
    const caller = new AbortController()
    const first = await limiter.enter(undefined)
    const second = limiter.enter(caller.signal)
    const third = limiter.enter(undefined)
    caller.abort()
    expect(await second).toBeUndefined()
    first?.()
    first?.()
    const leave = await third
    const fourth = limiter.enter(undefined)
    let isIn = false
    void fourth.then(() => {
      isIn = true
    })
    await settle()
    expect(isIn).toBe(false)
    leave?.()
    const last = await fourth
    last?.()
  })

  test('have a queue that reports at once when it is full', async () => {
    const limiter = limiterOf('https://full.example', 1)
    const caller = new AbortController()
    const first = await limiter.enter(undefined)
    const queued = Array.from({ length: 10_000 }, () => limiter.enter(caller.signal))
    expect(await limiter.enter(undefined)).toBeUndefined()
    caller.abort()
    expect((await Promise.all(queued)).every((place) => place === undefined)).toBe(true)
    first?.()
  })

  test('are deleted with the host once it has no requests', async () => {
    const before = hostsInUse()
    const leaves = await Promise.all(
      ['https://a.example', 'https://b.example', 'https://a.example'].map((origin) =>
        limiterOf(origin, 2).enter(undefined),
      ),
    )
    expect(hostsInUse()).toBe(before + 2)
    for (const leave of leaves) leave?.()
    expect(hostsInUse()).toBe(before)
  })
})

test.each([0, -1, 1.5, Number.NaN, '2'])('a limit of %s is a TypeError', (maxConcurrent) => {
  expect(() => graphTransport({ token: () => 't', maxConcurrent: maxConcurrent as never })).toThrow(TypeError)
})
