/**
 * Transport laws of verdicts: honest whatever goes wrong on the way; requests are repeated only where that is safe.
 * @module
 */
import { directNames } from './direct-laws.ts'
import fc from 'fast-check'
import type { Verdict } from '../../call/model/events.ts'
import { isRollcallError } from '../../call/model/errors.ts'
import type { Fault, FaultRule } from '../../simulator/network/network.ts'
import type { OperationName } from '../../simulator/graph/operations.ts'
import { LawBroken } from '../laws.ts'
import { demand, PATIENCE_MS, people, same, type Scene } from './scene.ts'
import { bob, type Law, everything, requestsOf, describe } from './requests.ts'

const ann = { user: { id: 'ann' } }

/** The laws, by name. */
export const verdictLaws = {
  async 'one invite: an invite whose response is lost is unconfirmed and not sent again'(scene) {
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

  async 'honesty: done means that the service acted, refused that it did not, whatever went wrong on the way'(
    scene,
    { seed, runs },
  ) {
    // Every fault alone, whatever the seed; then several at once.
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

  async 'patience: a repeatable request that is throttled or breaks off is unconfirmed, not refused'(scene) {
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

  async 'limits: a request that the service would refuse or truncate is not sent'(scene) {
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
      same(await outcome, 'refused', `the outcome of ${what}`)
      demand(!at.sent.includes('participants.invite'), `an invite with ${what} was sent`)
    }
  },
} satisfies Record<string, Law>

type RequestName = 'invite' | 'deleteParticipant' | 'muteParticipant' | 'hangUp'

/** Requests that a call never repeats: the transport does, where that is safe. */
const repeatedByTransport: ReadonlySet<string> = new Set(['createCall', 'invite', 'muteParticipant', ...directNames])

const requestNames = [
  'invite',
  'deleteParticipant',
  'muteParticipant',
  'hangUp',
] as const satisfies readonly RequestName[]

/** Whether the service carried out the request, checked once everything is over. */
const takes: { readonly [R in RequestName]: (at: Scene) => () => boolean } = {
  invite: (at) => () =>
    at.isRinging('bob') || at.service.truth(at.callId)?.past.some(({ identityId }) => identityId === 'bob') === true,
  deleteParticipant: (at) => () => !at.isPresent('ann'),
  muteParticipant: (at) => () => at.service.truth(at.callId)?.present.some(({ isMuted }) => isMuted) === true,
  hangUp: (at) => () => at.service.truth(at.callId)?.state === 'terminated',
}

/** Sends a request, and compares its verdict with what happened. */
async function askHonesty(at: Scene, request: RequestName, how: string): Promise<void> {
  const isTaken = takes[request](at)
  const verdict = await at.verdict(everything[request](at, {}), request)
  const wasTaken = isTaken()
  demand(
    verdict.verdict !== 'done' || wasTaken,
    `${request}${how} has the verdict done, and the service did not carry it out`,
  )
  // `gone` can follow an earlier attempt that succeeded and whose response was lost.
  const isMissing = verdict.verdict === 'refused' && verdict.failure.reason === 'gone'
  demand(
    verdict.verdict !== 'refused' || isMissing || !wasTaken,
    `${request}${how} has the verdict refused, and the service carried it out`,
  )
}

async function check(property: fc.IAsyncProperty<unknown>, seed: number, runs: number): Promise<void> {
  const details = await fc.check(property as fc.IAsyncProperty<[unknown]>, { seed, numRuns: runs })
  if (details.failed)
    throw new LawBroken(
      `${(details.errorInstance as Error | undefined)?.message ?? 'the law is broken'}, with ${JSON.stringify(details.counterexample)} (seed ${seed})`,
    )
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

/** Responses in place of the service's own. A request is carried out only where the status leaves that open. */
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
