/**
 * Matching: assigns roster entries to participants.
 *
 * Rule 1: an entry is matched by any id that the participant has or had; then by identity to a present participant
 * without an id; then by identity to a pending invitation, oldest first. Never by display name.
 * Rule 2: a report matches each participant once: two entries of one identity are two participants. An invitee that
 * joined another way and then also answers is two: the invitee id is shown beside the roster id. Several entries of one
 * identity without ids are assigned in the order of introduction, so that a repeated report matches the same
 * participants. Entries without id and identity are assigned in the same way.
 * Rule 3: if a report no longer shows a lobby id and shows the same identity admitted under a new id, both are one
 * participant. For a complete report, a delta since the last complete one may have shown the admitted id. The same
 * holds for the bot itself, identified by its application id, even if no roster has shown it before.
 * Rule 4: numbers order only numbered entries. Beside an id that came without a number (most snapshots have none), a
 * delta may show a former id or a second presence: a snapshot after the delta decides.
 * @module
 */
import { identityIds, isIdentified, isSameIdentity, type IdentitySet } from '../../participant/identity.ts'
import { isOpen, isPending, isPresent, isRemovalPending, type Participant } from '../../participant/participant.ts'
import type { Call } from '../model/call.ts'
import type { RosterEntry, RosterSnapshot } from '../model/events.ts'
import { findSameIdentityKeys } from '../model/identity-index.ts'
import { IdentityLookup } from '../model/identity-lookup.ts'
import { latestOfEach } from '../model/roster-entries.ts'
import { findSelf, isFormerSelf } from '../self.ts'

/** The result of matching a report: the participant of each entry. */
export interface Assignment {
  /** The bot's own entry. */
  readonly self: RosterEntry | undefined
  /** Known participants with their entries, in the order of the report. */
  readonly known: ReadonlyMap<string, RosterEntry>
  /** Entries of unknown participants. */
  readonly unknown: readonly RosterEntry[]
  /** Entries of a delta that show either a former id or a second presence of a participant (rule 4 of this module). */
  readonly undecided: readonly RosterEntry[]
  /** Entries of ended participants, by key; several when a report shows several of its ids. */
  readonly ended: ReadonlyMap<string, readonly RosterEntry[]>
}

/**
 * Matches a report. All entries are matched by id first, so that an identity match cannot take a participant that an id
 * names. `isPart`: a delta, which need not show every participant. `isSelfGone`: the delta removes the bot itself.
 * `leaving`: the participants that the delta removes. `isSnapshot`: the answer to a fetch, which is never late.
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
    // Both ids of a pending invitee are shown. For a present participant, a second known id is a late report.
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
      if (entry.id === undefined) addAlike(alike, participant, entry)
    } else ended.set(participant.key, [entry])
  }
  for (const participants of alike.values()) assignInOrder(known, participants)
  return { self, known, unknown, undecided, ended }
}

/** Adds a participant whose entry has no id to those with the same identity. */
function addAlike(alike: Map<string, Participant[]>, participant: Participant, { identity }: RosterEntry): void {
  const name = identityIds(identity).join(' ')
  const known = alike.get(name)
  if (known === undefined) alike.set(name, [participant])
  else known.push(participant)
}

/** Assigns entries that differ only in position to the participants in order of introduction. */
function assignInOrder(known: Map<string, RosterEntry>, participants: readonly Participant[]): void {
  if (participants.length < 2) return
  const entries = participants.flatMap(({ key }) => known.get(key) ?? [])
  const inOrder = [...participants].sort((one, other) => one.ordinal - other.ordinal)
  for (const { key } of participants) known.delete(key)
  for (const [place, { key }] of inOrder.entries()) known.set(key, entries[place] as RosterEntry)
}

/** The kind of report. */
export interface AssignOptions {
  readonly isPart?: boolean
  readonly isSelfGone?: boolean
  readonly isSnapshot?: boolean
  readonly leaving?: readonly Participant[]
}

/** The properties of a report that decide what an id resolves to. `shown`: the ids in a full roster or snapshot. */
interface Report {
  readonly shown: ReadonlySet<unknown> | undefined
  readonly isSnapshot: boolean
}

