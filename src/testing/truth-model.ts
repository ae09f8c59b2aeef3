/**
 * Stories: what truly happens to a few people in one call, and the evidence a service would give of it.
 *
 * A story is a model much smaller than the system: for each person a short script, and from it the messages (rosters in
 * full or numbered, operations) and the roster a truthful snapshot shows at the end. It knows nothing of states.
 * @module
 */
import fc from 'fast-check'
import type { CallEvent, InboundEvent, RosterEntry } from '../call/model/events.ts'
import type { IdentitySet } from '../participant/identity.ts'
import { wholeNumber } from '../call/codec/schema.ts'
import { checkArgument } from '../call/codec/options.ts'
import { readResult } from '../graph/wire/result-codes.ts'

/** What an invited person does. */
type InviteeAnswer = 'answers' | 'declines' | 'busy' | 'ringsOut'

/** What one person truly does. */
export interface PersonScript {
  /** True if the application invites the person. */
  readonly isInvited: boolean
  /** How the invitation goes. */
  readonly answer: InviteeAnswer
  /** True if the person arrives in the lobby. */
  readonly waitsInLobby: boolean
  /** The roster id changes with the admission. */
  readonly changesId: boolean
  /** True if the person mutes itself. */
  readonly mutes: boolean
  /** True if the person leaves at the end. */
  readonly leaves: boolean
  /** The person puts the call on hold before they leave. */
  readonly holds: boolean
  /** A mailbox answers for them. */
  readonly isMailbox: boolean
  /** The application cancels right after the invite: the cancel arrives before the answer, or crosses it. */
  readonly cancel: 'none' | 'before' | 'crossing'
  /** After their invitation has ended without an answer, they join on their own. */
  readonly joins: boolean
}

/** A few scripts, and how the service reports them. */
export interface Story {
  /** What each person does. */
  readonly lives: readonly PersonScript[]
  /** Full rosters, full rosters with numbers, or numbered changes. */
  readonly mode: 'full' | 'numbered' | 'delta'
  /** True if the bot is told its own participant id. */
  readonly knowsSelf: boolean
  /**
   * The bot knows an id that no roster shows: it waited in the lobby under it, and is in the call under another one.
   */
  readonly isIdStale: boolean
  /** True if the service's answers reach the bot. */
  readonly responds: boolean
  /** True if the answer to an invite has the participant ids. */
  readonly namesInvitees: boolean
}

/** One message of the service. */
export type Message = InboundEvent['event']

/** A story as messages. */
export interface Telling {
  /** The requests of the application, in order; they come before all evidence. */
  readonly intents: readonly Message[]
  /** What the service says, in order. */
  readonly evidence: readonly Message[]
  /** The true roster at the end. */
  readonly snapshot: readonly RosterEntry[]
  /** The true roster after each piece of evidence: the answer to a fetch at that moment. */
  readonly rosters: readonly (readonly RosterEntry[])[]
}

/** The outcome of a person. */
export interface ExpectedOutcome {
  /** The state at the end. */
  readonly state: 'active' | 'lobby' | 'removed' | 'cancelled'
  /** The cause of the ending. */
  readonly cause?: string
  /** Who ended it. */
  readonly by?: string
  /** True if the participant is muted. */
  readonly isMuted: boolean
  /** True if the participant is on hold. */
  readonly isOnHold: boolean
  /** The kind of endpoint. */
  readonly endpoint?: string
}

/** The bot's own entry, on every roster of a story. */
export const bot: RosterEntry = {
  id: 'bot',
  identity: { application: { id: 'app' } },
  isInLobby: false,
  isMuted: false,
}

const life: fc.Arbitrary<PersonScript> = fc.record({
  isInvited: fc.boolean(),
  answer: fc.constantFrom<InviteeAnswer>('answers', 'answers', 'declines', 'busy', 'ringsOut'),
  waitsInLobby: fc.boolean(),
  changesId: fc.boolean(),
  mutes: fc.boolean(),
  leaves: fc.boolean(),
  holds: fc.boolean(),
  isMailbox: fc.boolean(),
  cancel: fc.constantFrom('none', 'none', 'before', 'crossing'),
  joins: fc.boolean(),
})

