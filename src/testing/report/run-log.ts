/**
 * The log of a run: the messages, the losses, and the truth, in the order in which they happened.
 *
 * Rule: people and presences have names that a reader can tell apart: `ann`, and `ann#2` for her second presence.
 * @module
 */
import type { InboundEvent } from '../../call/model/events.ts'
import { parseNotifications } from '../../graph/wire/notifications.ts'
import { describeEvent } from '../../trace/describe.ts'
import { resultOf } from '../../simulator/graph/results.ts'
import { nameIdentity } from '../../simulator/world/identities.ts'
import type { Outcome } from '../../simulator/world/outcomes.ts'
import type { ServiceNotification, SimulationOutput } from '../../simulator/graph/dialect.ts'
import type { Fact } from '../../simulator/world/tick.ts'

/** Where something happened: inside the bot, on the way, or in the world. */
type Where = 'bot' | 'toService' | 'toBot' | 'world' | 'verdict'

/** One line of a run. */
export interface LogEntry {
  /** Virtual milliseconds. */
  readonly at: number
  readonly where: Where
  readonly words: string
  /** Whether it was lost. */
  readonly isLost?: boolean | undefined
  /** The event, if the line is a message to the bot. */
  readonly observations?: readonly InboundEvent[] | undefined
}

/** Collects the lines of one run. */
export class RunLog {
  readonly entries: LogEntry[] = []
  readonly #names = new Map<string, string>()
  readonly #presences = new Map<string, number>()
  readonly #requests = new Map<number, string>()
  readonly #heard = new Set<number>()
  #latest = -1
  #tickets = 0

  /** Adds a line. */
  add(entry: LogEntry): void {
    this.entries.push(entry)
  }

  /** A request is sent; requests have the numbers of the simulator. */
  sends(at: number, words: string): void {
    this.#requests.set(this.#tickets, words)
    this.#tickets += 1
    this.add({ at, where: 'toService', words })
  }

  /** Records an output of the service or of the network. */
  said(output: SimulationOutput): void {
    const { at } = output
    switch (output.type) {
      case 'fact':
        this.#noteFact(at, output.fact)
        return
      case 'missed':
        this.add({
          at,
          where: 'toBot',
          words: this.#wordsOf(output.notification),
          isLost: true,
          observations: observed(output.notification),
        })
        return
      case 'notification':
        this.#hear(at, output.notification)
        return
      case 'lost': {
        const request = this.#requests.get(output.ticket) ?? 'a request'
        if (output.isExecuted) this.add({ at, where: 'toBot', words: `the answer to ${request}`, isLost: true })
        else this.add({ at, where: 'toService', words: request, isLost: true })
        return
      }
      case 'answer':
        this.add({
          at,
          where: 'toBot',
          words: `${output.response.status} to ${this.#requests.get(output.ticket) ?? 'a request'}`,
        })
        return
      case 'acted':
    }
  }

  /** The name of the person or presence with that id, or the id itself, shortened. */
  nameOf(id: string): string {
    return this.#names.get(id) ?? id.slice(0, 8)
  }

  /** The text with every id replaced by its name. */
  named(text: string): string {
    return text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, (id) => this.nameOf(id))
  }

  #hear(at: number, notification: ServiceNotification): void {
    const isAgain = this.#heard.has(notification.number)
    const isLate = !isAgain && notification.number < this.#latest
    this.#heard.add(notification.number)
    this.#latest = Math.max(this.#latest, notification.number)
    const mark = isAgain ? ' (again)' : isLate ? ' (late)' : ''
    this.add({
      at,
      where: 'toBot',
      words: `${this.#wordsOf(notification)}${mark}`,
      observations: observed(notification),
    })
  }

  #wordsOf(notification: ServiceNotification): string {
    return observed(notification)
      .map(({ event }) => this.#wordsOfEvent(event))
      .join('; ')
  }

  #wordsOfEvent(event: InboundEvent['event']): string {
    if (event.type !== 'roster.reported') return describeEvent({ ...event, at: 0 }, (key) => this.nameOf(key))
    const shown = event.entries.map(({ id, identity, isInLobby, isMuted, removed }) => {
      const name =
        this.#names.get(id ?? '') ??
        (identity['user'] === undefined ? 'bot' : (identity['user'].id ?? 'a person without an id'))
      const marks = [...(isInLobby ? ['lobby'] : []), ...(isMuted ? ['muted'] : [])]
      return `${removed === undefined ? '' : '−'}${name}${marks.length === 0 ? '' : ` (${marks.join(', ')})`}`
    })
    return `${event.kind === 'full' ? 'roster' : `changes ${event.sequence ?? ''}`}: ${shown.join(', ') || 'nobody'}`
  }

  #noteFact(at: number, fact: Fact): void {
    const words = this.#wordsOfFact(fact)
    if (words !== undefined) this.add({ at, where: 'world', words })
  }

  #wordsOfFact(fact: Fact): string | undefined {
    switch (fact.type) {
      case 'invited':
        return `${this.#callThem(fact.participantId, fact.identity)} rings`
      case 'uninvited':
        return `${this.nameOf(fact.participantId)} rings no more (${fact.by}${fact.outcome === undefined ? '' : ` ${codesOf(fact.outcome)}`})`
      case 'joined':
        return `${this.#callThem(fact.participantId, fact.identity)} comes${fact.isInLobby ? ' into the lobby' : ''}`
      case 'admitted':
        return `${this.nameOf(fact.participantId)} is admitted`
      case 'departed':
        return `${this.nameOf(fact.participantId)} is gone (${fact.by})`
      case 'callEnded':
        return `the call ends (${codesOf(fact.outcome)})`
      case 'actRefused':
        return undefined
    }
  }

  #callThem(id: string, identity: Parameters<typeof nameIdentity>[0]): string {
    const who = 'user' in identity ? (nameIdentity(identity)?.id ?? 'a person without an id') : 'bot'
    const known = this.#names.get(id)
    if (known !== undefined) return known
    const count = (this.#presences.get(who) ?? 0) + 1
    this.#presences.set(who, count)
    const name = count === 1 ? who : `${who}#${count}`
    this.#names.set(id, name)
    return name
  }
}

/** The codes that report an outcome. */
function codesOf(outcome: Outcome): string {
  const { code, subcode } = resultOf(outcome)
  return `${code}/${subcode}`
}

/** The events that the library reads from a notification; none if it cannot be read. */
function observed({ body }: ServiceNotification): readonly InboundEvent[] {
  try {
    return parseNotifications(body)
  } catch {
    // A raw notification of an act may be anything; it is shown as it is.
    return [{ callId: '', event: { type: 'notification.unrecognised', resource: '', what: 'not a notification' } }]
  }
}