/** The participant that the entry's id resolves to. */
function ownerOf({ byId, participants }: Call, { id }: RosterEntry): Participant | undefined {
  const key = id === undefined ? undefined : byId.get(id)
  return key === undefined ? undefined : participants.get(key)
}

/**
 * The owner of a second presence's id: none in a snapshot; in other reports, which may be late, an ended participant
 * that had it.
 */
function findFormerOwner(call: Call, entry: RosterEntry, { isSnapshot }: Report): Participant | undefined {
  return isSnapshot ? undefined : endedParticipants(call).find(({ id }) => id === entry.id)
}

/**
 * True when an entry shows a second presence of a present participant: its id is the participant's, but not the current
 * one. A former id is usually a late report, except when the report also shows the current id, or when a snapshot shows
 * the id in the lobby after admission: then another participant was admitted.
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

/** True when the participant or the entry has no number: either may be the newer one. */
function isUnordered({ sequence }: Participant, entry: RosterEntry): boolean {
  return sequence === undefined || entry.sequence === undefined
}

/** The admitted participant whose former lobby id an entry may show: the same identity, present under another id. */
function findAdmittedAs(call: Call, { id, identity, isInLobby }: RosterEntry): Participant | undefined {
  if (isInLobby === false || id === undefined) return undefined
  return sameIdentityCandidates(call, identity).find(
    (one) => one.state === 'active' && one.id !== undefined && isSameIdentity(one.identity, identity),
  )
}

/** Finds participants by identity, for the entries of one report that no id matched. */
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
    // An entry without an id, as in documented samples, may be a present participant with a known id, or an ended one
    // without an id.
    this.#others ??= this.#lookup((all) => [
      ...all.filter(isPresent),
      ...all.filter((one) => one.id === undefined && one.state === 'removed'),
    ])
    return this.#others.find(identity)
  }

  /** The next participant without id and identity: only their position distinguishes them. */
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

  /** All candidates for the entries, in order of introduction. */
  #inOrder(): readonly Participant[] {
    const { byIdentity, participants } = this.#call
    const found = [
      ...findSameIdentityKeys(
        byIdentity,
        this.#entries.map(({ identity }) => identity),
      ),
    ].flatMap((key) => participants.get(key) ?? [])
    return found.sort((one, other) => one.ordinal - other.ordinal)
  }
}

/** The participants that share an id with the identity; `isSameIdentity` decides. */
export function sameIdentityCandidates(
  { byIdentity, participants }: Call,
  identity: IdentitySet,
): readonly Participant[] {
  return [...findSameIdentityKeys(byIdentity, [identity])].flatMap((key) => participants.get(key) ?? [])
}

function isUnidentified(participant: Participant): boolean {
  return participant.id === undefined && isPresent(participant)
}

/**
 * The participant that continues one that left the lobby: the same identity, admitted under another id since both were
 * last known to be separate. A participant that the application knew as separate when it requested the removal is
 * excluded.
 */
export function findAdmitted(call: Call, waiting: Participant): Participant | undefined {
  const first = call.roster.introducedBefore === undefined ? call.introduced : separateBefore(call)
  if (waiting.activeAt !== undefined || first === call.introduced) return undefined
  return sameIdentityCandidates(call, waiting.identity).find(
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

/** Present participants with ordinals below this one are separate: a complete report or deltas in order showed them. */
export function separateBefore({ roster: { introducedBefore = 0, settledBefore = 0 } }: Call): number {
  return Math.max(introducedBefore, settledBefore)
}

/** True for another participant that was known when the removal of only this one was requested. */
export function wasKnownAtRemoval(wanted: Participant, other: Participant): boolean {
  return isRemovalPending(wanted) && other.ordinal < (wanted.knownAtRemoval ?? 0)
}

/** True when the report shows every participant: if it says so, or, if it does not say, by the bot's own entry. */
export function isCompleteReport(
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

/** The tombstones as participants, in order of ending. */
export function endedParticipants(call: Call): readonly Participant[] {
  return call.tombstones.flatMap((key) => call.participants.get(key) ?? [])
}

/** The present participants that the report does not show, in order of introduction. */
export function absentees(call: Call, { known }: Assignment): readonly Participant[] {
  return [...call.participants.values()]
    .filter((participant) => isPresent(participant) && !known.has(participant.key))
    .sort((one, other) => one.ordinal - other.ordinal)
}
