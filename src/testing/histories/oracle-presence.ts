/**
 * The judge of anybody's bot: it knows nothing but who the bot believes to be in the call.
 *
 * Rule 1: nobody is dropped who has not left. A departure since the bot began to believe in them excuses it, and so does
 * one whose news may still have been on its way.
 * Rule 2: nobody is believed to be there who has never been: an invite is no arrival.
 * Rule 3: at rest, after faults have ended and one more roster was sent, the bot believes what is so.
 * Rule 4: whoever the application wanted out is out, unless the bot said that it could not.
 * @module
 */
import { longestDelay } from '../arbitraries/fault-plans.ts'
import type { Complaint } from './bot.ts'
import type { Plan } from './plan.ts'
import type { InviteTruth, Presence, Truth } from './truth.ts'

/** Watches one bot's belief. */
export class PresenceOracle {
  /** Rosters without numbers that overtake each other may say anything. */
  readonly #isUnordered: boolean
  readonly #truth: Truth
  readonly #longestDelayMs: number
  /** For everybody believed to be there: how often they had left when that began. */
  readonly #believed = new Map<string, number>()
  /** Ids of presences and askings that the application wanted to end. */
  readonly #unwanted = new Map<string, string>()

  /** Expectations that are not demanded, by name. */
  readonly #except: ReadonlySet<string>

  constructor({ switches, faults }: Plan, truth: Truth, except: ReadonlySet<string> = new Set()) {
    this.#truth = truth
    this.#except = except
    this.#longestDelayMs = longestDelay(faults)
    this.#isUnordered = switches.rosterMode !== 'delta' && this.#longestDelayMs > 0
  }

  /** The application wants somebody out, with all devices the bot has been told of. */
  notesRemoval(who: string, isKnown: (id: string) => boolean): void {
    const isTheirs = (one: Presence | InviteTruth): boolean =>
      one.who === who && one.end === undefined && isKnown(one.id)
    const here = [...this.#truth.presences.values()].filter(isTheirs)
    // Whoever is here and rings as well has joined by another way: no roster tells which of the two was invited.
    for (const { id } of here.length > 0 ? here : [...this.#truth.askings.values()].filter(isTheirs))
      this.#unwanted.set(id, who)
  }

  /** The bot has told its application that it could not. */
  forgives(who: string): void {
    for (const [id, other] of this.#unwanted) if (other === who) this.#unwanted.delete(id)
  }

  /** What is wrong with the belief of this instant. */
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

  /** What is wrong with the belief when everything has come to rest. */
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
