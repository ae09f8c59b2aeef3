/**
 * Transport laws: what every `Transport` must keep to, as tests that any runner can run.
 *
 * `for (const { name, run } of transportLaws(make)) test(name, run)` — with vitest, Jest or `node:test`. `make` is given
 * a simulated service, as `fetch` or as it is, and returns a transport that talks to it. A law that is broken throws a
 * `LawBroken` that says how.
 *
 * Rule: a verdict is honest. `done` means the service took it, `refused` that it certainly did not, and everything
 * that cannot be known is `unconfirmed`.
 * @module
 */
import fc from 'fast-check'
import type { CallReport, Verdict } from '../call/model/events.ts'
import { isRollcallError } from '../call/model/errors.ts'
import type { RequestOptions, Transport } from '../host/ports/ports.ts'
import type { Fault, FaultRule } from '../simulator/network.ts'
import type { OperationName } from '../simulator/requests.ts'
import { LawBroken } from './laws.ts'
import { wholeNumber } from '../call/codec/schema.ts'
import { checkOptions, checkValue, method } from './options.ts'
import {
  CALLBACK_URI,
  demand,
  done,
  namesOf,
  PATIENCE_MS,
  people,
  same,
  Scene,
  type MakeTransport,
} from './transport-scene.ts'
import { traitLaws } from './transport-trait-laws.ts'
import { giveWay, systemClock } from '../time/system-clock.ts'

/** How much to try. */
export interface TransportLawOptions {
  /** Fixes the random misfortunes. Default 1. */
  readonly seed?: number | undefined
  /** How many. Default 100. */
  readonly runs?: number | undefined
}

/** One law as a test. */
export interface TransportLaw {
  readonly name: TransportLawName
  /** @throws LawBroken */
  run(): Promise<void>
}

/** The names of the laws. */
export type TransportLawName = keyof typeof laws

/**
 * The laws for a transport; `make` makes a fresh one for each. A law rejects with a TypeError when what was made is no
 * transport.
 * @throws TypeError for an option that cannot be meant
 */
export function transportLaws(make: MakeTransport, options: TransportLawOptions = {}): readonly TransportLaw[] {
  checkValue('transportLaws: the first argument', make, method)
  checkOptions('transportLaws', options, { seed: wholeNumber(), runs: wholeNumber(1) })
  const { seed = 1, runs = 100 } = options
  return (Object.keys(laws) as TransportLawName[]).map((name) => ({
    name,
    run: async () => laws[name]((rules) => new Scene(make, rules), { seed, runs }),
  }))
}

const ann = { user: { id: 'ann' } }
const bob = { user: { id: 'bob' } }

interface Trial {
  readonly seed: number
  readonly runs: number
}

type Law = (scene: (faults?: readonly FaultRule[]) => Scene, trial: Trial) => Promise<void>

