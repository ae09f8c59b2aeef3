/**
 * Request oracle: judges the requests of a bot to the service by the requests of the application to the bot.
 *
 * Rule 1: a bot posts an invitation once for each request of the application, unless the service definitely refused it.
 * It may omit the POST if it can believe the person to be present or invited already, or reports that it could not.
 * Rule 2: a bot sends a DELETE only for people whom the application removes. It may cancel a ring that takes too long.
 * Rule 3: a bot sends one DELETE at a time for each presence.
 * @module
 */
import { longestDelay, losesSomething } from '../arbitraries/fault-plans.ts'
import type { Complaint } from '../histories/bot.ts'
import type { TestEnvironment } from '../histories/test-environment.ts'
import type { ServiceRequest, ServiceResponse } from '../../simulator/graph/operations.ts'
import type { BuiltInExpectation } from './expectation.ts'
import { inviteesOf } from './run-record.ts'

/** One request of the application to invite a person. */
interface Wish {
  readonly who: string
  /** How many invitations for the person had been posted before. */
  readonly posts: number
}

/** Called at the end of a request with its answer; undefined if none arrived. */
export type RequestEnds = (response: ServiceResponse | undefined) => void

/** Judges the requests of one bot. */
export class BotRequestOracle {
  /** The first violation. */
  complaint: Complaint | undefined
  readonly #stage: TestEnvironment
  /** The expectations that do not apply, by name. */
  readonly #except: ReadonlySet<string>
  readonly #wishes = new Set<Wish>()
  readonly #wanted = new Map<string, number>()
  readonly #unwanted = new Set<string>()
  /** The number of POSTs that were not refused, and of all POSTs, by user id of the invitee. */
  readonly #posted = new Map<string, number>()
  readonly #attempted = new Map<string, number>()
  /** When the latest invitation of a user was posted, in virtual milliseconds. */
  readonly #postedAt = new Map<string, number>()
  readonly #deletes = new Set<string>()

  constructor(stage: TestEnvironment, except: ReadonlySet<string> = new Set()) {
    this.#stage = stage
    this.#except = except
  }

  /**
   * Records that the application invites a person. The caller calls the returned function if the bot reports that it
   * could not.
   */
  wants(who: string, isBelieved: boolean): () => void {
    this.#wanted.set(who, (this.#wanted.get(who) ?? 0) + 1)
    const wish = { who, posts: this.#attempted.get(who) ?? 0 }
    if (!isBelieved && this.#isKnownToBeAway(who)) this.#wishes.add(wish)
    return () => void this.#wishes.delete(wish)
  }

  /** Records that the application removes a person: its earlier invitations no longer have to be posted. */
  wantsOut(who: string): void {
    this.#unwanted.add(who)
    for (const wish of this.#wishes) if (wish.who === who) this.#wishes.delete(wish)
  }

  /**
   * Records a restart of the bot: no request is in flight any more, and the bot may have forgotten recent invitations.
   */
  restarts(): void {
    this.#deletes.clear()
    this.#wishes.clear()
  }

  /** Records a request to the service. */
  sends(request: ServiceRequest, believed: ReadonlySet<string>): RequestEnds | undefined {
    if (request.operation === 'participants.invite') return this.#posts(request)
    return request.operation === 'participant.delete' ? this.#removes(request.participantId ?? '', believed) : undefined
  }

  /** The first invitation that the bot has not posted although it had enough time; undefined if there is none. */
  owed(): Complaint | undefined {
    const { truth } = this.#stage
    if (truth.callResult !== undefined || this.#except.has('every invite')) return undefined
    for (const { who, posts } of this.#wishes) {
      // A person who has joined another way needs no invitation.
      const hasCome = [...truth.presences.values()].some((one) => one.who === who && one.end === undefined)
      if ((this.#attempted.get(who) ?? 0) <= posts && !hasCome)
        return {
          expectation: 'every invite',
          sentence: `the application invited ${who}, and the bot posted no invitation`,
        }
    }
    return undefined
  }

  /** True if the person is neither in the call nor rings, and the bot could know that. */
  #isKnownToBeAway(who: string): boolean {
    const { truth, plan, now } = this.#stage
    const theirs = [...truth.presences.values(), ...truth.askings.values()].filter((one) => one.who === who)
    const postedAt = this.#postedAt.get(who)
    // A POST without a known result may still ring.
    if (theirs.length === 0) return postedAt === undefined
    const isHeardOf = !losesSomething(plan.faults) && plan.switches.removedInvitee !== 'silence'
    const isOver = (at: number): boolean => at + longestDelay(plan.faults) < now()
    return (
      isHeardOf &&
      (postedAt === undefined || isOver(postedAt)) &&
      theirs.every(({ end }) => end !== undefined && isOver(end.at))
    )
  }

  /** True if the id belongs to a presence, and the bot could know that it is not a ringing invitee. */
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
    // After a definite refusal the bot may post the invitation again. Any other end leaves the result unknown.
    return (response) => {
      if (response !== undefined && response.status >= 400 && response.status < 500)
        for (const id of ids) this.#posted.set(id, (this.#posted.get(id) ?? 1) - 1)
    }
  }

  #removes(id: string, believed: ReadonlySet<string>): RequestEnds {
    const { presences, askings } = this.#stage.truth
    const who = presences.get(id)?.who ?? askings.get(id)?.who
    if (who !== undefined && !this.#unwanted.has(who) && this.#isKnownToBeHere(id, who, believed))
      this.#complain('no unasked removal', `${who} was sent a DELETE, and the application requested no removal`)
    if (this.#deletes.has(id))
      this.#complain('one delete', `${who ?? id} was sent a DELETE while another was in flight`)
    this.#deletes.add(id)
    return () => void this.#deletes.delete(id)
  }

  #complain(expectation: BuiltInExpectation, sentence: string): void {
    if (!this.#except.has(expectation)) this.complaint ??= { expectation, sentence }
  }
}
