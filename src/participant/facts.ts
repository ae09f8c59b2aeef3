/**
 * Reported facts: what the service says of a participant beside where they are.
 *
 * Rule 1: what a report does not say stays as it is known.
 * Rule 2: kinds, directions and endpoints that are not known here are kept as the service spells them.
 * Rule 3: mute, hold, media and details belong to a presence and end with it: which of them was reported last cannot be
 * known when reports overtake each other. The endpoint and anonymity of an ended participant stay known.
 * @module
 */
import { definedFields, isSameValue } from './same-value.ts'

/** One media stream of a participant. */
export interface MediaStream {
  /** `audio`, `video`, `screen`, `data`, or what the service calls it. */
  readonly kind: string
  /** `inactive`, `sendOnly`, `receiveOnly`, `sendReceive`, or what the service calls it. */
  readonly direction: string
  readonly label?: string | undefined
  readonly sourceId?: string | undefined
  /** The service, not the participant, has muted it. */
  readonly isServerMuted?: boolean | undefined
}

/** What else the service says of a participant: its own properties, opaque to this library. */
export type Details = Readonly<Record<string, unknown>>

/** What one report says; what is absent it does not say. */
export interface ReportedFacts {
  readonly isMuted?: boolean | undefined
  /** All streams of the participant, none when the list is empty. */
  readonly media?: readonly MediaStream[] | undefined
  /** `default`, `voicemail`, `skypeForBusiness`, `skypeForBusinessVoipPhone`, or what the service calls it. */
  readonly endpoint?: string | undefined
  readonly isAnonymous?: boolean | undefined
  readonly details?: Details | undefined
}

/** What a participant has of them. */
export interface KnownFacts {
  readonly isMuted: boolean
  /** Every audio stream is inactive. Derived from `media`: the service has no other sign of a hold. */
  readonly isOnHold: boolean
  /** Absent: the service has not said. */
  readonly media?: readonly MediaStream[] | undefined
  /** What answers there: `default`, `voicemail`, or another word of the service. Absent: the service has not said. */
  readonly endpoint?: string | undefined
  /** The service hides who they are behind another identity. */
  readonly isAnonymous: boolean
  /** What else the service says of them, opaque to this library. */
  readonly details?: Details | undefined
}

/** The endpoint of a mailbox, as the service spells it. */
export const VOICEMAIL = 'voicemail'

/** True when the report says something that is not known yet. */
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

/** Takes over what a report says; what it repeats keeps its very value. */
export function takeFacts(known: { -readonly [F in keyof KnownFacts]: KnownFacts[F] }, said: ReportedFacts): void {
  known.isMuted = said.isMuted ?? known.isMuted
  known.isAnonymous = said.isAnonymous ?? known.isAnonymous
  known.endpoint = said.endpoint ?? known.endpoint
  if (said.media !== undefined && !isSameValue(said.media, known.media)) known.media = said.media
  known.isOnHold = isHeld(known.media)
  known.details = mergeDetails(known.details, said.details)
}

/** Ends what belongs to a presence. */
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

/** Property by property, the latest word on each. */
function mergeDetails(known: Details | undefined, said: Details | undefined): Details | undefined {
  if (said === undefined) return known
  const news = definedFields(said).filter(
    ([name, value]) => known === undefined || !Object.hasOwn(known, name) || !isSameValue(known[name], value),
  )
  return news.length === 0 ? known : { ...known, ...Object.fromEntries(news) }
}

/** The names of the facts, in the order in which they are told. */
export const factNames = ['identity', 'isMuted', 'isOnHold', 'media', 'endpoint', 'isAnonymous', 'details'] as const

/** The name of a fact. */
export type FactName = (typeof factNames)[number]

type Facts = KnownFacts & { readonly identity: object }

const noFacts: readonly FactName[] = Object.freeze([])

/** The facts that are others now. */
export function changedFacts(before: Facts, after: Facts): readonly FactName[] {
  const changed = factNames.filter((name) => before[name] !== after[name])
  return changed.length === 0 ? noFacts : Object.freeze(changed)
}

/** What each of the facts is now, in words without names or numbers of people. */
export function factWords(facts: readonly FactName[], now: KnownFacts): string {
  return facts.map((name) => words[name](now)).join(', ')
}

/** Those of the facts that are worth a word when a participant is first mentioned, in words. */
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

/** The service's own word; anything but a word could be a name. */
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
