/**
 * A scripted call service for host tests: takes everything, until a test says otherwise, and keeps what it was asked.
 * @module
 */
import type {
  CallReport,
  Invitee,
  OperationReport,
  RosterEntry,
  RosterSnapshot,
  Verdict,
} from '../../src/call/model/events.ts'
import { graphTraits } from '../../src/graph/wire/traits.ts'
import type { CreatedCall, RequestOptions, Transport, TransportTraits } from '../../src/host/ports/ports.ts'
import { readFailure } from '../../src/graph/wire/result-codes.ts'

/** A method's name. */
export type Method = Exclude<keyof Transport, 'traits' | 'useClock' | 'fencesSends'>

/** One request as it arrived. */
interface SeenRequest {
  readonly method: Method
  readonly callId?: string
  readonly participantId?: string
  readonly clientContext?: string
  readonly invitees?: readonly Invitee[]
  readonly ringTimeoutMs?: number
  readonly reference?: string
  readonly signal?: AbortSignal | undefined
}

type AnyVerdict = Verdict<unknown>
type Script = (request: SeenRequest) => AnyVerdict | Promise<AnyVerdict>

/** A transport and the strings to pull. */
export interface FakeTransport extends Transport {
  readonly requests: readonly SeenRequest[]
  /** Who the roster shows when it is fetched. */
  roster: readonly RosterEntry[]
  /** What a method answers from now on. */
  script(method: Method, script: Script | AnyVerdict): void
  /** Makes a method wait; each call of what is returned answers the oldest one waiting. */
  hold(method: Method): (answer?: AnyVerdict) => void
  /** How often a method was asked. */
  count(method: Method): number
}

/** A request that was taken. */
export function done<T>(value: T): Verdict<T> {
  return { verdict: 'done', value }
}

/** A request that certainly did not happen. */
export function refused(status: number, code = String(status)): Verdict<never> {
  return { verdict: 'refused', failure: readFailure({ status, code, message: 'no' }) }
}

/** A request that may have happened. */
export const lost: Verdict<never> = {
  verdict: 'unconfirmed',
  failure: { reason: 'other', code: 'timeout', message: 'no answer' },
}

/** A transport that takes everything: invites run, the call is established, the roster shows `roster`. Like Graph, unless said otherwise. */
export function fakeTransport(traits: TransportTraits | undefined = graphTraits): FakeTransport {
  const scripts = new Map<Method, Script>()
  const requests: SeenRequest[] = []
  let created = 0

  const ask = async <T>(
    asked: SeenRequest,
    options: RequestOptions | undefined,
    usual: () => Verdict<T>,
  ): Promise<Verdict<T>> => {
    const reference = options?.reference
    const request = { ...asked, signal: options?.signal, ...(reference === undefined ? {} : { reference }) }
    requests.push(request)
    const script = scripts.get(request.method)
    return (script === undefined ? usual() : await script(request)) as Verdict<T>
  }
  const took = (): Verdict => done(undefined)

  const transport: FakeTransport = {
    traits,
    requests,
    roster: [],
    script(method, script) {
      scripts.set(method, typeof script === 'function' ? script : () => script)
    },
    hold(method) {
      const waiting: ((answer: AnyVerdict) => void)[] = []
      scripts.set(method, () => new Promise((resolve) => waiting.push(resolve)))
      return (answer = took()) => {
        const next = waiting.shift()
        if (next === undefined) throw new Error(`no ${method} waits`)
        next(answer)
      }
    },
    count: (method) => requests.filter((request) => request.method === method).length,

    createCall(_body, options?: RequestOptions) {
      created += 1
      return ask<CreatedCall>({ method: 'createCall' }, options, () =>
        done({ callId: `call-${created}`, state: 'establishing', myParticipantId: 'bot' }),
      )
    },
    getCall: (callId, options) =>
      ask<CallReport>({ method: 'getCall', callId }, options, () =>
        done({ state: 'established', myParticipantId: 'bot' }),
      ),
    keepAlive: (callId, options) => ask({ method: 'keepAlive', callId }, options, took),
    hangUp: (callId, options) => ask({ method: 'hangUp', callId }, options, took),
    invite: (callId, { clientContext, invitees, ringTimeoutMs }, options) =>
      ask<OperationReport>(
        {
          method: 'invite',
          callId,
          clientContext,
          invitees,
          ...(ringTimeoutMs === undefined ? {} : { ringTimeoutMs }),
        },
        options,
        () => done({ status: 'running', clientContext, operationId: `operation-${clientContext}` }),
      ),
    listParticipants: (callId, options) =>
      ask<RosterSnapshot>({ method: 'listParticipants', callId }, options, () => done({ entries: transport.roster })),
    deleteParticipant: (callId, participantId, options) =>
      ask({ method: 'deleteParticipant', callId, participantId }, options, took),
    muteParticipant: (callId, participantId, clientContext, options) =>
      ask<OperationReport>({ method: 'muteParticipant', callId, participantId, clientContext }, options, () =>
        done({ status: 'completed', clientContext }),
      ),
  }
  return transport
}
