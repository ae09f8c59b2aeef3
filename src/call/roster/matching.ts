/**
 * Matching: which participant a roster entry is about.
 *
 * Rule 1: by any id the participant was ever known by; then by identity to somebody present whose entry had no id;
 * then by identity to a pending invitation, oldest first. Never by display name.
 * Rule 2: in one report a participant is matched once: two entries of one identity are two participants. An invitee who
 * joined by another way first and then answers, too, is two: their invitee id shows up beside the roster id they have.
 * Of several entries of one identity without ids, the first is the one who was introduced first: so a report that comes
 * twice means the same participants both times. So it is with entries of which nothing is known at all.
 * Rule 3: a lobby id that vanishes in the very report in which the same identity appears admitted under a new id is
 * the same participant; of a report that shows everybody, the admitted one may have been shown by a delta since the
 * last such report. So is the bot itself, known by its application id, also when no roster has shown it yet.
 * Rule 4: a number orders an entry among numbered entries only. Beside an id that came without a number (most fetched
 * rosters have none) a delta may show a former id or a second presence: a snapshot taken after the delta decides.
 * @module
 */
import { identityIds, isIdentified, isSameIdentity, type IdentitySet } from '../../participant/identity.ts'
import { isOpen, isPending, isPresent, isRemovalPending, type Participant } from '../../participant/participant.ts'
import type { Call } from '../model/call.ts'
import type { RosterEntry, RosterSnapshot } from '../model/events.ts'
import { findFellows } from '../model/identity-index.ts'
import { IdentityLookup } from '../model/identity-lookup.ts'
import { latestOfEach } from '../model/roster-entries.ts'
import { findSelf, isFormerSelf } from '../self.ts'

/** A roster sorted out: whom each entry is about, and whom nobody has heard of. */
export interface Assignment {
  /** The bot's own entry. */
  readonly self: RosterEntry | undefined
  /** Known participants with their entries, in the order of the report. */
  readonly known: ReadonlyMap<string, RosterEntry>
  /** Entries of nobody known. */
  readonly unknown: readonly RosterEntry[]
  /** Entries of a delta that show either a former id or a second presence of a participant (rule 4). */
  readonly undecided: readonly RosterEntry[]
  /** Entries of those who have ended: under each of the ids they had. */
  readonly ended: ReadonlyMap<string, readonly RosterEntry[]>
}

/**
 * Sorts out a report. Ids come first, for all entries, so that no identity match takes what an id names. `isPart` is
 * true of a delta: who is not in it may be in the call all the same, but for the bot itself when the delta takes it off
 * the roster (`isSelfGone`). `leaving` are the participants that the delta takes off. `isSnapshot` is true of the answer
 * to a fetch, which is never late.
 */
export function assign(call: Call, reported: readonly RosterEntry[], options: AssignOptions = {}): Assignment {
  const { isPart = false, isSelfGone = false, isSnapshot = false, leaving = [] } = options
  const entries = latestOfEach(reported)
  const self = findSelf(call, entries, isPart, isSelfGone || !isPart)
  const known = new Map<string, RosterEntry>()
  const ended = new Map<string, readonly RosterEntry[]>()
  const rest: RosterEntry[] = []
  const left = new Set(leaving)
  const undecided: RosterEntry[] = []
  const mayBeFormer = (owner: Participant | undefined, entry: RosterEntry): boolean =>
    isPart && owner !== undefined && !left.has(owner) && isUnordered(owner, entry)
  const report = { shown: isPart ? undefined : new Set(entries.map(({ id }) => id)), isSnapshot }
  for (const entry of entries) {
    if (entry === self || isFormerSelf(call, entry)) continue
    const owner = ownerOf(call, entry)
    const isSecond = owner !== undefined && isSecondPresence(call, owner, entry, report)
    const participant = isSecond ? findFormerOwner(call, entry, report) : owner
    if (isSecond && mayBeFormer(owner, entry)) undecided.push(entry)
    else if (participant === undefined) rest.push(entry)
    else if (!isOpen(participant)) ended.set(participant.key, [...(ended.get(participant.key) ?? []), entry])
    else if (!known.has(participant.key) || entry.id === participant.id) known.set(participant.key, entry)
    // Two ids of one invitee, both shown: of an id somebody present had before, it is late news beside the one they have.
    else if (isPending(participant)) rest.push(entry)
  }
  const unknown: RosterEntry[] = []
  const matcher = new IdentityMatcher(call, rest, [known, ended])
  const alike = new Map<string, Participant[]>()
  for (const entry of rest) {
    const participant = matcher.find(entry)
    if (participant === undefined)
      (isPart && mayBeFormer(findAdmittedAs(call, entry), entry) ? undecided : unknown).push(entry)
    else if (isOpen(participant)) {
      known.set(participant.key, entry)
      if (entry.id === undefined) noteAlike(alike, participant, entry)
    } else ended.set(participant.key, [entry])
  }
  for (const participants of alike.values()) giveInOrder(known, participants)
  return { self, known, unknown, undecided, ended }
}