const laws = {
  async 'create: a call that was made has an id, and can be asked for, kept alive and ended'(scene) {
    const at = scene()
    const { transport, service } = at
    const created = done(
      await at.verdict(transport.createCall({ callbackUri: CALLBACK_URI, targets: [] }), 'createCall'),
      'createCall',
    )
    demand(
      service.truth(created.callId) !== undefined,
      `createCall answered with the call ${created.callId}, which the service does not know`,
    )
    const report = done(await at.verdict<CallReport>(transport.getCall(created.callId), 'getCall'), 'getCall')
    same(report.state, 'established', 'the state of the call')
    const told = ids(
      at.heard.flatMap(({ callId, event }) =>
        callId === created.callId && event.type === 'call.reported' ? [event.myParticipantId] : [],
      ),
    )
    same([report.myParticipantId], at.showsBot ? told : [undefined], "the bot's own id")
    if (!at.isPolled) done(await at.verdict<undefined>(transport.keepAlive(created.callId), 'keepAlive'), 'keepAlive')
    done(await at.verdict<undefined>(transport.hangUp(created.callId), 'hangUp'), 'hangUp')
    same(service.truth(created.callId)?.state, 'terminated', 'the state of the call after hangUp')
  },

  async 'invite: it is answered with its operation and its invitees, in their order'(scene) {
    const at = scene()
    const invitees = people(Math.min(2, at.inviteesPerRequest))
    const report = done(
      await at.verdict(at.transport.invite(at.callId, { clientContext: 'context', invitees }), 'invite'),
      'invite',
    )
    same(report.clientContext, 'context', 'the clientContext')
    same(report.status, 'running', 'the status')
    demand(report.operationId !== undefined, 'the operation has no id')
    same(
      report.participants?.map(({ identity }) => identity['user']?.id),
      namesOf(invitees),
      'the invitees',
    )
    demand(
      (report.participants ?? []).every(({ participantId }) => participantId !== undefined),
      'the participantIds of the response were left out',
    )
  },

  async 'invite: everybody is asked, with the clientContext that was given'(scene) {
    const at = scene()
    const invitees = people(Math.min(2, at.inviteesPerRequest))
    await at.verdict(at.transport.invite(at.callId, { clientContext: 'context', invitees }), 'invite')
    // Nobody rings as long as a verdict may take: those who were asked are among the past.
    same(
      at.service
        .truth(at.callId)
        ?.past.map(({ identityId }) => identityId)
        .sort(),
      [...namesOf(invitees)].sort(),
      'who was asked',
    )
    same(
      ids(at.heard.flatMap(({ event }) => (event.type === 'operation.reported' ? [event.clientContext] : []))),
      ['context'],
      'the clientContext the service tells of',
    )
  },

  async 'list: it shows who waits in the lobby, and who is muted'(scene) {
    const at = scene()
    at.service.act({ act: 'join', callId: at.callId, person: 'bob', stay: { lobby: {} } })
    at.service.act({ act: 'mute', callId: at.callId, who: 'ann' })
    const { entries } = done(
      await at.verdict(at.transport.listParticipants(at.callId), 'listParticipants'),
      'listParticipants',
    )
    const shown = entries.flatMap(({ identity, isInLobby, isMuted }) =>
      identity['user'] === undefined ? [] : [[identity['user'].id, isInLobby === true, isMuted === true] as const],
    )
    same(
      shown.sort(([one = ''], [other = '']) => (one < other ? -1 : 1)),
      [
        ['ann', false, true],
        ['bob', true, false],
      ],
      'who is in the lobby and who is muted',
    )
  },

  async 'list: it shows everybody, whatever the number, and the bot where rosters show it'(scene) {
    const at = scene()
    for (let index = 0; index < 250; index += 1)
      at.service.act({ act: 'join', callId: at.callId, person: `person-${index}` })
    const { entries } = done(
      await at.verdict(at.transport.listParticipants(at.callId), 'listParticipants'),
      'listParticipants',
    )
    const expected = at.showsBot ? 252 : 251
    same(entries.length, expected, 'how many are shown')
    same(new Set(entries.map(({ id }) => id)).size, expected, 'how many have an id of their own')
    same(
      entries.some(({ identity }) => identity['application'] !== undefined),
      at.showsBot,
      'whether the bot itself is shown',
    )
  },

  async 'remove: done when the service took it'(scene) {
    const at = scene()
    done(
      await at.verdict(at.transport.deleteParticipant(at.callId, at.idOf('ann')), 'deleteParticipant'),
      'deleteParticipant',
    )
    demand(!at.isPresent('ann'), 'the participant is still there')
  },

  async 'mute: done when the service took it'(scene) {
    const at = scene()
    const report = done(
      await at.verdict(at.transport.muteParticipant(at.callId, at.idOf('ann'), 'context', {}), 'muteParticipant'),
      'muteParticipant',
    )
    same(report.status, 'completed', 'the status')
    same(
      at.service.truth(at.callId)?.present.map(({ isMuted }) => isMuted),
      [true],
      'who is muted',
    )
  },

  async "refused: a definite no says why, with the service's status and code"(scene) {
    const at = scene()
    const gone = await at.verdict(
      at.transport.deleteParticipant(at.callId, '00000000-0000-4000-8000-000000000000'),
      'deleteParticipant',
    )
    same(
      gone.verdict === 'refused' ? [gone.failure.reason, gone.failure.status] : gone,
      ['gone', 404],
      'the refusal of a DELETE of a participant who is not there',
    )
    at.service.act({ act: 'settings', settings: { tenant: { removers: [] } } })
    const forbidden = await at.verdict(at.transport.deleteParticipant(at.callId, at.idOf('ann')), 'deleteParticipant')
    same(
      forbidden.verdict === 'refused'
        ? [forbidden.failure.reason, forbidden.failure.status, forbidden.failure.code]
        : forbidden,
      ['forbidden', 403, '7504'],
      'the refusal of a DELETE that is not allowed',
    )
    const unknown = await at.verdict(at.askAlive('nobody-knows-this-call'), at.asksAliveBy)
    demand(
      unknown.verdict === 'refused' && unknown.failure.reason === 'gone',
      `a ${at.asksAliveBy} of a call that is not there came to ${unknown.verdict}`,
    )
  },

  async 'one invite: an invite whose answer is lost is unconfirmed, and not sent again'(scene) {
    for (const fault of [
      { type: 'loseResponse' },
      { type: 'lose' },
      { type: 'status', status: 503, isExecuted: true },
      { type: 'status', status: 500, isExecuted: true },
    ] as const) {
      const at = scene([{ on: 'request', only: 'participants.invite', fault }])
      const verdict = await at.verdict(
        at.transport.invite(at.callId, { clientContext: 'context', invitees: [{ identity: bob }] }),
        'invite',
      )
      same(verdict.verdict, 'unconfirmed', `the verdict of an invite met by ${describe(fault)}`)
      demand(
        at.sent.filter((operation) => operation === 'participants.invite').length <= 1,
        `the invite met by ${describe(fault)} was sent again`,
      )
    }
  },

  async 'honesty: done was taken, refused was not, whatever went wrong on the way'(scene, { seed, runs }) {
    // Every misfortune alone, whatever the seed; then several at once.
    for (const fault of [...gentle, ...statuses])
      for (const request of requestNames)
        await askHonesty(scene([{ on: 'request', fault }]), request, ` met by ${describe(fault)}`)
    await check(
      fc.asyncProperty(faults, fc.constantFrom<RequestName>(...requestNames), (rules, request) =>
        askHonesty(scene(rules), request, ''),
      ),
      seed,
      runs,
    )
  },

  async 'patience: what is throttled or breaks off is not said to be refused where it may be repeated'(scene) {
    for (const fault of [
      { type: 'status', status: 429, retryAfterSeconds: 1.5 },
      { type: 'status', status: 503 },
      { type: 'lose' },
    ] as const) {
      const at = scene([{ on: 'request', fault }])
      for (const [what, request] of [
        ['listParticipants', at.transport.listParticipants(at.callId)],
        ['deleteParticipant', at.transport.deleteParticipant(at.callId, at.idOf('ann'))],
        [at.asksAliveBy, at.askAlive(at.callId)],
      ] as const) {
        const verdict = await at.verdict<unknown>(request as Promise<Verdict<unknown>>, what)
        same(verdict.verdict, 'unconfirmed', `the verdict of ${what} met by ${describe(fault)}`)
        const isThrottled = verdict.verdict !== 'done' && verdict.failure.reason === 'throttled'
        same(isThrottled, 'status' in fault && fault.status === 429, `whether ${what} was throttled`)
      }
    }
  },

  async 'retries: a request that its caller repeats is sent once'(scene) {
    for (const fault of [{ type: 'status', status: 429 }, { type: 'status', status: 503 }, { type: 'lose' }] as const) {
      for (const [what, send] of requestsOf(scene())) {
        if (repeatedByTransport.has(what)) continue
        const at = scene([{ on: 'request', fault }])
        await at.verdict(send(at, { isRetriedByCaller: true }), what)
        same(at.sent.length, 1, `requests of ${what} met by ${describe(fault)}`)
      }
    }
  },

  async 'limits: what the service would refuse or cut short is not sent'(scene) {
    const tooMany = people(scene().inviteesPerRequest + 1)
    for (const [what, invitation] of [
      [`${tooMany.length} invitees`, { clientContext: 'context', invitees: tooMany }],
      [
        'two invitees with replacesCallId',
        { clientContext: 'context', invitees: [{ identity: bob, replacesCallId: 'x' }, { identity: ann }] },
      ],
      ['a clientContext of 257 characters', { clientContext: 'x'.repeat(257), invitees: [{ identity: bob }] }],
    ] as const) {
      const at = scene()
      const outcome = at.transport.invite(at.callId, invitation).then(
        ({ verdict }) => verdict,
        (error: unknown) =>
          isRollcallError(error) && error.code === 'REQUEST_INVALID' ? 'refused' : `a rejection: ${String(error)}`,
      )
      await at.service.clock.advance(PATIENCE_MS)
      same(await outcome, 'refused', `what came of ${what}`)
      demand(!at.sent.includes('participants.invite'), `an invite with ${what} was sent`)
    }
  },

  async 'giving up: a request that is given up settles at once, and does not throw'(scene) {
    for (const [what, send] of requestsOf(scene())) {
      const at = scene([{ on: 'request', fault: { type: 'lose' } }])
      const givenUp = new AbortController()
      let verdict: Verdict<unknown> | undefined
      let thrown: unknown
      send(at, { signal: givenUp.signal }).then(
        (settledAs) => {
          verdict = settledAs
        },
        (error: unknown) => {
          thrown = error
        },
      )
      await at.service.clock.settle()
      givenUp.abort()
      for (let turn = 0; turn < 3; turn += 1) await at.service.clock.settle()
      demand(thrown === undefined, `${what} rejected with ${String(thrown)}`)
      demand(verdict !== undefined, `${what} goes on waiting`)
      demand(verdict?.verdict !== 'done', `${what} is said to be done`)
    }
  },

  async 'giving up: a request that is given up is not sent again, and no further page is asked for'(scene) {
    for (const [what, send] of requestsOf(scene())) {
      for (const fault of [
        { type: 'status', status: 429, retryAfterSeconds: 1 },
        { type: 'lose' },
        { type: 'slow', ms: 2_000 },
      ] as const) {
        const at = scene([{ on: 'request', fault }])
        // Pages are read of lists alone.
        const arrivals = what === 'listParticipants' ? 250 : 0
        for (let index = 0; index < arrivals; index += 1)
          at.service.act({ act: 'join', callId: at.callId, person: `person-${index}` })
        const givenUp = new AbortController()
        send(at, { signal: givenUp.signal }).catch(() => undefined)
        await at.service.clock.advance(500)
        givenUp.abort()
        const before = at.sent.length
        await at.service.clock.advance(PATIENCE_MS)
        demand(at.sent.length === before, `${what} met by ${describe(fault)} goes on sending after it was given up`)
      }
    }
  },

  ...traitLaws,

  async 'fence: what may not be sent is not sent'(scene) {
    for (const [what, send] of requestsOf(scene())) {
      const at = scene()
      if (at.transport.fencesSends !== true) return
      const { verdict } = await at.verdict(send(at, { beforeSend: async () => false }), what)
      demand(at.sent.length === 0, `${what} was sent though beforeSend said that it may not be`)
      demand(verdict !== 'done', `${what} is said to be done though it was not sent`)
      demand(what !== 'invite' || verdict === 'refused', `an invite that was certainly not sent is ${verdict}`)
    }
  },

  async 'fence: each request is claimed right before it leaves, repetitions and further pages as well'(scene) {
    for (const [what, send] of requestsOf(scene())) {
      for (const fault of [
        undefined,
        { type: 'status', status: 429, retryAfterSeconds: 1 },
        { type: 'lose' },
      ] as const) {
        const at = scene(fault === undefined ? [] : [{ on: 'request', fault, times: 1 }])
        if (at.transport.fencesSends !== true) return
        // Pages are read of lists alone.
        const arrivals = what === 'listParticipants' ? 250 : 0
        for (let index = 0; index < arrivals; index += 1)
          at.service.act({ act: 'join', callId: at.callId, person: `person-${index}` })
        await askForClaims(at, what, send, fault)
      }
    }
  },

  async 'time: nothing waits by another clock'(scene) {
    const at = scene([{ on: 'request', fault: { type: 'lose' } }])
    let isSettled = false
    const settle = (): void => {
      isSettled = true
    }
    at.askAlive(at.callId).then(settle, settle)
    // Real time passes, the clock stands still.
    for (let turn = 0; turn < 20; turn += 1) await at.service.clock.settle()
    demand(!isSettled, 'a request that nothing came back of was given up before any time had passed')
    await at.service.clock.advance(PATIENCE_MS)
    demand(isSettled, 'a request that nothing came back of is waited for though the time has passed')
  },
} satisfies Record<string, Law>

