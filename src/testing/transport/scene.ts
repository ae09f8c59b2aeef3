/**
 * The scene of a transport law: a transport, the simulated service it talks to, and the requests it sent.
 * @module
 */
import type { InboundEvent, Invitee, Verdict } from '../../call/model/events.ts'
import { parseNotifications } from '../../graph/wire/notifications.ts'
import { INVITEES_PER_REQUEST } from '../../host/ports/limits.ts'
import type { Transport } from '../../host/ports/ports.ts'
import type { Clock } from '../../time/clock.ts'
import type { FaultRule } from '../../simulator/network/network.ts'
import type { OperationName } from '../../simulator/graph/operations.ts'
import { simulatedService, type SimulatedService } from '../../simulator/graph/transport.ts'
import { DEFAULT_EPOCH_MS } from '../../simulator/world/world.ts'
import { virtualClock } from '../../time/virtual-clock.ts'
import { LawBroken } from '../laws.ts'
import { checkArgument, withMethods } from '../../call/codec/options.ts'
import { simulatedFetch, type SimulatedFetch } from '../simulated-fetch.ts'

/** What a transport under test may talk to: `fetch` or the service itself. */
export interface TransportSurroundings {
  /** Graph over HTTP, for transports that use `fetch`. */
  readonly fetch: SimulatedFetch
  /** The service itself, for transports without HTTP. */
  readonly service: SimulatedService
  /** The only source of time; `useClock` receives it as well. */
  readonly clock: Clock
}

/** Makes the transport of one law. */
export type MakeTransport = (surroundings: TransportSurroundings) => Transport

/** The callback address of the scene's calls; nothing is sent there. */
export const CALLBACK_URI = 'https://bot.example/callback'
/** Longer than any transport may take to reach a verdict. */
export const PATIENCE_MS = 10 * 60_000

const isTransport = withMethods(
  ...([
    'createCall',
    'getCall',
    'keepAlive',
    'hangUp',
    'invite',
    'listParticipants',
    'deleteParticipant',
    'muteParticipant',
  ] as const satisfies readonly (keyof Transport)[]),
)

/** A transport, the service it talks to, and the requests it sent. */
export class Scene {
  readonly transport: Transport
  readonly service: SimulatedService
  /** The requests that the transport sent, whether they arrived or not. */
  readonly sent: OperationName[] = []
  /** Called for each request that is sent: at the call of `fetch`, or when the service receives it without `fetch`. */
  onSend: () => void = () => undefined
  /** The notifications of the service. */
  readonly heard: InboundEvent[] = []
  readonly callId: string
  /** `fetch` was called, and the request has not reached the service yet. */
  #isFetching = false

  constructor(make: MakeTransport, faults: readonly FaultRule[] = []) {
    const clock = virtualClock(DEFAULT_EPOCH_MS, { settlingTurns: 1 })
    this.service = simulatedService({
      clock,
      seed: 'transport',
      historyLimit: 0,
      defaultScript: { type: 'noAnswer' },
      onOutput: (output) => {
        if (output.type === 'notification') this.heard.push(...parseNotifications(output.notification.body))
      },
      // However it is sent: with `fetch`, with `send`, or by a transport of the service itself.
      onRequest: ({ operation }) => {
        this.sent.push(operation)
        if (this.#isFetching) this.#isFetching = false
        else this.onSend()
      },
    })
    const placed = this.service.act({ act: 'placeCall', callbackUri: CALLBACK_URI, people: ['ann'] })
    this.callId = placed.callId ?? ''
    this.service.setFaults(faults)
    const fetch = simulatedFetch(this.service)
    this.transport = make({
      service: this.service,
      clock,
      fetch: (target, init) => {
        this.#isFetching = true
        this.onSend()
        return fetch(target, init)
      },
    })
    checkArgument('transportLaws: what was made', this.transport, isTransport)
    this.transport.useClock?.(clock)
  }

  /** The largest number of invitees in one request. */
  get inviteesPerRequest(): number {
    return this.transport.traits?.inviteesPerRequest ?? INVITEES_PER_REQUEST
  }

  /** Whether rosters show the bot itself. */
  get showsBot(): boolean {
    return this.transport.traits?.isBotOnRoster !== false
  }

  /** Whether the host queries calls instead of keeping them alive. */
  get isPolled(): boolean {
    return this.transport.traits?.liveness === 'poll'
  }

  /** The request by which a host learns whether a call is alive. */
  get asksAliveBy(): 'getCall' | 'keepAlive' {
    return this.isPolled ? 'getCall' : 'keepAlive'
  }

  /** Makes the request by which a host learns whether a call is alive. */
  askAlive(callId: string): Promise<Verdict<unknown>> {
    return this.transport[this.asksAliveBy](callId)
  }

  idOf(who: string): string {
    return this.service.truth(this.callId)?.present.find(({ identityId }) => identityId === who)?.id ?? ''
  }

  isPresent(who: string): boolean {
    return this.idOf(who) !== ''
  }

  isRinging(who: string): boolean {
    return this.service.truth(this.callId)?.ringing.some(({ identityId }) => identityId === who) === true
  }

  /** The verdict of a request, after time has passed. @throws LawBroken if there is none, or if the request rejects */
  async verdict<T>(request: Promise<Verdict<T>>, what: string): Promise<Verdict<T>> {
    let settled: Verdict<T> | undefined
    let thrown: unknown
    request.then(
      (verdict) => {
        settled = verdict
      },
      (error: unknown) => {
        thrown = error ?? 'nothing'
      },
    )
    await this.service.clock.advance(PATIENCE_MS)
    if (thrown !== undefined) throw new LawBroken(`${what} rejected with ${String(thrown)}`)
    if (settled === undefined) throw new LawBroken(`${what} reached no verdict in ${PATIENCE_MS / 60_000} minutes`)
    return settled
  }
}

/** That many invitees. */
export function people(count: number): readonly Invitee[] {
  return Array.from({ length: count }, (_, index) => ({ identity: { user: { id: `person-${index}` } } }))
}

/** The ids of invitees. */
export function namesOf(invitees: readonly Invitee[]): readonly (string | undefined)[] {
  return invitees.map(({ identity }) => identity['user']?.id)
}

/** The value of a request without faults. @throws LawBroken if the verdict is not `done` */
export function done<T>(verdict: Verdict<T>, what: string): T {
  if (verdict.verdict === 'done') return verdict.value
  throw new LawBroken(
    `${what} has the verdict ${verdict.verdict} (${verdict.failure.code}) although nothing went wrong`,
  )
}

/** Throws unless the condition holds. @throws LawBroken */
export function demand(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new LawBroken(otherwise)
}

/** Throws unless both values are equal as JSON. @throws LawBroken */
export function same(found: unknown, expected: unknown, what: string): void {
  const [is, should] = [JSON.stringify(found), JSON.stringify(expected)]
  if (is !== should) throw new LawBroken(`${what}: expected ${should}, found ${is}`)
}
