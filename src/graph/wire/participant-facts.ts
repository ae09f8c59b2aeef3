/**
 * Participant facts: the details of a roster entry: media, endpoint, anonymity, and all unknown properties.
 *
 * Rule 1: facts do not decide who is in the call, so none is an error. A value of an undocumented type is kept in the
 * details.
 * Rule 2: documented words come in one spelling, whatever their casing; unknown words are kept as they are.
 * Rule 3: absent values, `null` and OData annotations are left out.
 * @module
 */
import type { Details, MediaStream, ReportedFacts } from '../../participant/facts.ts'
import { isObject } from '../../call/codec/schema.ts'
import type { JsonObject } from './json-reader.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Properties that other code reads, by the object that has them. */
const readElsewhere = {
  participant: new Set(['id', 'info', 'isInLobby', 'isMuted', 'removedState', 'rosterSequenceNumber']),
  info: new Set(['identity', 'participantId']),
}

/** `endpointType`, v1.0. */
const endpoints = spellings(['default', 'voicemail', 'skypeForBusiness', 'skypeForBusinessVoipPhone'])
/** `modality`; a shared screen has a short name here. */
const kinds = new Map([...spellings(['unknown', 'audio', 'video', 'data']), ['videobasedscreensharing', 'screen']])
/** `mediaDirection`. */
const directions = spellings(['inactive', 'sendOnly', 'receiveOnly', 'sendReceive'])

/** The value for an absent word. */
const UNSAID = 'unknown'

/** The facts of a participant, apart from `isMuted`. */
export function readFacts(participant: JsonObject, info: JsonObject = {}): ReportedFacts {
  const facts: Writable<ReportedFacts> = {}
  const { mediaStreams, isIdentityAnonymized, ...others } = participant
  // `communicationsIdentitySet` has one, too.
  const { endpointType = isObject(info['identity']) ? info['identity']['endpointType'] : undefined, ...otherInfo } =
    info
  const rest: [string, unknown][] = Object.entries(others)
  const restOfInfo: [string, unknown][] = Object.entries(otherInfo)

  const media = readMedia(mediaStreams)
  if (media === undefined) rest.push(['mediaStreams', mediaStreams])
  else facts.media = media
  if (typeof isIdentityAnonymized === 'boolean') facts.isAnonymous = isIdentityAnonymized
  else rest.push(['isIdentityAnonymized', isIdentityAnonymized])
  if (typeof endpointType === 'string' && endpointType.trim() !== '') facts.endpoint = spell(endpoints, endpointType)
  else restOfInfo.push(['endpointType', endpointType])

  const saidInfo = saidOf(restOfInfo, readElsewhere.info)
  const said = saidOf(rest, readElsewhere.participant)
  const details: Details = saidInfo === undefined ? (said ?? {}) : { ...said, info: saidInfo }
  if (Object.keys(details).length > 0) facts.details = details
  return facts
}

/** In one order, so that two lists of the same streams are the same. */
function readMedia(value: unknown): readonly MediaStream[] | undefined {
  if (!Array.isArray(value) || !value.every(isObject)) return undefined
  return value
    .map(readStream)
    .sort((one, other) => compare(one.kind, other.kind) || compare(one.sourceId, other.sourceId))
}

function readStream({ mediaType, direction, label, sourceId, serverMuted }: JsonObject): MediaStream {
  const stream: Writable<MediaStream> = {
    kind: typeof mediaType === 'string' ? spell(kinds, mediaType) : UNSAID,
    direction: typeof direction === 'string' ? spell(directions, direction) : UNSAID,
  }
  if (typeof label === 'string') stream.label = label
  if (typeof sourceId === 'string' || typeof sourceId === 'number') stream.sourceId = String(sourceId)
  if (typeof serverMuted === 'boolean') stream.isServerMuted = serverMuted
  return stream
}

function compare(one = '', other = ''): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}

function saidOf(properties: readonly [string, unknown][], known: ReadonlySet<string>): Details | undefined {
  const said = properties.filter(
    ([name, value]) => value !== undefined && value !== null && !known.has(name) && !name.includes('@odata.'),
  )
  return said.length === 0 ? undefined : Object.fromEntries(said)
}

function spellings(words: readonly string[]): ReadonlyMap<string, string> {
  return new Map(words.map((word) => [word.toLowerCase(), word]))
}

function spell(known: ReadonlyMap<string, string>, word: string): string {
  const trimmed = word.trim()
  return known.get(trimmed.toLowerCase()) ?? trimmed
}