type RequestName = 'invite' | 'deleteParticipant' | 'muteParticipant' | 'hangUp'

/** Every request there is. */
const everything: {
  readonly [M in Exclude<keyof Transport, 'traits' | 'useClock' | 'fencesSends'>]: (
    at: Scene,
    options: RequestOptions,
  ) => Promise<Verdict<unknown>>
} = {
  createCall: ({ transport }, options) => transport.createCall({ callbackUri: CALLBACK_URI, targets: [] }, options),
  getCall: ({ transport, callId }, options) => transport.getCall(callId, options),
  keepAlive: ({ transport, callId }, options) => transport.keepAlive(callId, options),
  hangUp: ({ transport, callId }, options) => transport.hangUp(callId, options),
  invite: ({ transport, callId }, options) =>
    transport.invite(callId, { clientContext: 'context', invitees: [{ identity: bob }] }, options),
  listParticipants: ({ transport, callId }, options) => transport.listParticipants(callId, options),
  deleteParticipant: (at, options) => at.transport.deleteParticipant(at.callId, at.idOf('ann'), options),
  muteParticipant: (at, options) => at.transport.muteParticipant(at.callId, at.idOf('ann'), 'context', options),
}

/** Every request that a host makes of the transport: it keeps no call alive that it polls. */
function requestsOf({ isPolled }: Scene): readonly (readonly [string, (typeof everything)[keyof typeof everything]])[] {
  return Object.entries(everything).filter(([what]) => what !== 'keepAlive' || !isPolled)
}

