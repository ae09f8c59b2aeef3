/**
 * The oracle for bots of any kind: it knows only who the bot believes to be in the call.
 *
 * Rule 1: the bot drops only people who have left. A departure since the bot started to believe in them counts, and so
 * does one whose notification may still have been on its way.
 * Rule 2: the bot believes only in people who have been there: an invite is not an arrival.
 * Rule 3: at rest, after faults have ended and one more roster was sent, the belief is the truth.
 * Rule 4: people whom the application removed are out, unless the bot reported that it could not remove them.
 * @module
 */
import { longestDelay } from '../arbitraries/fault-plans.ts'
import type { Complaint } from './bot.ts'
import type { Plan } from './plan.ts'
import type { InviteTruth, Presence, Truth } from './truth.ts'

/** Judges the belief of one bot. */
export class PresenceOracle {
  /** Whether unnumbered rosters may overtake each other, and so prove nothing. */
  readonly #isUnordered: boolean
  readonly #truth: Truth
  readonly #longestDelayMs: number
  /** For each person believed present: how often they had left when that belief started. */
  readonly #believed = new Map<string, number>()
  /** Ids of presences and invitations that the application wanted to end. */
  readonly #unwanted = new Map<string, string>()

  /** Expectations that are not demanded, by name. */
  readonly #except: ReadonlySet<string>

  constructor({ switches, faults }: Plan, truth: Truth, except: ReadonlySet<string> = new Set()) {
    this.#truth = truth
    this.#except = except
    this.#longestDelayMs = longestDelay(faults)
    this.#isUnordered = switches.rosterMode !== 'delta' && this.#longestDelayMs > 0
  }

  /** The application removes a person, with all devices that the bot knows. */
  notesRemoval(who: string, isKnown: (id: string) => boolean): void {
    const isTheirs = (one: Presence | InviteTruth): boolean =>
      one.who === who && one.end === undefined && isKnown(one.id)
    const here = [...this.#truth.presences.values()].filter(isTheirs)
    // A person who is present and still rings has joined another way: no roster says which of the two was invited.
    for (const { id } of here.length > 0 ? here : [...this.#truth.askings.values()].filter(isTheirs))
      this.#unwanted.set(id, who)
  }

  /** The bot has reported to its application that it could not. */
  forgives(who: string): void {
    for (const [id, other] of this.#unwanted) if (other === who) this.#unwanted.delete(id)
  }

  /** Why the belief of this instant is wrong; undefined if it is right. */
  judge(believed: ReadonlySet<string>, now: number): Complaint | undefined {
    let wrong: Complaint | undefined
    for (const [who, left] of this.#believed) {
      if (believed.has(who)) continue
      this.#believed.delete(who)
      const isThere = this.#truth.present().some((one) => one.who === who)
      const departure = this.#truth.departures.get(who)
      const hasNotLeft =
        (departure?.count ?? 0) === left && (departure === undefined || departure.at + this.#longestDelayMs < now)
      if (isThere && hasNotLeft && this.#truth.callResult === undefined && !this.#isUnordered)
        wrong ??= this.#unless(
          'no false departure',
          () => `${who} is in the call, has not left, and is not believed to be there any more`,
        )
    }
    for (const who of believed) {
      if (this.#believed.has(who)) continue
      this.#believed.set(who, this.#truth.departures.get(who)?.count ?? 0)
      if (![...this.#truth.presences.values()].some((one) => one.who === who))
        wrong ??= this.#unless(
          'no false presence',
          () => `${who} is believed to be in the call and has never been there`,
        )
    }
    return wrong
  }

  /** Why the belief at rest is wrong; undefined if it is right. */
  judgeRest(believed: ReadonlySet<string>): Complaint | undefined {
    if (this.#truth.callResult !== undefined) return undefined
    const present = this.#truth.present()
    const there = new Set(present.map(({ who }) => who))
    return (
      this.#unless('true belief', () => {
        for (const who of there) if (!believed.has(who)) return `${who} is in the call and is not believed to be`
        for (const who of believed) if (!there.has(who)) return `${who} is believed to be in the call and is not`
        return undefined
      }) ??
      this.#unless('every removal', () => {
        const left = present.find(({ id }) => this.#unwanted.has(id))
        return left === undefined ? undefined : `${left.who} was to be removed and is still in the call`
      })
    )
  }

  #unless(expectation: string, sentenceOf: () => string | undefined): Complaint | undefined {
    const sentence = this.#except.has(expectation) ? undefined : sentenceOf()
    return sentence === undefined ? undefined : { sentence, expectation }
  }
}
