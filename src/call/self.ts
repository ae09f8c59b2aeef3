/**
 * Self: which roster entry is the bot, what that entry says, and whether the call still exists.
 *
 * Rule 1: the bot is identified by its roster id; without one, by its application id, if only one entry has it.
 * Rule 2: a report that should show the bot and does not puts its roster id in doubt. A guessed id is in doubt until
 * the call resource confirms it.
 * @module
 */
import { isOpen, isPresent } from '../participant/participant.ts'
import type { Call } from './model/call.ts'
import { isBeforeEstablished, ranks } from './model/call-state.ts'
import type { RosterEntry, RosterSnapshot } from './model/events.ts'
import { latestOfEach } from './model/roster-entries.ts'
import { requestFetch } from './roster-fetch.ts'
import { forget, schedule, send, unschedule, type CallDraft, type EvidenceSource } from './draft.ts'

/** The deadline at which a keep-alive is due. */
export const KEEP_ALIVE = 'keepAlive'

/** The deadline at which the call is fetched. */
export const CALL_FETCH = 'callFetch'

const own: EvidenceSource = { source: 'call.reported', note: 'that entry is the bot itself' }

/**
 * Looks for the bot's own entry by its application id, when the bot's roster id is unknown, was never shown, or may
 * have changed on admission from the lobby. If the bot had an id that no roster had shown, the new one is a guess: the
 * call is fetched to confirm it, and a roster that shows the former id revokes it.
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
 * For a report without an entry of the bot: true if the report should show the bot. It need not if it is empty, if it
 * says itself whether it is complete, or if it shows the bot's former id in the lobby, as a late report may. A former
 * id that is admitted is not an excuse: then the current id came from a late message.
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

/** Records what the bot's own entry says. `isMissing` is true for a report that should show the bot and does not. */
export function recordSelf(
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

/**
 * Sets the bot's roster id. An uninvited participant with this id is the bot and is removed. A wrong guess does not
 * become its former id.
 */
export function learnSelf(draft: CallDraft, participantId: string): void {
  const { participantId: known } = draft.call.self
  if (known === participantId || !mayShowSelf(draft.call)) return
  const { questions: _questions, doubt, ...self } = draft.call.self
  draft.call.self = { ...self, participantId, formerId: doubt === 'guessed' ? undefined : known }
  endQuestion(draft)
  // Rosters without the bot were not complete. The next one may be, as the bot's entry is now known.
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

/** Puts the bot's roster id in doubt: the call is fetched to confirm it. */
function doubtSelf(draft: CallDraft, doubt: 'missing' | 'guessed'): void {
  const { self } = draft.call
  if (self.participantId !== undefined && self.doubt === undefined) draft.call.self = { ...self, doubt }
}

/**
 * Confirms the bot's roster id after an answer or a roster with it. Only a roster resets the number of fetches for it.
 */
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

/** True while the bot's own roster id is unknown or in doubt, and the roster may show it. */
export function isSelfSought(call: Call): boolean {
  const { self, state, introduced } = call
  return (
    mayShowSelf(call) &&
    (self.participantId === undefined || self.doubt !== undefined) &&
    ranks[state] <= ranks.established &&
    (introduced > 0 || !isBeforeEstablished({ state }))
  )
}

/** Something in the call was not found: a keep-alive, due now, checks whether the call itself exists. */
export function checkAlive(draft: CallDraft): void {
  scheduleKeepAliveBy(draft, draft.at)
}

/** Schedules a keep-alive at the given time at the latest. */
export function scheduleKeepAliveBy(draft: CallDraft, at: number): void {
  const due = draft.call.deadlines.get(KEEP_ALIVE)
  if (due === undefined || due > at) schedule(draft, KEEP_ALIVE, at)
}

/** The bot's own entry: by its roster id, else by the application id, if exactly one candidate has it. */
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

/** True for an entry with the bot's former id. */
export function isFormerSelf({ self }: Call, { id }: RosterEntry): boolean {
  return id !== undefined && id === self.formerId
}

/** True for an id that no complete report has shown yet. */
function isNew({ byId, participants, roster }: Call, id: string): boolean {
  const key = byId.get(id)
  const known = key === undefined ? undefined : participants.get(key)
  return known === undefined || known.ordinal >= (roster.introducedBefore ?? Infinity)
}

/** True when another instance of the application is present: the entry may be about that one. */
function hasRival({ participants }: Call, applicationId: string, own: RosterEntry): boolean {
  return [...participants.values()].some(
    (one) => isPresent(one) && one.id !== own.id && one.identity['application']?.id === applicationId,
  )
}