/** Requests that a call never repeats: the transport does, where that is safe. */
const repeatedByTransport: ReadonlySet<string> = new Set(['createCall', 'invite', 'muteParticipant'])

const requestNames = [
  'invite',
  'deleteParticipant',
  'muteParticipant',
  'hangUp',
] as const satisfies readonly RequestName[]

/** Whether the service took it, asked once everything is over. */
const takes: { readonly [R in RequestName]: (at: Scene) => () => boolean } = {
  invite: (at) => () =>
    at.isRinging('bob') || at.service.truth(at.callId)?.past.some(({ identityId }) => identityId === 'bob') === true,
  deleteParticipant: (at) => () => !at.isPresent('ann'),
  muteParticipant: (at) => () => at.service.truth(at.callId)?.present.some(({ isMuted }) => isMuted) === true,
  hangUp: (at) => () => at.service.truth(at.callId)?.state === 'terminated',
}

const operations: readonly OperationName[] = [
  'participants.invite',
  'participant.delete',
  'participant.mute',
  'call.delete',
]

/** Faults of the network. */
const gentle = [
  { type: 'lose' },
  { type: 'loseResponse' },
  { type: 'slow', ms: 20_000 },
  { type: 'delay', ms: 2_000 },
] as const satisfies readonly Fault[]

