/**
 * The simulated `fetch`: Graph's URLs, under virtual time.
 * @module
 */
import { expect, describe, test } from 'vitest'
import { simulatedService, type SimulatedService } from '../../src/simulator/graph/transport.ts'
import type { FaultRule } from '../../src/simulator/network/network.ts'
import { simulatedFetch, type SimulatedFetch } from '../../src/testing/simulated-fetch.ts'

const calls = 'https://graph.microsoft.com/v1.0/communications/calls'

function stage(faults: readonly FaultRule[] = []): {
  readonly service: SimulatedService
  readonly fetch: SimulatedFetch
} {
  const service = simulatedService({ seed: 'fetch', historyLimit: 0 })
  service.act({ act: 'placeCall', callId: 'call', callbackUri: 'https://bot.example/', people: ['ann'] })
  service.setFaults(faults)
  return { service, fetch: simulatedFetch(service) }
}

/** What a request comes to, once virtual time has passed. */
async function settled<T>(
  service: SimulatedService,
  request: Promise<T>,
  ms = 60_000,
): Promise<T | { readonly thrown: unknown }> {
  const outcome = request.catch((thrown: unknown) => ({ thrown }))
  await service.advance(ms)
  return outcome
}

describe('the simulated fetch', () => {
  test('reports how each request ended: with an answer, or without one', async () => {
    const { service } = stage([{ on: 'request', only: 'participants.list', fault: { type: 'lose' } }])
    const ended: (number | undefined)[] = []
    const fetch = simulatedFetch(service, { onRequest: () => (response) => void ended.push(response?.status) })
    await settled(service, fetch(`${calls}/call`))
    await settled(service, fetch(`${calls}/call/participants`))
    const givenUp = new AbortController()
    const request = fetch(`${calls}/call/participants`, { signal: givenUp.signal })
    await service.advance(0)
    givenUp.abort()
    await settled(service, request)
    expect(ended).toEqual([200, undefined, undefined])
  })

  test('answers as Graph does', async () => {
    const { fetch } = stage()
    const roster = await fetch(`${calls}/call/participants`)
    expect(roster.status).toBe(200)
    expect(((await roster.json()) as { value: unknown[] }).value).toHaveLength(2)
    const invited = await fetch(
      new Request(`${calls}/call/participants/invite`, {
        method: 'POST',
        body: JSON.stringify({ participants: [{ identity: { user: { id: 'bob' } } }], clientContext: 'c' }),
      }),
    )
    expect(invited.headers.get('location')).toMatch(
      /^https:\/\/graph\.microsoft\.com\/v1\.0\/communications\/calls\/call\/operations\//,
    )
    expect(await invited.json()).toMatchObject({ status: 'Running', clientContext: 'c' })
    expect((await fetch(`${calls}/nobody`)).status).toBe(404)
    expect((await fetch(`${calls}/call/holograms`)).status).toBe(400)
    expect((await fetch(`${calls}/call/participants`, { method: 'PUT' })).status).toBe(405)
    expect((await fetch(`${calls}/call/participants/invite`, { method: 'POST', body: '{' })).status).toBe(400)
  })

  test('pages lists, with a link to the next page', async () => {
    const { fetch } = stage()
    const first = (await (await fetch(`${calls}/call/participants?$top=1`)).json()) as {
      value: unknown[]
      '@odata.nextLink': string
    }
    const second = (await (await fetch(first['@odata.nextLink'])).json()) as { value: unknown[] }
    expect([first.value.length, second.value.length]).toEqual([1, 1])
  })

  test('breaks the connection over which no answer comes, after its time and not before', async () => {
    const { service, fetch } = stage([{ on: 'request', fault: { type: 'loseResponse' } }])
    let isSettled = false
    const request = fetch(`${calls}/call`).finally(() => {
      isSettled = true
    })
    request.catch(() => undefined)
    await service.advance(14_000)
    expect(isSettled).toBe(false)
    expect(await settled(service, request, 2_000)).toEqual({ thrown: new TypeError('fetch failed') })
  })

  test('is given up by a signal', async () => {
    const { service, fetch } = stage([{ on: 'request', fault: { type: 'lose' } }])
    const givenUp = new AbortController()
    const request = fetch(`${calls}/call`, { signal: givenUp.signal })
    givenUp.abort(new Error('enough'))
    expect(await settled(service, request)).toEqual({ thrown: new Error('enough') })
    expect(await settled(service, fetch(`${calls}/call`, { signal: AbortSignal.abort(new Error('never')) }))).toEqual({
      thrown: new Error('never'),
    })
  })

  test('throttles as Graph does', async () => {
    const { fetch } = stage([{ on: 'request', fault: { type: 'status', status: 429, retryAfterSeconds: 2.128 } }])
    const response = await fetch(`${calls}/call`)
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '2.128'])
  })
})
