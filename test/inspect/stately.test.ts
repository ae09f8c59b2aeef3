import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import {
  createInspector,
  createWebSocketInspector,
  createWebSocketReceiver,
  type StatelyInspectionEvent,
} from '@statelyai/inspect'
import { createInspectorServer } from '@statelyai/inspect/server'
import { describe, expect, test } from 'vitest'
import { createActor } from 'xstate'
import type { StepSource } from '../../src/trace/source.ts'
import { bridgeToStately } from '../../src/inspect/stately.ts'
import { participantConfig } from '../../src/participant/machine-config.ts'
import { participantMachine } from '../../src/participant/machine.ts'
import { meeting } from './example-traces.ts'
import { bot, person, ManualHost } from './manual-host.ts'

/** A short call: Ann is invited, rings, joins and is removed; then a late event changes nothing. */
function play(host: ManualHost): void {
  host.take({ type: 'call.reported', state: 'established', myParticipantId: 'bot' })
  host.take({
    type: 'invite.requested',
    invitation: 'invite-ann',
    invitees: [{ identity: person(1, 'Ann Abel').identity }],
  })
  host.take({
    type: 'invite.answered',
    invitation: 'invite-ann',
    answer: { verdict: 'done', value: { operationId: 'o', status: 'running' } },
  })
  host.take({ type: 'roster.reported', kind: 'full', entries: [bot, person(1, 'Ann Abel')] })
  host.take({ type: 'removal.requested', key: 'invite-ann' }, 5_000)
  host.take({ type: 'roster.reported', kind: 'full', entries: [bot] })
  host.take({ type: 'removal.answered', key: 'invite-ann', attempt: 1, answer: { verdict: 'done', value: undefined } })
}

/** The messages sent to an inspector's adapter. */
function collect(host: ManualHost, options?: Parameters<typeof bridgeToStately>[2]): readonly StatelyInspectionEvent[] {
  const sent: StatelyInspectionEvent[] = []
  bridgeToStately(
    host,
    createInspector({ send: (event) => sent.push(JSON.parse(JSON.stringify(event)) as StatelyInspectionEvent) }),
    options,
  )
  play(host)
  return sent
}

const of = <T extends StatelyInspectionEvent['type']>(
  type: T,
  events: readonly StatelyInspectionEvent[],
  sessionId?: string,
) =>
  events.filter(
    (event): event is Extract<StatelyInspectionEvent, { type: T }> =>
      event.type === type && (sessionId === undefined || event.sessionId === sessionId),
  )

interface Labelled {
  readonly description?: string
  readonly tags?: readonly string[]
  readonly states?: Readonly<Record<string, Labelled>>
}

/** The description and tags of each state of a definition, by its path. */
function labelsOf(definition = '{}'): Readonly<Record<string, Pick<Labelled, 'description' | 'tags'>>> {
  const found: Record<string, Pick<Labelled, 'description' | 'tags'>> = {}
  const visit = ({ states = {} }: Labelled, path: readonly string[]): void => {
    for (const [name, state] of Object.entries(states)) {
      found[[...path, name].join('.')] = { description: state.description ?? '', tags: state.tags ?? [] }
      visit(state, [...path, name])
    }
  }
  visit(JSON.parse(definition) as Labelled, [])
  return found
}

