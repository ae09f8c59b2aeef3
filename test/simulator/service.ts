/**
 * A service for tests of the world: sends requests, reads notifications, and advances time.
 * @module
 */
import { DEFAULT_APP_ID, type Acted } from '../../src/simulator/world/acts.ts'
import type { Act } from '../../src/simulator/graph/dialect.ts'
import { Driver } from '../../src/simulator/graph/service.ts'
import type { ScriptAnswer, DriverOptions } from '../../src/simulator/graph/dialect.ts'
import type { ServiceRequest, ServiceResponse } from '../../src/simulator/graph/operations.ts'
import type { ServiceNotification } from '../../src/simulator/graph/dialect.ts'
import type { CallTruth } from '../../src/simulator/world/ground-truth.ts'

/** A participant on the wire. */
export interface WireParticipant {
  readonly id: string | null
  readonly isInLobby: boolean
  readonly isMuted: boolean
  readonly info: {
    readonly participantId?: string
    readonly identity: { readonly [kind: string]: { readonly id: string; readonly displayName?: string } }
  }
  readonly removedState?: { readonly reason: string }
  readonly rosterSequenceNumber?: number
}

/** A service with a manual clock. */
export class TestService {
  readonly notifications: ServiceNotification[] = []
  readonly driver: Driver
  now = 0

  constructor(options: DriverOptions = {}) {
    this.driver = new Driver(
      { seed: 'test', ...options },
      {
        notified: (notification) => {
          this.notifications.push(notification)
        },
      },
    )
  }

  /** Advances the clock. */
  advance(ms: number): void {
    this.now += ms
    this.driver.advance(this.now)
  }

  /** An established call of the bot. */
  call(people: readonly string[] = [], appId = DEFAULT_APP_ID): string {
    const acted = this.act({ act: 'placeCall', callbackUri: 'http://bot.example/', people, appId })
    return acted.callId ?? ''
  }

  /** Performs an act. @throws Error if it is refused */
  act(act: Act): Extract<Acted, { done: true }> {
    const acted = this.driver.act(this.now, act)
    if (!acted.done) throw new Error(acted.reason)
    return acted
  }

  /** Sends a request without waiting for its answer. */
  send(request: Partial<ServiceRequest> & Pick<ServiceRequest, 'operation'>): Promise<ScriptAnswer> {
    return this.driver.send(this.now, { appId: DEFAULT_APP_ID, ...request })
  }

  /** Sends a request that is answered immediately. */
  async ask(
    request: Partial<ServiceRequest> & Pick<ServiceRequest, 'operation'>,
  ): Promise<ServiceResponse & { readonly body: any }> {
    const answer = await this.send(request)
    if (answer.type === 'lost') throw new Error('The answer was lost.')
    return { ...answer.response, body: answer.response.body }
  }

  /** Invites people and returns the answer. */
  invite(callId: string, ...ids: readonly string[]): Promise<ServiceResponse & { readonly body: any }> {
    return this.ask({ operation: 'participants.invite', callId, body: invitationOf(...ids) })
  }

  truth(callId: string): CallTruth {
    const truth = this.driver.truth(callId)
    if (truth === undefined) throw new Error('Unknown call.')
    return truth
  }

  /** The data of the notifications of one kind, oldest first. */
  received(kind: ServiceNotification['kind'], callId?: string): any[] {
    return this.notifications
      .filter((one) => one.kind === kind && (callId === undefined || one.callId === callId))
      .map(({ body }) => (body['value'] as { resourceData: unknown }[])[0]?.resourceData)
  }

  /** The reported states of a call, oldest first. */
  states(callId: string): string[] {
    return this.received('call', callId).map(({ state }: { state: string }) => state)
  }

  /** Ids of the people on each full roster, without bots. */
  rosters(callId: string): string[][] {
    return this.received('roster', callId).map(peopleOn)
  }
}

/** The body of an invite for user ids or phone numbers. */
export function invitationOf(...ids: readonly string[]): object {
  return {
    participants: ids.map((id) => ({ identity: id.startsWith('+') ? { phone: { id } } : { user: { id } } })),
    clientContext: `invite ${ids.join()}`,
  }
}

/** Identity ids of the people on a roster, without bots. */
export function peopleOn(roster: readonly WireParticipant[]): string[] {
  return roster.flatMap(({ info: { identity } }) => identity['user']?.id ?? identity['phone']?.id ?? [])
}
