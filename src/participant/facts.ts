/**
 * Reported facts: what the service says about a participant, other than the state.
 *
 * Rule 1: a fact that a report does not mention keeps its value.
 * Rule 2: unknown kinds, directions and endpoints are kept as the service spells them.
 * Rule 3: mute, hold, media and details belong to a presence and end with it, because the latest report is unknown when
 * reports overtake each other. An ended participant keeps its endpoint and anonymity.
 * @module
 */
import { definedFields, isSameValue } from './same-value.ts'

/** One media stream of a participant. */
export interface MediaStream {
  /** `audio`, `video`, `screen`, `data`, or what the service calls it. */
  readonly kind: string
  /** `inactive`, `sendOnly`, `receiveOnly`, `sendReceive`, or what the service calls it. */
  readonly direction: string
  /** The service's name of the stream. */
  readonly label?: string | undefined
  /** The service's id of the source. */
  readonly sourceId?: string | undefined
  /** The service, not the participant, has muted it. */
  readonly isServerMuted?: boolean | undefined
}

/** Further properties of the service, opaque to this library. */
export type Details = Readonly<Record<string, unknown>>

/** The facts in one report. An absent field is not mentioned by the report. */
export interface ReportedFacts {
  /** Muted by a client or by the service. */
  readonly isMuted?: boolean | undefined
  /** All streams of the participant. An empty list means that there are none. */
  readonly media?: readonly MediaStream[] | undefined
  /** `default`, `voicemail`, `skypeForBusiness`, `skypeForBusinessVoipPhone`, or what the service calls it. */
  readonly endpoint?: string | undefined
  /** True if the service hides who it is. */
  readonly isAnonymous?: boolean | undefined
  /** What else the service says of the participant, as it says it. */
  readonly details?: Details | undefined
}

/** The known facts of a participant. */
export interface KnownFacts {
  /** Muted by a client or by the service, as the latest roster says. */
  readonly isMuted: boolean
  /** Every audio stream is inactive. Derived from `media`: the service has no other sign of a hold. */
  readonly isOnHold: boolean
  /** Absent: the service has not said. */
  readonly media?: readonly MediaStream[] | undefined
  /** What answered: `default`, `voicemail`, or another word of the service. Absent: the service has not said. */
  readonly endpoint?: string | undefined
  /** The service shows another identity in place of the participant's own. */
  readonly isAnonymous: boolean
  /** Further properties of the service, opaque to this library. */
  readonly details?: Details | undefined
}

/** The endpoint of a mailbox, as the service spells it. */
export const VOICEMAIL = 'voicemail'

/** True if the report changes a known fact. */
export function isNewFact(known: KnownFacts, said: ReportedFacts): boolean {
  const { isMuted = known.isMuted, isAnonymous = known.isAnonymous, endpoint = known.endpoint, media, details } = said
  return (
    isMuted !== known.isMuted ||
    isAnonymous !== known.isAnonymous ||
    endpoint !== known.endpoint ||
    (media !== undefined && !isSameValue(media, known.media)) ||
    mergeDetails(known.details, details) !== known.details
  )
}

/** Writes the facts of a report. A repeated fact keeps the same object. */
export function takeFacts(known: { -readonly [F in keyof KnownFacts]: KnownFacts[F] }, said: ReportedFacts): void {
  known.isMuted = said.isMuted ?? known.isMuted
  known.isAnonymous = said.isAnonymous ?? known.isAnonymous
  known.endpoint = said.endpoint ?? known.endpoint
  if (said.media !== undefined && !isSameValue(said.media, known.media)) known.media = said.media
  known.isOnHold = isHeld(known.media)
  known.details = mergeDetails(known.details, said.details)
}

/** Clears the facts that end with a presence. */
export function dropLiveFacts(known: { -readonly [F in keyof KnownFacts]: KnownFacts[F] }): void {
  known.isMuted = false
  known.isOnHold = false
  known.media = undefined
  known.details = undefined
}

function isHeld(media: KnownFacts['media'] = []): boolean {
  const audio = media.filter(({ kind }) => kind === 'audio')
  return audio.length > 0 && audio.every(({ direction }) => direction === 'inactive')
}

/** Merges property by property; the latest value wins. Returns the same object if nothing changes. */
function mergeDetails(known: Details | undefined, said: Details | undefined): Details | undefined {
  if (said === undefined) return known
  const news = definedFields(said).filter(
    ([name, value]) => known === undefined || !Object.hasOwn(known, name) || !isSameValue(known[name], value),
  )
  return news.length === 0 ? known : { ...known, ...Object.fromEntries(news) }
}

/** The names of the facts, in the order in which changes list them. */
export const factNames = ['identity', 'isMuted', 'isOnHold', 'media', 'endpoint', 'isAnonymous', 'details'] as const

/** The name of a fact. */
export type FactName = (typeof factNames)[number]

type Facts = KnownFacts & { readonly identity: object }

const noFacts: readonly FactName[] = Object.freeze([])

/** The names of the facts whose values differ. */
export function changedFacts(before: Facts, after: Facts): readonly FactName[] {
  const changed = factNames.filter((name) => before[name] !== after[name])
  return changed.length === 0 ? noFacts : Object.freeze(changed)
}

/** The present value of each fact in words, without names or phone numbers. */
export function factWords(facts: readonly FactName[], now: KnownFacts): string {
  return facts.map((name) => words[name](now)).join(', ')
}

/** Like `factWords`, without the facts that have their usual value. */
export function notableWords(facts: readonly FactName[], now: KnownFacts): string {
  return factWords(
    facts.filter((name) => isNotable[name](now)),
    now,
  )
}

const words: { readonly [N in FactName]: (now: KnownFacts) => string } = {
  identity: () => 'identity changed',
  isMuted: ({ isMuted }) => (isMuted ? 'muted' : 'not muted'),
  isOnHold: ({ isOnHold }) => (isOnHold ? 'on hold' : 'not on hold'),
  media: ({ media = [] }) =>
    media.length === 0 ? 'no media' : media.map(({ kind, direction }) => `${word(kind)} ${word(direction)}`).join(', '),
  endpoint: ({ endpoint = 'unknown' }) => `endpoint ${word(endpoint)}`,
  isAnonymous: ({ isAnonymous }) => (isAnonymous ? 'anonymous' : 'not anonymous'),
  details: () => 'details changed',
}

/** The service's own word. Other text could be a name and becomes `…`. */
function word(text: string): string {
  return /^[A-Za-z]\w{0,60}$/.test(text) ? text : '…'
}

const isNotable: { readonly [N in FactName]: (now: KnownFacts) => boolean } = {
  identity: () => false,
  isMuted: ({ isMuted }) => isMuted,
  isOnHold: ({ isOnHold }) => isOnHold,
  media: () => false,
  endpoint: ({ endpoint }) => endpoint !== undefined && endpoint !== 'default',
  isAnonymous: ({ isAnonymous }) => isAnonymous,
  details: () => false,
}