/** Answers in place of the service's own. Only what says nothing about whether it happened comes with it having happened. */
const statuses: readonly Fault[] = [
  ...[400, 403, 408, 409, 429, 500, 502, 503, 504].map(
    (status): Fault => ({ type: 'status', status, isExecuted: false }),
  ),
  ...[500, 502, 503, 504].map((status): Fault => ({ type: 'status', status, isExecuted: true })),
]

const faults: fc.Arbitrary<readonly FaultRule[]> = fc.array(
  fc
    .record({
      fault: fc.oneof({ withCrossShrink: true }, fc.constantFrom<Fault>(...gentle), fc.constantFrom(...statuses)),
      only: fc.constantFrom(...operations, undefined),
      times: fc.constantFrom(1, 2, undefined),
    })
    .map(
      ({ fault, only, times }): FaultRule => ({
        on: 'request',
        fault,
        ...(only === undefined ? {} : { only }),
        ...(times === undefined ? {} : { times }),
      }),
    ),
  { maxLength: 3 },
)

/** Sends a request, and holds what is said of it against what became of it. */
async function askHonesty(at: Scene, request: RequestName, how: string): Promise<void> {
  const isTaken = takes[request](at)
  const verdict = await at.verdict(everything[request](at, {}), request)
  const wasTaken = isTaken()
  demand(verdict.verdict !== 'done' || wasTaken, `${request}${how} is said to be done and the service did not take it`)
  // What is gone says that there is nothing to do any more, after an earlier attempt whose answer was lost, perhaps.
  const isMissing = verdict.verdict === 'refused' && verdict.failure.reason === 'gone'
  demand(
    verdict.verdict !== 'refused' || isMissing || !wasTaken,
    `${request}${how} is said to be refused and the service took it`,
  )
}

