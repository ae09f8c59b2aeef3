/**
 * Run record: records the ground truth of a run for expectations.
 * @module
 */
import { people } from '../histories/actions.ts'
import { callId, type TestEnvironment } from '../histories/test-environment.ts'
import type { InviteTruth, Presence } from '../histories/truth.ts'
import { nameIdentity, readIdentity } from '../../simulator/world/identities.ts'
import type { ServiceRequest, ServiceResponse } from '../../simulator/graph/operations.ts'
import type { ApplicationRequest, BotRequest, PresenceTruth, RingTruth, WorldView } from './expectation.ts'

/** The people of a run, without the person who joins at the end of every run. */
const everyone: ReadonlySet<string> = new Set(people)

/** Records one run. */
export class RunRecord implements WorldView {
  readonly callId = callId
  readonly requests: BotRequest[] = []
  readonly asked: ApplicationRequest[] = []
  readonly #environment: TestEnvironment
  readonly #believed: () => ReadonlySet<string>
  /** When each ring began, by participant id. */
  readonly #startedAt = new Map<string, number>()

  constructor(environment: TestEnvironment, believed: () => ReadonlySet<string>) {
    this.#environment = environment
    this.#believed = believed
    environment.listen((output) => {
      if (output.type === 'fact' && output.fact.type === 'invited')
        this.#startedAt.set(output.fact.participantId, output.at)
    })
  }

  get now(): number {
    return this.#environment.now()
  }

  get isCallOpen(): boolean {
    return this.#environment.truth.callResult === undefined
  }

  get believed(): ReadonlySet<string> {
    return this.#believed()
  }

  get present(): readonly PresenceTruth[] {
    return this.presences.filter(({ left }) => left === undefined)
  }

  get presences(): readonly PresenceTruth[] {
    const { presences, askings } = this.#environment.truth
    return [...presences.values()].filter(isCounted).map((presence) => writePresence(presence, askings))
  }

  get rings(): readonly RingTruth[] {
    return [...this.#environment.truth.askings.values()].filter(isCounted).map(({ id, who, end }) => ({
      who,
      participantId: id,
      startedAt: this.#startedAt.get(id) ?? 0,
      ...(end === undefined ? {} : { ended: { at: end.at, by: end.by } }),
    }))
  }

  /** Records a request of the application to the bot. */
  asks(asks: ApplicationRequest['asks'], who: string): void {
    this.asked.push({ at: this.now, asks, who })
  }

  /** Records a request of the bot; the returned function takes its answer. */
  sends(request: ServiceRequest): (response: ServiceResponse | undefined) => void {
    const { operation, participantId, body } = request
    const index = this.requests.length
    const sent: BotRequest = {
      at: this.now,
      operation,
      who: operation === 'participants.invite' ? inviteesOf(body) : this.#whoIs(participantId),
      ...(participantId === undefined ? {} : { participantId }),
      ...(body === undefined ? {} : { body }),
    }
    this.requests.push(sent)
    return (response) => {
      if (response !== undefined) this.requests[index] = { ...sent, answer: { status: response.status, at: this.now } }
    }
  }

  #whoIs(participantId: string | undefined): readonly string[] {
    const { truth } = this.#environment
    const who = participantId && (truth.presenceOf(participantId) ?? truth.askings.get(participantId))?.who
    return who === undefined || who === '' ? [] : [who]
  }
}

/** User ids of the people a body invites; empty for ids that cannot be read. */
export function inviteesOf(body: unknown): readonly string[] {
  const participants = (body as { readonly participants?: unknown } | undefined)?.participants
  return (Array.isArray(participants) ? (participants as readonly unknown[]) : []).map(
    (one) => nameIdentity(readIdentity((one as { readonly identity?: unknown } | null)?.identity))?.id ?? '',
  )
}

function isCounted({ who }: { readonly who: string }): boolean {
  return everyone.has(who)
}

function writePresence(
  { id, ids, who, since, isInLobby, end }: Presence,
  askings: ReadonlyMap<string, InviteTruth>,
): PresenceTruth {
  return {
    who,
    participantId: id,
    joinedAt: since,
    isInLobby,
    wasInvited: ids.some((one) => askings.has(one)),
    ...(end === undefined ? {} : { left: { at: end.at, by: end.by } }),
  }
}
