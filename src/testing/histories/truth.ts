/**
 * The truth of a run, collected from the facts that the simulator records as they happen.
 * @module
 */
import { nameIdentity } from '../../simulator/world/identities.ts'
import { resultOf, type Result } from '../../simulator/graph/results.ts'
import type { Departure } from '../../simulator/world/departure.ts'
import type { Fact } from '../../simulator/world/tick.ts'

/** One presence of a person on the roster. */
export interface Presence {
  readonly id: string
  /** Every id it had, the current one last: an admission may change it. */
  readonly ids: readonly string[]
  readonly who: string
  readonly since: number
  readonly isInLobby: boolean
  /** How it ended; undefined while it lasts, also under another id. */
  readonly end?: { readonly by: Departure; readonly at: number } | undefined
}

/** One invitation of a person. */
export interface InviteTruth {
  readonly id: string
  readonly who: string
  /** How it ended: `answered` if they joined. */
  readonly end?:
    | {
        readonly by: 'answered' | 'bot' | 'self' | 'service' | 'callEnded'
        readonly result: Result | undefined
        readonly at: number
      }
    | undefined
}

/** The truth of one run, with one call of one bot. */
export class Truth {
  /** Presences by their last id. */
  readonly presences = new Map<string, Presence>()
  readonly askings = new Map<string, InviteTruth>()
  /** How often each person left, and when last, by identity. */
  readonly departures = new Map<string, { readonly count: number; readonly at: number }>()
  /** What ended the call. */
  callResult: Result | undefined
  /** The last id of the presence with that id. */
  readonly #latest = new Map<string, string>()
  #leaving: Presence | undefined

  /** Records a fact. */
  note(at: number, fact: Fact): void {
    switch (fact.type) {
      case 'invited':
        this.askings.set(fact.participantId, { id: fact.participantId, who: nameOf(fact.identity) })
        return
      case 'uninvited':
        this.askings.set(fact.participantId, {
          id: fact.participantId,
          who: nameOf(fact.identity),
          end: { by: fact.by, result: fact.outcome && resultOf(fact.outcome), at },
        })
        return
      case 'joined':
        return this.#join(at, fact)
      case 'admitted': {
        const known = this.presences.get(fact.participantId)
        if (known !== undefined) this.presences.set(known.id, { ...known, isInLobby: false })
        return
      }
      case 'departed':
        return this.#depart(at, fact)
      case 'callEnded':
        this.callResult = resultOf(fact.outcome)
        return
      case 'actRefused':
    }
  }

  /** The presence that has or had that id. */
  presenceOf(id: string): Presence | undefined {
    return this.presences.get(this.#latest.get(id) ?? id)
  }

  /** The people who are on the roster now, without the bot. */
  present(): readonly Presence[] {
    return [...this.presences.values()].filter(({ end }) => end === undefined)
  }

  #join(at: number, { participantId: id, identity, isInLobby }: Extract<Fact, { type: 'joined' }>): void {
    const who = nameOf(identity)
    if (isBot(identity)) return
    if (this.askings.has(id)) this.askings.set(id, { id, who, end: { by: 'answered', result: undefined, at } })
    const before = this.#leaving?.who === who ? this.#leaving : undefined
    this.#leaving = undefined
    const presence = { id, ids: [...(before?.ids ?? []), id], who, since: before?.since ?? at, isInLobby }
    this.presences.set(id, presence)
    for (const known of presence.ids) this.#latest.set(known, id)
  }

  #depart(at: number, { participantId: id, by }: Extract<Fact, { type: 'departed' }>): void {
    const known = this.presences.get(id)
    if (known === undefined) return
    if (by === 'readmitted') {
      // The next fact is their join under the new id.
      this.#leaving = known
      this.presences.delete(id)
      return
    }
    this.presences.set(id, { ...known, end: { by, at } })
    this.departures.set(known.who, { count: (this.departures.get(known.who)?.count ?? 0) + 1, at })
  }
}

function isBot(identity: object): boolean {
  return 'application' in identity && !('user' in identity)
}

function nameOf(identity: Parameters<typeof nameIdentity>[0]): string {
  return nameIdentity(identity)?.id ?? ''
}
