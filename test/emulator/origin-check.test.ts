/**
 * Origin check: requests that a browser sends for pages of other sites, to an emulator used by programs.
 */
import { request, type OutgoingHttpHeaders } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startEmulator, type Emulator } from '../../src/emulator/server.ts'

let emulator: Emulator

beforeEach(async () => {
  emulator = await startEmulator({ clock: 'stepped', requireToken: 'none', seed: 'door', allowedHosts: ['Emulator.'] })
})
afterEach(() => emulator.close())

function ask(method: string, path: string, headers: OutgoingHttpHeaders, body?: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  request({ host: '127.0.0.1', port: emulator.port, method, path, headers }, (answer) => {
    answer.resume()
    answer.once('end', () => resolve(answer.statusCode ?? 0))
  })
    .once('error', reject)
    .end(body)
  return promise
}

/** One path of each part of the emulator, and the status that a program receives. */
const doors = [
  ['GET', '/_emulator', 200],
  ['GET', '/_emulator/request-log', 200],
  ['GET', '/_emulator/history', 200],
  ['POST', '/_emulator/inbox', 202],
  ['PATCH', '/_emulator/settings', 200],
  ['POST', '/_emulator/keys', 200],
  ['PUT', '/_emulator/signing', 400],
  ['GET', '/v1.0/communications/calls/x', 404],
  ['DELETE', '/beta/communications/calls/x', 404],
  ['POST', '/organizations/oauth2/v2.0/token', 400],
  ['GET', '/v1/keys', 200],
  ['GET', '/v1/.well-known/OpenIdConfiguration', 200],
  ['GET', '/', 400],
] as const

describe.each(doors)('%s %s', (method, path, status) => {
  test('accepts programs that use an address, localhost, or an allowed name', async () => {
    for (const host of [
      `127.0.0.1:${emulator.port}`,
      'localhost',
      'LOCALHOST:80',
      'bot.localhost:1',
      '[::1]:4010',
      '10.0.0.7',
      'emulator:4010',
      'emulator.',
    ]) {
      expect([host, await ask(method, path, { host })]).toEqual([host, status])
    }
    expect(await ask(method, path, { 'sec-fetch-site': 'none' })).toBe(status)
    expect(
      await ask(method, path, { 'sec-fetch-site': 'same-origin', origin: `http://127.0.0.1:${emulator.port}` }),
    ).toBe(status)
  })

  test('refuses the name of another site (DNS rebinding)', async () => {
    for (const host of [
      'evil.example',
      `evil.example:${emulator.port}`,
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'evil-localhost',
      'user@127.0.0.1',
      'emulator.evil',
    ]) {
      expect([host, await ask(method, path, { host })]).toEqual([host, 403])
    }
  })

  test('refuses pages of other sites', async () => {
    for (const site of ['cross-site', 'same-site', 'anything'])
      expect(await ask(method, path, { 'sec-fetch-site': site })).toBe(403)
    for (const origin of [
      'https://evil.example',
      'null',
      `http://127.0.0.1:${emulator.port + 1}`,
      `http://localhost:${emulator.port}`,
      'file://',
    ]) {
      expect([origin, await ask(method, path, { origin })]).toEqual([origin, 403])
    }
  })
})

test('refused requests change nothing and are not logged', async () => {
  const before = [emulator.history(), emulator.requestLog().length, emulator.now()]
  const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example', 'content-type': 'text/plain' }
  for (const [path, body] of [
    ['/_emulator/clock', '{"advanceMs":60000}'],
    ['/_emulator/acts', '{"act":"placeCall"}'],
    ['/_emulator/inbox', '{}'],
    ['/v1.0/communications/calls', '{"callbackUri":"http://127.0.0.1:1/"}'],
  ] as const) {
    expect(await ask('POST', path, headers, body)).toBe(403)
  }
  expect([emulator.history(), emulator.requestLog().length, emulator.now()]).toEqual(before)
})
