import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { encodeCall } from '../../src/call/codec/codec.ts'
import { TraceBuffer } from '../../src/inspect/trace-buffer.ts'
import { writeFeed } from '../../src/inspect/sse-feed.ts'
import { FeedReader, type ReadMessage } from '../../src/inspect/sse-reader.ts'
import { inspectHost } from '../../src/inspect/inspect-host.ts'
import { startInspectServer, type InspectServer } from '../../src/inspect/inspect-server.ts'
import { feedOf } from '../../src/inspect/sse-proxy.ts'
import { replay, type Trace } from '../../src/trace/trace.ts'
import { readEntry, readHeader, readTrace } from '../../src/trace/read-trace.ts'
import { recordTraces } from '../../src/trace/recorder.ts'
import { crowd, meeting, notes, traceOf } from './example-traces.ts'
import { bot, person, ManualHost } from './manual-host.ts'

/** Everything the feed sends a reader at position `after`, up to now. */
async function received(buffer: TraceBuffer, after?: string): Promise<readonly ReadMessage[]> {
  const reader = new FeedReader()
  const messages: ReadMessage[] = []
  await writeFeed({ buffer, name: 'buffer', kind: 'saved' }, after, {
    isClosed: false,
    closed: new Promise(() => undefined),
    async write(text) {
      messages.push(...reader.read(text))
    },
  })
  return messages
}

/** The traces that the messages contain. */
function tracesOf(messages: readonly ReadMessage[]): readonly Trace[] {
  const traces = new Map<unknown, Trace & { entries: Trace['entries'] }>()
  for (const { type, data } of messages) {
    if (type === 'call') traces.set(data['id'], { ...readHeader(data['header']), entries: [] })
    const trace = traces.get(data['id'])
    if (type === 'entries' && trace !== undefined)
      traces.set(data['id'], {
        ...trace,
        entries: [...trace.entries, ...(data['entries'] as unknown[]).map((entry, index) => readEntry(entry, index))],
      })
  }
  return [...traces.values()]
}

const types = (messages: readonly ReadMessage[]) => messages.map(({ type }) => type)

describe('the feed', () => {
  test('sends everything a buffer holds, then `caughtUp`', async () => {
    const buffer = new TraceBuffer({ showIdentities: true })
    buffer.addTrace(traceOf(meeting()))
    buffer.addTrace(notes(600))
    const messages = await received(buffer)
    expect(types(messages)).toEqual(['hello', 'call', 'entries', 'call', 'entries', 'entries', 'entries', 'caughtUp'])
    const [first, second] = tracesOf(messages)
    expect(first?.entries).toEqual(traceOf(meeting()).entries)
    expect(second?.entries).toEqual(notes(600).entries)
    expect(messages.at(-1)?.id).toBe(`buffer:${buffer.latest}`)
  })

  test("continues at the reader's position", async () => {
    const [buffer, host] = [new TraceBuffer(), new ManualHost()]
    buffer.watch(host)
    host.take({ type: 'call.adopted' })
    const [last] = (await received(buffer)).slice(-1)
    host.take({ type: 'call.reported', state: 'established' })
    const messages = await received(buffer, last?.id)
    expect(types(messages)).toEqual(['hello', 'entries', 'caughtUp'])
    expect(messages[1]?.data).toMatchObject({ from: 1, entries: [{ event: { type: 'call.reported' } }] })
  })

  test('starts from the beginning for a position of another buffer or an invalid one', async () => {
    const buffer = new TraceBuffer()
    buffer.addTrace(notes(1))
    for (const after of ['other:1', 'buffer:', 'buffer:-1', 'buffer', '::'])
      expect(types(await received(buffer, after))).toEqual(['hello', 'call', 'entries', 'caughtUp'])
  })

  test('announces calls that were added and dropped meanwhile', async () => {
    const buffer = new TraceBuffer({ callsHeld: 2 })
    const hosts = ['one', 'two', 'three'].map((id) => new ManualHost(id))
    for (const host of hosts) {
      buffer.watch(host)
      host.take({ type: 'call.adopted' })
    }
    expect(buffer.callsDropped).toBe(1)
    const messages = await received(buffer)
    expect(tracesOf(messages).map(({ callId }) => callId)).toEqual(['call-2', 'call-3'])
    expect(messages[0]?.data['held']).toEqual(
      messages.filter(({ type }) => type === 'call').map(({ data }) => data['id']),
    )
  })
})