/** Stories of 1 to `people` people. */
export function stories(people = 3): fc.Arbitrary<Story> {
  checkArgument('stories: how many people', people, wholeNumber(1))
  return fc.record({
    lives: fc.array(life, { minLength: 1, maxLength: people }),
    mode: fc.constantFrom('full', 'delta', 'numbered'),
    knowsSelf: fc.boolean(),
    isIdStale: fc.boolean(),
    responds: fc.boolean(),
    namesInvitees: fc.boolean(),
  })
}

/** The identity of the person at that index of the story. */
export function identityOf(index: number): IdentitySet {
  return { user: { id: `user-${index}`, displayName: `Person ${index}` } }
}

function arrives({ isInvited, answer, cancel }: PersonScript): boolean {
  return !isInvited || cancel === 'crossing' || (cancel === 'none' && answer === 'answers')
}

/** True for an invitee whose ring ended without an answer and who then joined on their own. */
export function joinsLater(person: PersonScript): boolean {
  return person.joins && !arrives(person)
}

/** The roster id of a person who joined on their own after their ring. */
export function laterId(index: number): string {
  return `person-${index}-later`
}

function departs({ isInvited, leaves, cancel }: PersonScript): boolean {
  return leaves || (isInvited && cancel === 'crossing')
}

/** The true outcome of a person; for an invitee who joined later on their own, the outcome of the invitation. */
export function expectedOutcomeOf(person: PersonScript): ExpectedOutcome {
  const isCancelled = person.isInvited && person.cancel !== 'none'
  if (arrives(person)) {
    const endpoint = endpointOf(person)
    if (!departs(person)) return { state: 'active', isMuted: person.mutes, isOnHold: person.holds, endpoint }
    return {
      state: 'removed',
      ...(isCancelled ? { cause: 'removed', by: 'local' } : { cause: 'left', by: 'remote' }),
      ...nothingLive,
      endpoint,
    }
  }
  if (isCancelled) return { state: 'cancelled', cause: 'cancelled', by: 'local', ...nothingLive }
  const causes = { answers: '', declines: 'declined', busy: 'busy', ringsOut: 'noAnswer' } as const
  return { state: 'cancelled', cause: causes[person.answer], by: 'remote', ...nothingLive }
}

/** A participant who is not present is neither muted nor on hold. */
const nothingLive = { isMuted: false, isOnHold: false } as const

function endpointOf({ isMailbox }: PersonScript): string {
  return isMailbox ? 'voicemail' : 'default'
}

function audio(direction: string): Pick<RosterEntry, 'media'> {
  return { media: [{ kind: 'audio', direction }] }
}

const failures = {
  declines: readResult({ code: 603, subcode: 8538, message: 'Callee declined.' }),
  busy: readResult({ code: 486, subcode: 8539, message: 'Callee busy.' }),
  ringsOut: readResult({ code: 408, subcode: 8544, message: 'Callee could not be reached.' }),
  answers: readResult({ code: 400, subcode: 8508, message: 'Action failed, the operation was cancelled.' }),
} as const

/** Turns a story into messages: everything the service would send, in the order it happened. */
export function tellStory(story: Story): Telling {
  const teller = new Teller(story)
  for (const [index, person] of story.lives.entries()) teller.live(person, index)
  return teller.telling()
}

/** The roster id of a person when they join; the answer to an invite may name it before. */
function firstIdOf({ waitsInLobby, changesId }: PersonScript, index: number): string {
  return waitsInLobby && changesId ? `lobby-${index}` : `person-${index}`
}

class Teller {
  readonly #story: Story
  readonly #intents: Message[] = []
  readonly #evidence: Message[] = []
  #roster: readonly RosterEntry[] = [bot]
  /** Each roster, and the index of the evidence that first showed it. */
  readonly #rosters: { readonly from: number; readonly entries: readonly RosterEntry[] }[] = []
  #sequence = 0

  constructor(story: Story) {
    this.#story = story
    const begun: Message = {
      type: 'call.reported',
      state: 'established',
      myParticipantId: story.isIdStale ? 'bot-in-lobby' : 'bot',
    }
    if (story.knowsSelf) this.#intents.push(begun)
    else this.#evidence.push(begun)
    this.#report([bot])
  }