/** Takes note of a participant whose entry has no id, beside the others of that identity. */
function noteAlike(alike: Map<string, Participant[]>, participant: Participant, { identity }: RosterEntry): void {
  const name = identityIds(identity).join(' ')
  const fellows = alike.get(name)
  if (fellows === undefined) alike.set(name, [participant])
  else fellows.push(participant)
}

/** Entries that only their place tells apart go to the participants in the order in which those were introduced. */
function giveInOrder(known: Map<string, RosterEntry>, participants: readonly Participant[]): void {
  if (participants.length < 2) return
  const entries = participants.flatMap(({ key }) => known.get(key) ?? [])
  const inOrder = [...participants].sort((one, other) => one.ordinal - other.ordinal)
  for (const { key } of participants) known.delete(key)
  for (const [place, { key }] of inOrder.entries()) known.set(key, entries[place] as RosterEntry)
}

/** What kind of report it is. */
export interface AssignOptions {
  readonly isPart?: boolean
  readonly isSelfGone?: boolean
  readonly isSnapshot?: boolean
  readonly leaving?: readonly Participant[]
}

/** A report, as far as it matters for whom an id means: `shown` are the ids of one of everybody. */
interface Report {
  readonly shown: ReadonlySet<unknown> | undefined
  readonly isSnapshot: boolean
}

/** The participant an id means. */
function ownerOf({ byId, participants }: Call, { id }: RosterEntry): Participant | undefined {
  const key = id === undefined ? undefined : byId.get(id)
  return key === undefined ? undefined : participants.get(key)
}

/** The participant an id of a second presence means: none in a snapshot; in a report that may be late, one that had it and has ended. */
function findFormerOwner(call: Call, entry: RosterEntry, { isSnapshot }: Report): Participant | undefined {
  return isSnapshot ? undefined : endedParticipants(call).find(({ id }) => id === entry.id)
}

/**
 * An id of theirs beside the one they are there under, or an invitee's own that comes up after another: they are there
 * twice, or first so and then so. An id they gave up when they were admitted and that a snapshot shows in the lobby all
 * the same was never theirs: somebody else had been admitted.
 */
function isSecondPresence(
  { aliases }: Call,
  participant: Participant,
  entry: RosterEntry,
  { shown, isSnapshot }: Report,
): boolean {
  const { id, state } = participant
  if (!isPresent(participant) || id === undefined || entry.id === id) return false
  if (shown?.has(id)) return true
  if (entry.id !== undefined && aliases.has(entry.id))
    return isSnapshot && state === 'active' && entry.isInLobby === true
  return true
}

/** True when the roster id of a participant came without a number, or the entry has none: either may be the later one. */
function isUnordered({ sequence }: Participant, entry: RosterEntry): boolean {
  return sequence === undefined || entry.sequence === undefined
}

/** The admitted participant whose former lobby id an entry may show: one of the same identity that is there under another id. */
function findAdmittedAs(call: Call, { id, identity, isInLobby }: RosterEntry): Participant | undefined {
  if (isInLobby === false || id === undefined) return undefined
  return fellowsOf(call, identity).find(
    (one) => one.state === 'active' && one.id !== undefined && isSameIdentity(one.identity, identity),
  )
}

/** Finds participants by identity, for the entries of one report whose ids say nothing. */
class IdentityMatcher {
  readonly #call: Call
  readonly #entries: readonly RosterEntry[]
  readonly #isTaken: (participant: Participant) => boolean
  #waiting: IdentityLookup<Participant> | undefined
  #others: IdentityLookup<Participant> | undefined
  #nameless: readonly Participant[] | undefined
  #nextNameless = 0

  constructor(call: Call, entries: readonly RosterEntry[], taken: readonly ReadonlyMap<string, unknown>[]) {
    this.#call = call
    this.#entries = entries
    this.#isTaken = ({ key }) => taken.some((keys) => keys.has(key))
  }

