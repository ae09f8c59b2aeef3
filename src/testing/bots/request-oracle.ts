/**
 * The judge of what a bot asks of the service, beside what its application asks of it.
 *
 * Rule 1: an invitation is posted once for every time the application asks, unless the service definitely refused it;
 * and it is posted, unless the bot can take the person for present or asked already, or says that it could not.
 * Rule 2: whoever the application has not asked to be out is not sent a DELETE. A bot may cancel what rings too long.
 * Rule 3: one DELETE at a time for each presence.
 * @module
 */
import { longestDelay, losesSomething } from '../arbitraries/fault-plans.ts'
import type { Complaint } from '../histories/bot.ts'
import type { TestEnvironment } from '../histories/test-environment.ts'
import type { ServiceRequest, ServiceResponse } from '../../simulator/graph/operations.ts'
import type { BuiltInExpectation } from './expectation.ts'
import { inviteesOf } from './run-record.ts'

/** One time the application asked for a person. */
interface Wish {
  readonly who: string
  /** How often they had been posted by then. */
  readonly posts: number
}

/** What became of a request; undefined when no answer came. */
export type RequestEnds = (response: ServiceResponse | undefined) => void

/** Watches one bot's requests. */
export class BotRequestOracle {
  /** The first thing that was wrong. */
  complaint: Complaint | undefined
  readonly #stage: TestEnvironment
  /** Expectations that are not demanded, by name. */
  readonly #except: ReadonlySet<string>
  readonly #wishes = new Set<Wish>()
  readonly #wanted = new Map<string, number>()
  readonly #unwanted = new Set<string>()
  /** POSTs that were not refused, by whom they ask for, and all of them. */
  readonly #posted = new Map<string, number>()
  readonly #attempted = new Map<string, number>()
  /** Virtual milliseconds of the latest POST for somebody. */
  readonly #postedAt = new Map<string, number>()
  readonly #deletes = new Set<string>()

  constructor(stage: TestEnvironment, except: ReadonlySet<string> = new Set()) {
    this.#stage = stage
    this.#except = except
  }

  /** The application asks for somebody; what it returns is called when the bot says that it could not. */
  wants(who: string, isBelieved: boolean): () => void {
    this.#wanted.set(who, (this.#wanted.get(who) ?? 0) + 1)
    const wish = { who, posts: this.#attempted.get(who) ?? 0 }
    if (!isBelieved && this.#isKnownToBeAway(who)) this.#wishes.add(wish)
    return () => void this.#wishes.delete(wish)
  }

  /** The application asks for somebody to be out: what it asked before is settled. */
  wantsOut(who: string): void {
    this.#unwanted.add(who)
    for (const wish of this.#wishes) if (wish.who === who) this.#wishes.delete(wish)
  }

  /** The bot is started anew: nothing is under way any more, and what was only just asked for may be forgotten. */
  restarts(): void {
    this.#deletes.clear()
    this.#wishes.clear()
  }

  /** A request goes out. */
  sends(request: ServiceRequest, believed: ReadonlySet<string>): RequestEnds | undefined {
    if (request.operation === 'participants.invite') return this.#posts(request)
    return request.operation === 'participant.delete' ? this.#removes(request.participantId ?? '', believed) : undefined
  }

  /** Who was never asked, when there was time enough. */
  owed(): Complaint | undefined {
    const { truth } = this.#stage
    if (truth.callResult !== undefined || this.#except.has('every invite')) return undefined
    for (const { who, posts } of this.#wishes) {
      // Somebody who came by another way meanwhile is in the call already.
      const hasCome = [...truth.presences.values()].some((one) => one.who === who && one.end === undefined)
      if ((this.#attempted.get(who) ?? 0) <= posts && !hasCome)
        return { expectation: 'every invite', sentence: `${who} was to be invited, and the bot asked nobody for them` }
    }
    return undefined
  }

  /** Nobody of that name is in the call or rings, and a bot could have heard of it by now. */
  #isKnownToBeAway(who: string): boolean {
    const { truth, plan, now } = this.#stage
    const theirs = [...truth.presences.values(), ...truth.askings.values()].filter((one) => one.who === who)
    const postedAt = this.#postedAt.get(who)
    // A POST of which nothing is known may ring them yet.
    if (theirs.length === 0) return postedAt === undefined
    const isHeardOf = !losesSomething(plan.faults) && plan.switches.removedInvitee !== 'silence'
    const isOver = (at: number): boolean => at + longestDelay(plan.faults) < now()
    return (
      isHeardOf &&
      (postedAt === undefined || isOver(postedAt)) &&
      theirs.every(({ end }) => end !== undefined && isOver(end.at))
    )
  }

  /** The presence is no invitee who rings, or whose answer the bot may not have heard of. */
  #isKnownToBeHere(id: string, who: string, believed: ReadonlySet<string>): boolean {
    const {
      plan,
      truth: { presences, askings },
    } = this.#stage
    if (!presences.has(id)) return false
    if (!askings.has(id)) return true
    const isAlone = [...presences.values()].filter((one) => one.who === who).length === 1
    return isAlone && believed.has(who) && !losesSomething(plan.faults)
  }

  #posts({ body }: ServiceRequest): RequestEnds {
    const ids = inviteesOf(body)
    for (const id of ids) {
      const posted = (this.#posted.get(id) ?? 0) + 1
      this.#posted.set(id, posted)
      this.#attempted.set(id, (this.#attempted.get(id) ?? 0) + 1)
      this.#postedAt.set(id, this.#stage.now())
      const wanted = this.#wanted.get(id) ?? 0
      if (posted > wanted)
        this.#complain(
          'one invite',
          `${id} was invited ${posted} times and the application asked ${wanted === 1 ? 'once' : `${wanted} times`}`,
        )
    }
    // A definite no: it may be asked again. After anything else nobody knows.
    return (response) => {
      if (response !== undefined && response.status >= 400 && response.status < 500)
        for (const id of ids) this.#posted.set(id, (this.#posted.get(id) ?? 1) - 1)
    }
  }

  #removes(id: string, believed: ReadonlySet<string>): RequestEnds {
    const { presences, askings } = this.#stage.truth
    const who = presences.get(id)?.who ?? askings.get(id)?.who
    if (who !== undefined && !this.#unwanted.has(who) && this.#isKnownToBeHere(id, who, believed))
      this.#complain(
        'no unasked removal',
        `${who} was sent a DELETE, and the application has not asked for them to be out`,
      )
    if (this.#deletes.has(id))
      this.#complain('one delete', `${who ?? id} was sent a DELETE while another was under way`)
    this.#deletes.add(id)
    return () => void this.#deletes.delete(id)
  }

  #complain(expectation: BuiltInExpectation, sentence: string): void {
    if (!this.#except.has(expectation)) this.complaint ??= { expectation, sentence }
  }
}
