/**
 * The bot's own entry: which one of a report it is, and what it says of the bot.
 *
 * Rule 1: the bot is known by its roster id; without one, by its application id, when a single entry has that.
 * Rule 2: a report that should show the bot and does not puts its id in doubt. An id that was guessed is in doubt until the
 * call has said it.
 * @module
 */
import type { RosterEntry } from './model/events.ts'
import { doubtSelf, learnSelf, trustSelf } from './lifecycle.ts'
import { assign } from './roster/matching.ts'
import type { CallDraft } from './draft.ts'

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
  const own = assign(draft.call, entries, options).self
  if (own?.id === undefined || own.id === self.participantId) return
  learnSelf(draft, own.id)
  if (self.participantId !== undefined && !self.isOnRoster) doubtSelf(draft, 'guessed')
}

/**
 * True of a report of everybody that shows participants, and the bot neither by its id nor in the lobby by its former one,
 * as a late report may. By a former one that is admitted: then it was a late message that said the id.
 */
export function lacksSelf({ call }: CallDraft, entries: readonly RosterEntry[]): boolean {
  const { formerId } = call.self
  return (
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