describe('a full call', () => {
  const [buffer, host] = [new TraceBuffer({ entriesHeld: 50 }), new ManualHost()]
  buffer.watch(host)
  host.take({ type: 'call.reported', state: 'established', myParticipantId: 'bot' })
  host.take({ type: 'roster.reported', kind: 'full', entries: [bot, person(1, 'Ann')] })
  for (let count = 0; count < 20; count += 1)
    host.take({ type: 'roster.reported', kind: 'full', entries: [bot, person(1, 'Ann', { isMuted: count % 2 === 0 })] })
  const early = `buffer:${buffer.latest}`
  for (let count = 0; count < 60; count += 1)
    host.take({ type: 'roster.reported', kind: 'full', entries: [bot, person(1, 'Ann', { isMuted: count % 2 === 1 })] })

  test('drops its oldest entries and says how many', () => {
    const [page] = buffer.calls()
    expect(page?.first).toBeGreaterThan(30)
    expect(page?.read(0, 1_000).entries.length).toBe(82 - (page?.first ?? 0))
  })

  test('still steps to the current call', async () => {
    const [trace] = tracesOf(await received(buffer))
    const call = replay(trace as Trace).at(-1)?.call
    expect(
      [...(call?.participants.values() ?? [])].map(({ state, isMuted, identity }) => [state, isMuted, identity]),
    ).toEqual([['active', true, { user: { id: 'user-1' } }]])
  })

  test('is sent again to a reader who missed some of it, with the number of dropped entries', async () => {
    const messages = await received(buffer, early)
    expect(types(messages)).toEqual(['hello', 'call', 'entries', 'caughtUp'])
    expect(messages[1]?.data).toMatchObject({ first: buffer.calls()[0]?.first })
  })
})

describe('a buffer whose entries are large', () => {
  const crowd = (count: number) => Array.from({ length: count }, (_, place) => person(place, `Person ${place}`))
  const sizeOf = (buffer: TraceBuffer): number =>
    buffer
      .calls()
      .flatMap((page) => page.read(0, 1_000).entries)
      .reduce((sum, entry) => sum + JSON.stringify(entry).length, 0)

  test("drops the oldest of them, the largest call's first, and still steps to the current call", async () => {
    const buffer = new TraceBuffer({ sizeHeld: 100_000 })
    const [large, small] = [new ManualHost('large'), new ManualHost('small')]
    for (const host of [large, small]) {
      buffer.watch(host)
      host.take({ type: 'call.reported', state: 'established', myParticipantId: 'bot' })
    }
    for (let count = 0; count < 40; count += 1)
      large.take({ type: 'roster.reported', kind: 'full', entries: [bot, ...crowd(50 + count)] })
    expect(sizeOf(buffer)).toBeLessThanOrEqual(100_000)
    expect(buffer.calls().map(({ first }) => first > 0)).toEqual([true, false])
    const [trace] = tracesOf(await received(buffer))
    expect(replay(trace as Trace).at(-1)?.call?.participants.size).toBe(89)
  })

  test('drops the other calls if one entry alone exceeds the limit, and keeps that entry', () => {
    const buffer = new TraceBuffer({ sizeHeld: 1_000 })
    const [first, second] = [new ManualHost('first'), new ManualHost('second')]
    for (const host of [first, second]) buffer.watch(host)
    first.take({ type: 'call.adopted' })
    second.take({ type: 'roster.reported', kind: 'full', entries: [bot, ...crowd(50)] })
    expect([buffer.calls().length, buffer.callsDropped, buffer.calls()[0]?.read(0, 10).entries.length]).toEqual([
      1, 1, 1,
    ])
  })
})

test("the trace of a host that continues from another host's steps leads to the same call", () => {
  const [mine, theirs] = [new ManualHost(), new ManualHost()]
  const lines: string[] = []
  recordTraces(mine, (_, line) => lines.push(line), { showIdentities: true })
  for (const host of [mine, theirs]) host.take({ type: 'call.reported', state: 'established', myParticipantId: 'bot' })
  theirs.take({ type: 'roster.reported', kind: 'full', entries: [bot, person(1, 'Ann')] })
  mine.call = theirs.call
  mine.take({ type: 'removal.requested', key: 'person-1' })
  const trace = readTrace(lines.join('\n'))
  expect(trace.entries.map((entry) => Object.keys(entry)[0])).toEqual(['event', 'loaded', 'event'])
  expect(encodeCall(replay(trace).at(-1)?.call ?? theirs.call)).toEqual(encodeCall(mine.call))
})

