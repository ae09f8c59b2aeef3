/**
 * Structure-aware mutations of JSON: variations of a sample by a correct, a faulty or a hostile sender.
 * @module
 */

/** A number from 0 up to 1; the same seed gives the same ones (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

type Place = { owner: Record<string, unknown> | unknown[]; key: string | number }

function places(value: unknown, found: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return found
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    found.push({ owner: value as Place['owner'], key })
    places((value as Record<string | number, unknown>)[key], found)
  }
  return found
}

const deep = JSON.parse('['.repeat(500) + ']'.repeat(500)) as unknown
const deepObject = JSON.parse(`${'{"info":'.repeat(500)}1${'}'.repeat(500)}`) as unknown
const strange: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  -1e308,
  2 ** 53,
  2 ** 53 + 2,
  Number.MAX_VALUE,
  '',
  ' ',
  '0',
  '-1',
  '1e3',
  'NaN',
  'yes',
  'true',
  '\uD800',
  'a\uDFFFb',
  '\u0000',
  '__proto__',
  'constructor',
  '..',
  '\u202E',
  'x'.repeat(10_000),
  '9'.repeat(30),
  [],
  {},
  [[]],
  [null],
  [{}],
  [1, 'a', {}],
  { id: 1 },
  { id: '__proto__' },
  { user: 1 },
  { '@odata.type': 5 },
  { '@odata.type': '#microsoft.graph.call' },
  { '@odata.type': '#microsoft.graph.participant' },
  { '@odata.type': '#microsoft.graph.deltaParticipants', participants: [{}], sequenceNumber: 1e20 },
  { '@odata.type': '#microsoft.graph.inviteParticipantsOperation', participants: 1 },
  '#microsoft.graph.call',
  '#microsoft.graph.participant',
  '#microsoft.graph.deltaParticipants',
  'microsoft.graph.x.commsOperation',
  '#microsoft.graph.',
  '/app/calls/1',
  '/communications/calls/%E0%A4%A',
  "https://x/calls('1')",
  '/communications/calls/../..',
  'deleted',
  'established',
  'failed',
  deep,
  deepObject,
]
const strangeKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '',
  'id',
  'info',
  'participants',
  'sequenceNumber',
  'resultInfo',
  'subCode',
  'SUBCODE',
  'removedState',
  'state',
  'status',
  '@odata.type',
  'resourceData',
  'user',
  'isInLobby',
  'terminationReason',
  '\uD800',
]

/** Sets an own property, `__proto__` included: what `JSON.parse` does. */
function define(owner: object, key: string, value: unknown): void {
  Object.defineProperty(owner, key, { value, enumerable: true, configurable: true, writable: true })
}

/** Changes `body` in place, once. */
export function mutate(body: unknown, random: () => number): void {
  const all = places(body)
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
  const place = pick(all)
  if (place === undefined) return
  const { owner, key } = place
  const read = (): unknown => (owner as Record<string | number, unknown>)[key]
  const write = (value: unknown): void => define(owner, String(key), value)
  switch (Math.floor(random() * 9)) {
    case 0:
      return write(structuredClone(pick(strange)))
    case 1:
      return flip(read(), write)
    case 2:
      return Array.isArray(owner) ? void owner.splice(Number(key), 1) : void Reflect.deleteProperty(owner, key)
    case 3:
      return Array.isArray(owner)
        ? void owner.splice(Number(key), 0, structuredClone(read()))
        : define(
            owner,
            pick([String(key).toUpperCase(), `${String(key)} `, pick(strangeKeys)]),
            structuredClone(read()),
          )
    case 4: {
      const other = pick(all)
      return write(structuredClone((other.owner as Record<string | number, unknown>)[other.key]))
    }
    case 5:
      return Array.isArray(owner)
        ? void owner.reverse()
        : define(owner, pick(strangeKeys), structuredClone(pick(strange)))
    case 6:
      return write([read()])
    case 7:
      return write({ [pick(strangeKeys.filter((name) => name !== '__proto__'))]: read() })
    default:
      return write(typeof read() === 'string' ? scramble(String(read()), random) : structuredClone(pick(strange)))
  }
}

function flip(value: unknown, write: (value: unknown) => void): void {
  if (typeof value === 'string') return write(Number(value) || [value])
  if (typeof value === 'number' || typeof value === 'boolean') return write(String(value))
  write(value === null ? {} : Array.isArray(value) ? { ...value } : Object.values(value as object))
}

function scramble(text: string, random: () => number): string {
  const at = Math.floor(random() * (text.length + 1))
  return (
    text.slice(0, at) +
    ['\uD800', '/', '\u0000', "'", 'é', ' '][Math.floor(random() * 6)] +
    text.slice(at + (random() < 0.5 ? 1 : 0)).toUpperCase()
  )
}
