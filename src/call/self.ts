/**
 * The bot itself: which entry of a roster it is, what that entry says of it, and whether its call is still there.
 *
 * Rule 1: the bot is known by its roster id; without one, by its application id, when a single entry has that.
 * Rule 2: a report that should show the bot and does not puts its id in doubt. An id that was guessed is in doubt until the
 * call has said it.
 * @module
 */
import { isOpen, isPresent } from '../participant/participant.ts'
import type { Call } from './model/call.ts'
import { isBeforeEstablished, ranks } from './model/call-state.ts'
import type { RosterEntry, RosterSnapshot } from './model/events.ts'
import { latestOfEach } from './model/roster-entries.ts'
import { requestFetch } from './roster-fetch.ts'
import { forget, schedule, send, unschedule, type CallDraft, type EvidenceSource } from './draft.ts'

/** The deadline at which a heartbeat is due. */
export const KEEP_ALIVE = 'keepAlive'

/** The deadline at which the call is asked for. */
export const CALL_FETCH = 'callFetch'

const own: EvidenceSource = { source: 'call.reported', note: 'that entry is the bot itself' }

/**
 * The bot can be told by its application id once no other instance is shown, or when it is admitted under another id
 * than it had in the lobby; it may have been taken for a participant. An id that no roster had shown before is left on
 * trial: the call is asked, and a roster that shows the former id takes the guess back.
 */
export function recogniseSelf(
  draft: CallDraft,
  entries: readonly RosterEntry[],
  options: { isPart?: boolean; isSelfGone?: boolean } = {},
): void {
  const { self } = draft.call
  const { formerId } = self
  if (self.doubt === 'guessed' && formerId !== undefined && entries.some(({ id }) => id === formerId))
    learnSelf(draft, formerId)
  if (self.participantId !== undefined && !self.isInLobby && self.isOnRoster) return
  const { isPart = false, isSelfGone = false } = options
  const own = findSelf(draft.call, latestOfEach(entries), isPart, isSelfGone || !isPart)
  if (own?.id === undefined || own.id === self.participantId) return
  learnSelf(draft, own.id)
  if (self.participantId !== undefined && !self.isOnRoster) doubtSelf(draft, 'guessed')
}

/**
 * True of a report of everybody that shows participants, and the bot neither by its id nor in the lobby by its former one,
 * as a late report may. By a former one that is admitted: then it was a late message that said the id. A report that
 * says itself whether it is complete need not show the bot.
 */
export function lacksSelf(
  { call }: CallDraft,
  { entries, isComplete }: Pick<RosterSnapshot, 'entries' | 'isComplete'>,
): boolean {
  const { formerId } = call.self
  return (
    isComplete === undefined &&
    entries.length > 0 &&
    !entries.some(({ id, isInLobby }) => id !== undefined && id === formerId && isInLobby === true)
  )
}

/** What the bot's own entry says; `isMissing` is true of a report without one that should show it. */
export function noteSelf(
  draft: CallDraft,
  entry: RosterEntry | undefined,
  { isMissing }: { readonly isMissing: boolean },
): void {
  if (entry === undefined) return isMissing ? doubtSelf(draft, 'missing') : undefined
  if (draft.call.self.doubt !== 'guessed') trustSelf(draft, { isShown: true })
  const { self } = draft.call
  const isInLobby = entry.isInLobby ?? self.isInLobby ?? false
  const isMuted = entry.isMuted ?? self.isMuted ?? false
  if (self.isInLobby === isInLobby && self.isMuted === isMuted) return
  draft.call.self = { ...self, isInLobby, isMuted, isOnRoster: true }
}

/** The bot's roster id. A participant who had it is the bot, and not one of the participants. A wrong guess was never its id. */
export function learnSelf(draft: CallDraft, participantId: string): void {
  const { participantId: known } = draft.call.self
  if (known === participantId || !mayShowSelf(draft.call)) return
  const { questions: _questions, doubt, ...self } = draft.call.self
  draft.call.self = { ...self, participantId, formerId: doubt === 'guessed' ? undefined : known }
  endQuestion(draft)
  // Rosters without the bot proved nothing: the next one may, now that its entry can be told.
  if (doubt === 'missing') requestFetch(draft)
  const key = draft.call.byId.get(participantId)
  const participant = key === undefined ? undefined : draft.call.participants.get(key)
  if (participant === undefined || !isOpen(participant) || participant.invitation !== undefined) return
  draft.call.self = {
    ...draft.call.self,
    isOnRoster: true,
    isInLobby: participant.state === 'lobby',
    isMuted: participant.isMuted,
  }
  send(draft, participant.key, { type: 'presence.reassigned', at: draft.at }, own)
  forget(draft, participant.key)
}