describe('the server', () => {
  let server: InspectServer | undefined
  afterEach(async () => {
    await server?.close()
    server = undefined
  })

  async function serve(): Promise<URL> {
    const buffer = new TraceBuffer()
    buffer.addTrace(traceOf(meeting()))
    server = await startInspectServer({ buffer, kind: 'saved' })
    return new URL(server.url)
  }

  test('listens on loopback and requires a token in the URL', async () => {
    const url = await serve()
    expect(url.hostname).toBe('127.0.0.1')
    expect(url.pathname).toMatch(/^\/[0-9a-f]{32}\/$/)
    expect((await fetch(url)).status).toBe(200)
    for (const path of [
      '/',
      '/feed',
      `/${'0'.repeat(32)}/`,
      url.pathname.slice(0, -2),
      `${url.pathname}../feed`,
      `${url.pathname}index.html`,
    ])
      expect((await fetch(new URL(path, url.origin))).status, path).toBe(404)
  })

  test('refuses requests for other host names (DNS rebinding)', async () => {
    const url = await serve()
    const [response] = (await once(get(url, { headers: { host: `evil.example:${url.port}` } }), 'response')) as [
      IncomingMessage,
    ]
    response.resume()
    expect(response.statusCode).toBe(404)
  })

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('changes nothing by %s', async (method) => {
    const response = await fetch(await serve(), { method })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, HEAD')
  })

  test('allows the page only its own script and its own origin', async () => {
    const { headers } = await fetch(await serve())
    const policy = new Map(
      (headers.get('content-security-policy') ?? '').split('; ').map((rule) => [rule.split(' ')[0], rule]),
    )
    expect(policy.get('default-src')).toBe("default-src 'none'")
    expect(policy.get('script-src')).toMatch(/^script-src 'sha256-[\w+/=]{44}'$/)
    expect(policy.get('style-src')).toMatch(/^style-src 'sha256-[\w+/=]{44}'$/)
    expect(policy.get('connect-src')).toBe("connect-src 'self'")
    for (const rule of [
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ])
      expect([...policy.values()]).toContain(rule)
    for (const [name, value] of [
      ['referrer-policy', 'no-referrer'],
      ['x-content-type-options', 'nosniff'],
      ['cache-control', 'no-store'],
      ['cross-origin-resource-policy', 'same-origin'],
    ] as const)
      expect(headers.get(name)).toBe(value)
  })

  test('sends a page that needs no other resources', async () => {
    const html = await (await fetch(await serve())).text()
    // XML namespaces are names, not addresses.
    const addresses = new Set(html.match(/https?:\/\/[^"'`\s)]+/g))
    expect([...addresses].filter((address) => !address.startsWith('http://www.w3.org/'))).toEqual([])
    expect(html).not.toMatch(/<script[^>]+src|<link[^>]+stylesheet|@import/)
  })

  test('shows no names unless asked', async () => {
    const url = await serve()
    const text = await (await fetch(new URL('feed', url))).text()
    expect(text).not.toMatch(/Ann|Brandt|278405a3/)
    expect(text).toContain('user-1')
  })

  test('shows a live host through another server, which may start later', async () => {
    const host = meeting()
    const live = await inspectHost(host)
    server = await startInspectServer({ proxyOf: feedOf(live.url) })
    host.take({ type: 'removal.requested', key: 'person-5' })
    const response = await fetch(new URL('feed', server.url))
    const reader = new FeedReader()
    const messages: ReadMessage[] = []
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      messages.push(...reader.read(piece))
      if (types(messages).includes('caughtUp')) break
    }
    expect(messages[0]).toMatchObject({ type: 'hello', data: { kind: 'live', isRedacted: true } })
    const [trace] = tracesOf(messages)
    expect(trace?.start).toBeDefined()
    expect([
      ...(replay(trace as Trace)
        .at(-1)
        ?.call.participants.values() ?? []),
    ]).toHaveLength(5)
    await live.close()
    const refused = await fetch(new URL('feed', server.url))
    expect([refused.status, await refused.text()]).toEqual([502, `${new URL(live.url).origin} cannot be reached\n`])
  })
})

test('a slow reader gets no queue: unread entries stay in the buffer', async () => {
  const buffer = new TraceBuffer()
  buffer.addTrace(crowd(50, 2_000))
  let [open, most] = [0, 0]
  await writeFeed({ buffer, name: 'buffer', kind: 'saved' }, undefined, {
    isClosed: false,
    closed: new Promise(() => undefined),
    async write() {
      open += 1
      most = Math.max(most, open)
      await Promise.resolve()
      open -= 1
    },
  })
  expect(most).toBe(1)
})