/** Grants every claim and looks whether each request has one of its own, and leaves without waiting for anything after it. */
async function askForClaims(
  at: Scene,
  what: string,
  send: (typeof everything)[keyof typeof everything],
  fault: Fault | undefined,
): Promise<void> {
  const how = fault === undefined ? '' : ` met by ${describe(fault)}`
  let claim: 'none' | 'granted' | 'late' = 'none'
  let wrong: string | undefined
  at.onSend = () => {
    if (claim !== 'granted')
      wrong ??= `${what}${how} ${claim === 'none' ? 'sent a request that it had not claimed with beforeSend' : 'waited for something between beforeSend and the request'}`
    claim = 'none'
  }
  await at.verdict(
    send(at, {
      async beforeSend() {
        // A transport that does not await the claim sends before this.
        await Promise.resolve()
        claim = 'granted'
        // Promises that are settled already may be waited for; what takes a turn of the event loop is something else.
        void giveWay(systemClock).then(() => {
          if (claim === 'granted') claim = 'late'
        })
        return true
      },
    }),
    what,
  )
  demand(wrong === undefined, wrong ?? '')
}

async function check(property: fc.IAsyncProperty<unknown>, seed: number, runs: number): Promise<void> {
  const details = await fc.check(property as fc.IAsyncProperty<[unknown]>, { seed, numRuns: runs })
  if (details.failed)
    throw new LawBroken(
      `${(details.errorInstance as Error | undefined)?.message ?? 'it is broken'}, with ${JSON.stringify(details.counterexample)} (seed ${seed})`,
    )
}

/** What was named, once each. */
function ids(named: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(named.filter((id) => id !== undefined))]
}

function describe(fault: Fault): string {
  return JSON.stringify(fault)
}
