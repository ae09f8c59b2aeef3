/**
 * Certificate: a self-signed certificate for loopback, made at start, for clients that require https —
 * `@microsoft/microsoft-graph-client` sends its token, and follows next links, to https hosts only.
 *
 * Encodes the parts of DER (ITU-T X.690) and of X.509 v3 (RFC 5280) that this certificate needs.
 * @module
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { systemClock } from '../time/system-clock.ts'

/** A private key and its certificate, as PEM. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

/** Validity in days; an emulator does not run longer. */
const LIFETIME_DAYS = 30
/** Tolerates clients whose clocks are behind. */
const BEGINS_DAYS_AGO = 1
const DAY_MS = 24 * 60 * 60_000

const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
} as const
/** Tags of a GeneralName, RFC 5280 section 4.2.1.6. */
const generalNames = { dns: 0x82, address: 0x87 } as const
/** Dotted object identifiers of RFC 5280 and RFC 5758. */
const objectIds = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
} as const

/** Makes a certificate for `localhost`, `127.0.0.1`, `::1` and `host`. */
export function makeCertificate(host: string, now = systemClock.now()): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = der(tags.sequence, objectId(objectIds.ecdsaWithSha256))
  const name = der(
    tags.sequence,
    der(tags.set, der(tags.sequence, objectId(objectIds.commonName), der(tags.utf8, Buffer.from('rollcall emulator')))),
  )
  const validity = der(tags.sequence, utcTime(now - BEGINS_DAYS_AGO * DAY_MS), utcTime(now + LIFETIME_DAYS * DAY_MS))
  const toBeSigned = der(
    tags.sequence,
    der(0xa0, der(tags.integer, Buffer.from([2]))),
    // The serial number is positive: its first bit is clear.
    der(tags.integer, Buffer.concat([Buffer.from([0x40]), randomBytes(15)])),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(tags.sequence, subjectAltName(host), basicConstraints())),
  )
  const signature = der(tags.bitString, Buffer.concat([Buffer.from([0]), sign('sha256', toBeSigned, privateKey)]))
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pem(der(tags.sequence, toBeSigned, algorithm, signature)),
  }
}

function subjectAltName(host: string): Buffer {
  const names = new Set(['localhost', ...(/^[\d.:]+$/.test(host) ? [] : [host])])
  return extension(
    objectIds.subjectAltName,
    der(
      tags.sequence,
      ...[...names].map((dns) => der(generalNames.dns, Buffer.from(dns, 'ascii'))),
      der(generalNames.address, Buffer.from([127, 0, 0, 1])),
      der(generalNames.address, Buffer.concat([Buffer.alloc(15), Buffer.from([1])])),
    ),
  )
}

/** The certificate is its own authority, so that clients can trust it directly. */
function basicConstraints(): Buffer {
  const yes = der(tags.boolean, Buffer.from([0xff]))
  return extension(objectIds.basicConstraints, der(tags.sequence, yes), yes)
}

function extension(id: string, value: Buffer, critical?: Buffer): Buffer {
  return der(tags.sequence, objectId(id), ...(critical === undefined ? [] : [critical]), der(tags.octetString, value))
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content])
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  return length < 0x100 ? Buffer.from([0x81, length]) : Buffer.from([0x82, length >> 8, length & 0xff])
}

function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const groups = [arc & 0x7f]
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return der(tags.objectId, Buffer.from(bytes))
}

/** `YYMMDDHHMMSSZ`: RFC 5280 requires UTCTime for years before 2050. */
function utcTime(at: number): Buffer {
  const text = new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  return der(tags.utcTime, Buffer.from(text.slice(2), 'ascii'))
}

function pem(content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