/** The id is in doubt: the call is asked for it. */
function doubtSelf(draft: CallDraft, doubt: 'missing' | 'guessed'): void {
  const { self } = draft.call
  if (self.participantId !== undefined && self.doubt === undefined) draft.call.self = { ...self, doubt }
}

/** The id is right: the service has said it again, or a roster has shown it. Questions are forgotten only when it is shown. */
export function trustSelf(draft: CallDraft, { isShown = false } = {}): void {
  const { doubt, questions, ...self } = draft.call.self
  if (self.participantId === undefined || (doubt === undefined && (questions === undefined || !isShown))) return
  draft.call.self = isShown || questions === undefined ? self : { ...self, questions }
  endQuestion(draft)
}

function endQuestion(draft: CallDraft): void {
  if (!isBeforeEstablished(draft.call)) unschedule(draft, CALL_FETCH)
}

/** True unless the service never shows the bot on a roster. */
function mayShowSelf({ options }: Call): boolean {
  return options.isBotOnRoster !== false
}

/** True when the bot does not know its own roster id for certain, and the roster may show it. */
export function isSelfSought(call: Call): boolean {
  const { self, state, introduced } = call
  return (
    mayShowSelf(call) &&
    (self.participantId === undefined || self.doubt !== undefined) &&
    ranks[state] <= ranks.established &&
    (introduced > 0 || !isBeforeEstablished({ state }))
  )
}

/** Something of the call was not found: its heartbeat, due now, says whether the call itself is gone (rule 10). */
export function checkAlive(draft: CallDraft): void {
  beatBy(draft, draft.at)
}

/** A heartbeat is due at that time at the latest. */
export function beatBy(draft: CallDraft, at: number): void {
  const due = draft.call.deadlines.get(KEEP_ALIVE)
  if (due === undefined || due > at) schedule(draft, KEEP_ALIVE, at)
}

/** The bot's own entry: by `myParticipantId`, else by the application id when exactly one entry that may be it carries it. */
export function findSelf(
  call: Call,
  entries: readonly RosterEntry[],
  isPart: boolean,
  isGone: boolean,
): RosterEntry | undefined {
  if (!mayShowSelf(call)) return undefined
  const { participantId, isInLobby, isOnRoster } = call.self
  const named = participantId === undefined ? undefined : entries.find((entry) => entry.id === participantId)
  const { applicationId } = call.options
  if (named !== undefined || applicationId === undefined) return named
  const mayBeAdmitted = (isInLobby || !isOnRoster) && isGone
  const own = entries.filter(
    (entry) =>
      entry.identity['application']?.id === applicationId &&
      !isFormerSelf(call, entry) &&
      (participantId === undefined ||
        entry.id === undefined ||
        (mayBeAdmitted && !entry.isInLobby && isNew(call, entry.id))),
  )
  const [first, ...others] = own
  if (first === undefined || others.length > 0) return undefined
  return isPart && !mayBeAdmitted && hasRival(call, applicationId, first) ? undefined : first
}

/** True for the id the bot had before. */
export function isFormerSelf({ self }: Call, { id }: RosterEntry): boolean {
  return id !== undefined && id === self.formerId
}

/** True for an id that no report of everybody has shown yet. */
function isNew({ byId, participants, roster }: Call, id: string): boolean {
  const key = byId.get(id)
  const known = key === undefined ? undefined : participants.get(key)
  return known === undefined || known.ordinal >= (roster.introducedBefore ?? Infinity)
}

/** Another instance of the application is in the call, as far as is known: an entry may be about that one. */
function hasRival({ participants }: Call, applicationId: string, own: RosterEntry): boolean {
  return [...participants.values()].some(
    (one) => isPresent(one) && one.id !== own.id && one.identity['application']?.id === applicationId,
  )
}
