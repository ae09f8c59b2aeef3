import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createTokenSource } from '../../src/graph/transport/token-source.ts'
import { bench, empty, graphError } from './fake-graph.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'

function jwt(expSeconds: number, name: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'RS256' })}.${part({ exp: expSeconds, name })}.c2ln`
}

const startSeconds = Date.parse('2026-01-01T00:00:00Z') / 1_000

describe('outgoing tokens', () => {
  test("a credential is called with the host's default scope, and its token is kept until two minutes before it expires", async () => {
    const asked: unknown[] = []
    let clockNow = (): number => 0
    const { graph, clock, transport } = bench({
      token: {
        async getToken(scopes) {
          asked.push(scopes)
          return { token: `t${asked.length}`, expiresOnTimestamp: clockNow() + 3_600_000 }
        },
      },
    })
    clockNow = () => clock.now()
    graph.script(empty(204))
    await transport.hangUp('c')
    await clock.advance(3_479_000)
    await transport.hangUp('c')
    expect(asked).toEqual([['https://graph.microsoft.com/.default']])
    await clock.advance(1_001)
    await transport.hangUp('c')
    expect(asked).toHaveLength(2)
    expect(graph.asked.map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer t1',
      'Bearer t1',
      'Bearer t2',
    ])
  })

  test('the JWT of a function is kept until it expires; an opaque token is requested every time', async () => {
    let calls = 0
    const { graph, clock, transport } = bench({ token: () => jwt(startSeconds + 600, `${(calls += 1)}`) })
    graph.script(empty(204))
    await transport.hangUp('c')
    await transport.hangUp('c')
    expect(calls).toBe(1)
    await clock.advance(480_000)
    await transport.hangUp('c')
    expect(calls).toBe(2)

    let opaque = 0
    const other = bench({ token: async () => `opaque-${(opaque += 1)}` })
    other.graph.script(empty(204))
    await other.transport.hangUp('c')
    await other.transport.hangUp('c')
    expect(other.graph.asked.map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer opaque-1',
      'Bearer opaque-2',
    ])
  })

  test('many requests at once cause one request for a token', async () => {
    let calls = 0
    const { graph, transport } = bench({ token: async () => `opaque-${(calls += 1)}` })
    graph.script(empty(204))
    await Promise.all(Array.from({ length: 10 }, () => transport.hangUp('c')))
    expect(calls).toBe(1)
  })

  test('a 401 is followed once by a fresh token, for an invite too', async () => {
    let calls = 0
    const { graph, transport } = bench({ token: () => jwt(startSeconds + 3_600, `${(calls += 1)}`) })
    graph.script(graphError(401, '7500'), empty(200))
    expect(
      await transport.invite('c', { clientContext: 'x', invitees: [{ identity: { user: { id: 'u' } } }] }),
    ).toMatchObject({ verdict: 'done' })
    expect(calls).toBe(2)
    graph.script(graphError(401, '7500'))
    expect(await transport.hangUp('c')).toMatchObject({ verdict: 'refused', failure: { status: 401 } })
    expect(graph.asked).toHaveLength(4)
  })

  test('a fresh token is requested once in a request, whatever follows', async () => {
    const { graph, clock, transport } = bench()
    graph.script(graphError(401, '7500'), empty(503), graphError(401, '7500'))
    const answer = transport.hangUp('c')
    await clock.advance(10_000)
    expect(await answer).toMatchObject({ verdict: 'refused', failure: { status: 401 } })
    expect(graph.asked).toHaveLength(3)
  })

  test.each<[string, () => string | Promise<string>]>([
    [
      'throws',
      () => {
        throw new Error('AADSTS700016 for eyJhbGciOi.secretPart.sig')
      },
    ],
    [
      'rejects',
      async () => {
        throw new TypeError('no network')
      },
    ],
    ['returns a line break', () => 'secretPart\r\nx-evil: 1'],
    ['returns nothing', () => ''],
    ['returns something else', () => ({ token: 'secretPart' }) as never],
  ])('a source that %s sends nothing, and no part of a token is reported', async (_, token) => {
    const { graph, transport } = bench({ token })
    const invited = await transport.invite('c', { clientContext: 'x', invitees: [{ identity: { user: { id: 'u' } } }] })
    expect(invited).toMatchObject({ verdict: 'refused', failure: { code: 'tokenUnavailable' } })
    expect(await transport.hangUp('c')).toMatchObject({ verdict: 'unconfirmed', failure: { code: 'tokenUnavailable' } })
    expect(JSON.stringify(invited)).not.toContain('secretPart')
    expect(graph.asked).toEqual([])
  })

  test('the error of a source is in no message, whatever it is', async () => {
    const secret = 'Xk8~hunter2.client-secret'
    const failures: readonly [unknown, string][] = [
      [new Error(`client_secret=${secret} was refused`), 'Error'],
      [
        Object.assign(new Error(secret, { cause: new Error(secret) }), { code: 'ENOTFOUND', name: 'RestError' }),
        'RestError ENOTFOUND',
      ],
      [Object.assign(new TypeError(secret), { code: secret, stack: secret }), 'TypeError'],
      [Object.assign(new Error('x'), { name: secret }), 'an error without a plain name'],
      [secret, 'not an error'],
    ]
    for (const [failure, kind] of failures) {
      const { transport } = bench({
        token: {
          getToken: async () => {
            throw failure
          },
        },
      })
      const verdict = await transport.hangUp('c')
      expect(inspect(verdict, { depth: 10, showHidden: true })).not.toContain('hunter2')
      expect(verdict).toMatchObject({ failure: { code: 'tokenUnavailable', message: expect.stringContaining(kind) } })
      const source = createTokenSource(
        () => {
          throw failure
        },
        [],
        () => virtualClock(),
      )
      const error: unknown = await source.get().catch((thrown: unknown) => thrown)
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('hunter2')
    }
  })

  test('a source that never resolves blocks neither requests nor later ones', async () => {
    let calls = 0
    const { graph, clock, transport } = bench({
      token: () => {
        calls += 1
        return calls === 1 ? new Promise(() => {}) : 'opaque'
      },
    })
    graph.script(empty(204))
    const answer = transport.hangUp('c')
    await clock.advance(30_000)
    expect(await answer).toMatchObject({ verdict: 'unconfirmed', failure: { code: 'tokenUnavailable' } })
    expect(await transport.hangUp('c')).toMatchObject({ verdict: 'done' })
    expect(clock.pending).toBe(0)
  })

  test('a caller who gives up during the request for the token is answered at once', async () => {
    const { transport } = bench({ token: () => new Promise(() => {}) })
    const caller = new AbortController()
    const answer = transport.invite(
      'c',
      { clientContext: 'x', invitees: [{ identity: { user: { id: 'u' } } }] },
      { signal: caller.signal },
    )
    caller.abort()
    expect(await answer).toMatchObject({ verdict: 'refused', failure: { code: 'aborted' } })
  })

  test('a credential without a token is reported as such', async () => {
    const { graph, transport } = bench({ token: { getToken: async () => null } })
    expect(await transport.hangUp('c')).toMatchObject({ failure: { code: 'tokenUnavailable' } })
    expect(graph.asked).toEqual([])
  })
})