describe('the bridge to the Stately inspector', () => {
  const host = new ManualHost()
  const sent = collect(host)

  test('shows the call and each participant as an actor with its statechart', () => {
    const actors = of('@xstate.actor', sent)
    expect(actors.map(({ sessionId, name, parentId }) => [sessionId, name, parentId])).toEqual([
      ['call-1', 'call-1', undefined],
      ['call-1/service', 'call-1_service', 'call-1'],
      ['call-1/invitation-1', 'user-1_0', 'call-1'],
    ])
    const chart = JSON.parse(actors[2]?.definition ?? '') as { readonly states: object }
    expect(Object.keys(chart.states).toSorted()).toEqual([
      'active',
      'cancelled',
      'invited',
      'lobby',
      'removed',
      'ringing',
    ])
    expect(actors[2]?.definition).toContain('#user-1_0.active.sent')
    expect(actors[2]?.definition).not.toContain('#participant.')
  })

  test('shows what each state and phase of a participant means, and its tags', () => {
    const [, , participant] = of('@xstate.actor', sent)
    expect(labelsOf(participant?.definition)).toEqual(labelsOf(JSON.stringify(participantConfig)))
    expect(labelsOf(participant?.definition)).toMatchObject({
      lobby: { description: expect.stringMatching(/roster/), tags: ['open', 'present'] },
      'active.sent': { description: expect.stringMatching(/DELETE/) },
      removed: { description: expect.stringMatching(/roster/), tags: ['final'] },
    })
  })

  test('shows every move of a participant, in order', () => {
    expect(
      of('@xstate.snapshot', sent, 'call-1/invitation-1').map(({ snapshot }) => [
        snapshot.status,
        (snapshot as unknown as { readonly value: unknown }).value,
      ]),
    ).toEqual([
      ['active', { invited: 'idle' }],
      ['active', { ringing: 'idle' }],
      ['active', { active: 'idle' }],
      ['active', { active: 'sent' }],
      ['done', 'removed'],
    ])
  })

  test('shows every event, and the reason if it changed nothing', () => {
    const events = of('@xstate.event', sent, 'call-1').map(({ event }) => event.type)
    expect(events).toEqual([
      'call.reported',
      'invite.requested',
      'invite.answered',
      'roster.reported',
      'removal.requested',
      'roster.reported',
      'removal.answered',
    ])
    const last = of('@xstate.snapshot', sent, 'call-1').at(-1) as unknown as {
      readonly snapshot: { readonly context: object }
    }
    expect(last.snapshot.context).toMatchObject({ outcome: { type: 'ignored', reason: 'participantEnded' } })
  })

  test('shows requests to the service, and the source of events', () => {
    expect(of('@xstate.event', sent, 'call-1/service').map(({ event, sourceId }) => [event.type, sourceId])).toEqual([
      ['participants.invite', 'call-1'],
      ['participant.delete', 'call-1'],
    ])
    expect(of('@xstate.event', sent, 'call-1').map(({ sourceId }) => sourceId)).toEqual([
      'call-1/service',
      undefined,
      'call-1/service',
      'call-1/service',
      undefined,
      'call-1/service',
      'call-1/service',
    ])
  })

  test('gives all messages of one step the same correlation', () => {
    const steps = sent.flatMap((event) =>
      event.type === '@xstate.actor' ? [] : [(event.event as unknown as { readonly correlation: string }).correlation],
    )
    expect([...new Set(steps)]).toEqual([1, 2, 3, 4, 5, 6, 7].map((step) => `call-1#${step}`))
    expect(steps).toEqual(steps.toSorted())
  })

  test('hides identities unless asked', () => {
    expect(JSON.stringify(sent)).not.toMatch(/Ann|278405a3/)
    expect(JSON.stringify(collect(new ManualHost('call'), { showIdentities: true }))).toMatch(/Ann Abel/)
  })

  test('gives each call its own pseudonym unless asked', () => {
    const calls = [
      new ManualHost('57dab8b1-894c-409a-b240-bd8beae78896'),
      new ManualHost('9be2b7a1-0c2c-4d0f-8d8c-6f6f1a4b2c3d'),
    ]
    const both: StepSource = {
      onStep(listener) {
        for (const call of calls) call.onStep(listener)
        return () => undefined
      },
    }
    const shown = (options?: Parameters<typeof bridgeToStately>[2]): readonly StatelyInspectionEvent[] => {
      const events: StatelyInspectionEvent[] = []
      bridgeToStately(both, createInspector({ send: (event) => events.push(event) }), options)
      for (const call of calls) call.take({ type: 'call.reported', state: 'established', myParticipantId: 'bot' })
      return events
    }
    const bare = shown()
    expect(JSON.stringify(bare)).not.toMatch(/57dab8b1|9be2b7a1/)
    expect(of('@xstate.actor', bare).map(({ sessionId }) => sessionId)).toEqual([
      'call-1',
      'call-1/service',
      'call-2',
      'call-2/service',
    ])
    expect(
      of('@xstate.actor', shown({ showIdentities: true })).map(({ sessionId }) => sessionId.split('/')[0]),
    ).toEqual(calls.flatMap(({ call }) => [call.id, call.id]))
  })

  test('ends the service with its call, and shows no call that had already ended', () => {
    const ending = new ManualHost()
    const events: StatelyInspectionEvent[] = []
    bridgeToStately(ending, createInspector({ send: (event) => events.push(event) }))
    ending.take({ type: 'call.reported', state: 'established', myParticipantId: 'bot' })
    ending.take({ type: 'call.reported', state: 'terminated' })
    const [service] = of('@xstate.actor', events, 'call-1/service')
    expect(Object.keys((JSON.parse(service?.definition ?? '{}') as { readonly states: object }).states)).toEqual([
      'answering',
      'ended',
    ])
    expect(
      [service, ...of('@xstate.snapshot', events, 'call-1/service')].map((event) => event?.snapshot),
    ).toMatchObject([
      { status: 'active', value: 'answering' },
      { status: 'done', value: 'ended' },
    ])
    const count = events.length
    ending.take({ type: 'roster.reported', kind: 'full', entries: [bot, person(1, 'Ann Abel')] })
    expect(events).toHaveLength(count)
  })

  test('shows participants of a running call at their first change', () => {
    const running = meeting()
    const events: StatelyInspectionEvent[] = []
    bridgeToStately(running, createInspector({ send: (event) => events.push(event) }))
    running.take({ type: 'removal.requested', key: 'person-5' })
    expect(of('@xstate.actor', events).map(({ sessionId }) => sessionId.split('/')[1])).toEqual([
      undefined,
      'service',
      'participant-2',
    ])
    expect(
      of('@xstate.snapshot', events, 'call-1/participant-2').map(
        ({ snapshot }) => (snapshot as unknown as { readonly value: unknown }).value,
      ),
    ).toEqual([{ active: 'sent' }])
  })
})