  telling(): Telling {
    const rosters = this.#evidence.map(
      (_, place) => this.#rosters.findLast(({ from }) => from <= place)?.entries ?? [bot],
    )
    return { intents: this.#intents, evidence: this.#evidence, snapshot: this.#roster, rosters }
  }

  live(person: PersonScript, index: number): void {
    if (person.isInvited) this.#invite(person, index)
    if (joinsLater(person))
      this.#show({ id: laterId(index), identity: identityOf(index), isInLobby: false, isMuted: false })
    if (!arrives(person)) return
    const id = firstIdOf(person, index)
    const entry: RosterEntry = {
      id,
      identity: identityOf(index),
      isInLobby: person.waitsInLobby,
      isMuted: false,
      endpoint: endpointOf(person),
      ...audio('sendReceive'),
    }
    this.#show(entry)
    const admitted = { ...entry, id: `person-${index}`, isInLobby: false }
    if (person.waitsInLobby) this.#replace(entry, admitted)
    if (person.isInvited) this.#operation(index, { status: 'completed' })
    const muted = { ...admitted, isMuted: person.mutes }
    if (person.mutes) this.#show(muted)
    const held = person.holds ? { ...muted, ...audio('inactive') } : muted
    if (person.holds) this.#show(held)
    if (departs(person)) this.#drop(held)
  }

  #invite(person: PersonScript, index: number): void {
    this.#intents.push({
      type: 'invite.requested',
      invitation: `invite-${index}`,
      invitees: [{ identity: identityOf(index) }],
    })
    const participantId = this.#story.namesInvitees ? firstIdOf(person, index) : undefined
    this.#evidence.push(
      this.#story.responds
        ? {
            type: 'invite.answered',
            invitation: `invite-${index}`,
            answer: {
              verdict: 'done',
              value: {
                operationId: `operation-${index}`,
                status: 'running',
                participants: [{ identity: identityOf(index), participantId }],
              },
            },
          }
        : {
            type: 'invite.answered',
            invitation: `invite-${index}`,
            answer: { verdict: 'unconfirmed', failure: { reason: 'other', code: 'timeout', message: 'no answer' } },
          },
    )
    if (person.cancel !== 'none') this.#intents.push({ type: 'removal.requested', key: `invite-${index}` })
    if (!arrives(person))
      this.#operation(index, {
        status: 'failed',
        result: failures[person.cancel === 'none' ? person.answer : 'answers'],
      })
  }

  #operation(
    index: number,
    report: Pick<Extract<CallEvent, { type: 'operation.reported' }>, 'status' | 'result'>,
  ): void {
    this.#evidence.push({
      type: 'operation.reported',
      operationId: `operation-${index}`,
      clientContext: `invite-${index}`,
      ...report,
    })
  }

  #show(entry: RosterEntry): void {
    this.#roster = [...this.#roster.filter(({ id }) => id !== entry.id), entry]
    this.#report([entry])
  }

  #replace(old: RosterEntry, entry: RosterEntry): void {
    this.#roster = [...this.#roster.filter(({ id }) => id !== old.id && id !== entry.id), entry]
    this.#report(old.id === entry.id ? [entry] : [{ ...old, removed: {} }, entry])
  }

  #drop(entry: RosterEntry): void {
    this.#roster = this.#roster.filter(({ id }) => id !== entry.id)
    this.#report([{ ...entry, removed: {} }])
  }

  /** The number of a full roster, and `isComplete` where nothing else shows that it is complete. */
  #order(): { readonly sequence?: number; readonly isComplete?: boolean } {
    const { mode, isIdStale } = this.#story
    if (mode !== 'numbered') return {}
    return { sequence: this.#sequence, ...(isIdStale ? { isComplete: true } : {}) }
  }

  #report(changed: readonly RosterEntry[]): void {
    this.#sequence += 1
    this.#rosters.push({ from: this.#evidence.length, entries: this.#roster })
    this.#evidence.push(
      this.#story.mode !== 'delta'
        ? {
            type: 'roster.reported',
            kind: 'full',
            ...this.#order(),
            entries: this.#roster,
          }
        : { type: 'roster.reported', kind: 'delta', sequence: this.#sequence, entries: changed },
    )
  }
}