  find({ id, identity }: RosterEntry): Participant | undefined {
    if (id === undefined && !isIdentified(identity)) return this.#findNameless()
    this.#waiting ??= this.#lookup((all) => [...all.filter(isUnidentified), ...all.filter(isPending)])
    const waiting = this.#waiting.find(identity)
    if (waiting !== undefined || id !== undefined) return waiting
    // An entry without an id, as documented samples have them: of somebody an earlier roster named, or of somebody
    // without an id who has ended.
    this.#others ??= this.#lookup((all) => [
      ...all.filter(isPresent),
      ...all.filter((one) => one.id === undefined && one.state === 'removed'),
    ])
    return this.#others.find(identity)
  }

  /** Those of whom nothing is known are told apart by their place alone. */
  #findNameless(): Participant | undefined {
    this.#nameless ??= this.#inOrder().filter((one) => isUnidentified(one) && !isIdentified(one.identity))
    for (; this.#nextNameless < this.#nameless.length; this.#nextNameless += 1) {
      const one = this.#nameless[this.#nextNameless] as Participant
      if (!this.#isTaken(one)) return one
    }
    return undefined
  }

  #lookup(choose: (all: readonly Participant[]) => readonly Participant[]): IdentityLookup<Participant> {
    return new IdentityLookup(choose(this.#inOrder()), ({ identity }) => identity, this.#isTaken)
  }

  /** All who may be meant, in the order of their introduction. */
  #inOrder(): readonly Participant[] {
    const { byIdentity, participants } = this.#call
    const found = [
      ...findFellows(
        byIdentity,
        this.#entries.map(({ identity }) => identity),
      ),
    ].flatMap((key) => participants.get(key) ?? [])
    return found.sort((one, other) => one.ordinal - other.ordinal)
  }
}

/** Those who share an id with an identity. */
export function fellowsOf({ byIdentity, participants }: Call, identity: IdentitySet): readonly Participant[] {
  return [...findFellows(byIdentity, [identity])].flatMap((key) => participants.get(key) ?? [])
}

function isUnidentified(participant: Participant): boolean {
  return participant.id === undefined && isPresent(participant)
}

/**
 * Who a participant from the lobby goes on as when they are not shown any more: the same identity, admitted under
 * another id since it was last known who is there beside them. A removal does not go on to a participant whom the
 * application knew as another one when it asked.
 */
export function findAdmitted(call: Call, waiting: Participant): Participant | undefined {
  const first = call.roster.introducedBefore === undefined ? call.introduced : separateBefore(call)
  if (waiting.activeAt !== undefined || first === call.introduced) return undefined
  return fellowsOf(call, waiting.identity).find(
    (one) =>
      one.state === 'active' &&
      one.invitation === undefined &&
      one.lobbyAt === undefined &&
      one.ordinal >= first &&
      one.ordinal > waiting.ordinal &&
      !wasKnownAtRemoval(waiting, one) &&
      isSameIdentity(one.identity, waiting.identity),
  )
}

/** The participants of lower ordinals who are there are separate: they were shown beside each other, or came in order. */
export function separateBefore({ roster: { introducedBefore = 0, settledBefore = 0 } }: Call): number {
  return Math.max(introducedBefore, settledBefore)
}

/** True for another participant whom the application knew when it asked for the removal of this one alone. */
export function wasKnownAtRemoval(wanted: Participant, other: Participant): boolean {
  return isRemovalPending(wanted) && other.ordinal < (wanted.knownAtRemoval ?? 0)
}

/** True when the report says who is in the call, all of them (rule 5): as it says itself, or else by the bot's own entry. */
export function isWhole(
  call: Call,
  { entries, isComplete }: Pick<RosterSnapshot, 'entries' | 'isComplete'>,
  { self }: Assignment,
): boolean {
  if (isComplete !== undefined) return isComplete
  if (self !== undefined) return true
  const isSelfKnown =
    call.options.isBotOnRoster !== false &&
    (call.self.participantId !== undefined || call.options.applicationId !== undefined)
  return !isSelfKnown && entries.length > 0
}

/** Those who have ended and are remembered, in that order. */
export function endedParticipants(call: Call): readonly Participant[] {
  return call.tombstones.flatMap((key) => call.participants.get(key) ?? [])
}

/** The participants who are present as far as is known, and whom the report does not show, in the order of their introduction. */
export function absentees(call: Call, { known }: Assignment): readonly Participant[] {
  return [...call.participants.values()]
    .filter((participant) => isPresent(participant) && !known.has(participant.key))
    .sort((one, other) => one.ordinal - other.ordinal)
}
