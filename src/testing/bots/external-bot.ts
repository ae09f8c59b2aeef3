/**
 * External bots: plays a run with a bot of the kit's user.
 *
 * Rule: a bot may reject a request of the application to report its failure. It must not throw anywhere else.
 * @module
 */
import type { Complaint, PlayedBot } from '../histories/bot.ts'
import type { Taps } from '../histories/run-plan.ts'
import { callId, type TestEnvironment } from '../histories/test-environment.ts'
import { nextWord, seedRandom } from '../../simulator/world/random.ts'
import type { ServiceRequest, ServiceResponse } from '../../simulator/graph/operations.ts'
import { LONGEST_RUN } from '../histories/tapped-transport.ts'
import { simulatedFetch, type SimulatedFetch } from '../simulated-fetch.ts'
import type { BotUnderTest, CreateBot } from './bot-under-test.ts'
import { checkExpectation, type BuiltInExpectation, type Expectation } from './expectation.ts'
import { BotRequestOracle } from './request-oracle.ts'
import { RunRecord } from './run-record.ts'

/** The number of values of a random word: a word divided by it is below 1. */
const WORDS = 2 ** 32

/** The expectations of the author, and the built-in ones that do not apply. */
export interface BotExpectations {
  readonly expectations: readonly Expectation[]
  readonly except: readonly BuiltInExpectation[]
}

/** A bot of the kit's user in a run. */
export class ExternalBot implements PlayedBot {
  events = 0
  readonly except: ReadonlySet<string>
  #complaint: string | undefined
  readonly #taps: Taps
  readonly #requests: BotRequestOracle
  readonly #record: RunRecord
  readonly #expectations: readonly Expectation[]
  readonly #told = new Set<string>()
  #bot: BotUnderTest | undefined
  #believed: ReadonlySet<string> = new Set()
  #isOver = false

  constructor(create: CreateBot, stage: TestEnvironment, taps: Taps, { expectations, except }: BotExpectations) {
    this.#taps = taps
    this.#expectations = expectations
    this.except = new Set(except)
    this.#requests = new BotRequestOracle(stage, this.except)
    this.#record = new RunRecord(stage, () => this.#believed)
    const randomState = seedRandom(`bot ${stage.plan.seed}`)
    this.#try('it was created', () => {
      this.#bot = create({
        callId,
        clock: stage.service.clock,
        random: () => nextWord(randomState) / WORDS,
        fetch: this.#bounded(simulatedFetch(stage.service, { onRequest: (request) => this.#count(request) })),
      })
    })
    stage.listen((output) => {
      if (output.type !== 'notification' || this.#isOver) return
      this.events += 1
      // A copy, because the bot may change it.
      const body = structuredClone(output.notification.body)
      this.#learn(body)
      queueMicrotask(() => this.#try('it received a notification', (bot) => bot.notified(body)))
    })
  }

  get complaint(): string | Complaint | undefined {
    return this.#complaint ?? this.#requests.complaint ?? this.#broken('always')
  }

  atRest(): Complaint | undefined {
    return this.#broken('atRest')
  }

  begin(): void {
    // The call exists before the bot is created.
  }

  invite(ids: readonly string[]): void {
    for (const id of ids) {
      this.#record.asks('invite', id)
      const couldNot = this.#requests.wants(id, this.present().has(id))
      void this.#ask(`the invite of ${id}`, (bot) => bot.invite(id)).then((isAsked) => {
        if (!isAsked) couldNot()
      })
    }
  }

  knows(id: string): boolean {
    return this.#told.has(id)
  }

  /** Resolves to false if the bot reported to its application that it could not. */
  remove(id: string): Promise<boolean> {
    this.#record.asks('remove', id)
    this.#requests.wantsOut(id)
    return this.#ask(`the removal of ${id}`, (bot) => bot.remove(id))
  }

  mute(): void {
    // Bots under test are not asked to mute: it changes no presence.
  }

  hangUp(): void {
    // Bots under test are not asked to hang up.
  }

  owes(): Complaint | undefined {
    return this.#requests.owed()
  }

  restart(): void {
    this.#requests.restarts()
    if (this.#bot?.recover !== undefined) this.#taps.concludes?.('recover() is called')
    this.#try('it was asked to recover', (bot) => bot.recover?.())
  }

  present(): ReadonlySet<string> {
    this.#try('it was asked who is present', (bot) => {
      this.#believed = new Set(bot.present())
    })
    return this.#believed
  }

  close(): void {
    this.#try('it was closed', (bot) => bot.close?.())
    this.#isOver = true
  }

  /** Stops answering after the longest allowed run of requests. */
  #bounded(fetch: SimulatedFetch): SimulatedFetch {
    let requests = 0
    return (target, init) => {
      requests += 1
      if (requests <= LONGEST_RUN) return fetch(target, init)
      this.#complaint ??= `the bot sent more than ${LONGEST_RUN} requests`
      return new Promise(() => undefined)
    }
  }

  #count(request: ServiceRequest): ((response: ServiceResponse | undefined) => void) | undefined {
    if (this.#isOver) return undefined
    const { operation, participantId } = request
    this.#taps.sends?.(
      operation === 'participant.delete'
        ? `DELETE ${participantId ?? ''}`
        : operation === 'participants.list'
          ? 'GET roster'
          : operation,
    )
    const ends = this.#requests.sends(request, this.#believed)
    const records = this.#record.sends(request)
    return (response) => {
      if (response !== undefined) this.#learn(response.body)
      records(response)
      ends?.(response)
    }
  }

  /** The first of the author's expectations that does not hold, of those checked at that time. */
  #broken(when: 'atRest' | 'always'): Complaint | undefined {
    for (const expectation of this.#expectations) {
      if ((expectation.when ?? 'atRest') !== when) continue
      const complaint = checkExpectation(expectation, this.#record)
      if (complaint !== undefined) return complaint
    }
    return undefined
  }

  #learn(body: unknown): void {
    for (const [id] of JSON.stringify(body ?? null).matchAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g)) this.#told.add(id)
  }

  async #ask(what: string, act: (bot: BotUnderTest) => unknown): Promise<boolean> {
    try {
      await act(this.#bot as BotUnderTest)
      return true
    } catch (error) {
      this.#taps.concludes?.(
        `the application is told that ${what} failed: ${error instanceof Error ? error.message : String(error)}`,
      )
      return false
    }
  }

  #try(what: string, act: (bot: BotUnderTest) => unknown): void {
    if (this.#isOver) return
    const complain = (error: unknown): void => {
      if (!this.#isOver)
        this.#complaint ??= `the bot threw when ${what}: ${error instanceof Error ? error.message : String(error)}`
    }
    try {
      const result = act(this.#bot as BotUnderTest)
      if (result instanceof Promise) result.catch(complain)
    } catch (error) {
      complain(error)
    }
  }
}