/** A free port: the inspector's server does not report the port it took. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

test("all messages arrive in order through the inspector's own server and WebSocket", async () => {
  const port = await freePort()
  const server = createInspectorServer({ port, autoOpen: false })
  const expected = collect(new ManualHost('call')).map(({ type, sessionId }) => [type, sessionId])
  const received: unknown[] = []
  const all = new Promise<void>((resolve) => {
    createWebSocketReceiver({ server: `ws://127.0.0.1:${port}` }).subscribe(({ type, sessionId }) => {
      received.push([type, sessionId])
      if (received.length === expected.length) resolve()
    })
  })
  const inspector = createWebSocketInspector({ url: `ws://127.0.0.1:${port}` })
  try {
    const host = new ManualHost('call')
    bridgeToStately(host, inspector)
    play(host)
    await all
    expect(received).toEqual(expected)
  } finally {
    inspector.stop()
    server.stop()
  }
})

test('the participant machine can be inspected as an ordinary XState actor', async () => {
  const seen: StatelyInspectionEvent[] = []
  const arrived = new Promise<void>((resolve) => {
    const inspector = createInspector({
      send(event) {
        seen.push(event)
        if (seen.filter(({ type }) => type === '@xstate.snapshot').length === 2) resolve()
      },
    })
    const actor = createActor(participantMachine, {
      input: { key: 'bob', identity: { user: { id: 'bob' } } },
      inspect: inspector.inspect,
    })
    actor.start()
    actor.send({ type: 'invitation.accepted', at: 1 })
  })
  await arrived
  const definition = of('@xstate.actor', seen)[0]?.definition
  expect(definition).toContain('"id":"participant"')
  expect(labelsOf(definition)).toEqual(labelsOf(JSON.stringify(participantConfig)))
  expect(
    (of('@xstate.snapshot', seen).at(-1)?.snapshot as unknown as { readonly value: unknown } | undefined)?.value,
  ).toEqual({
    ringing: 'idle',
  })
})
