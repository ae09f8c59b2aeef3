/**
 * Result codes: what Graph's codes and messages mean. Everything behind this edge goes by what is read here, never by a
 * status, a code or a message.
 *
 * Rule 1: a `DiagCode: c#s` in the message is more specific than code and subcode and wins (FACTS 5.5).
 * Rule 2: code 200 does not mean answered.
 * Rule 3: an unmapped code is `failed` when it is an error and `unknown` otherwise, and marked as unclassified: it is
 * counted, never guessed.
 * Rule 4: what is gone is 404. Subcodes that say so count as 404 whatever status they come with.
 * @module
 */
import type { Removed, ServiceFailure } from '../../call/model/events.ts'
import type { Cause, Classification, EndedBy, FailureReason, ResultInfo } from '../../participant/participant.ts'

/** What a code means: the cause, who brought it about, and whether the table knew the code. */
export interface CodeMeaning {
  readonly cause: Cause
  readonly by: EndedBy
  readonly isMapped: boolean
}

type Row<C> = readonly [cause: Cause, by: EndedBy, ...codes: C[]]

/**
 * `code/subcode`, star being any. Sources: the official call termination table, the codes of the sibling service
 * Azure Communication Services (same code space), and results seen in public threads; all in FACTS 5.5.
 */
const table: readonly Row<string>[] = [
  ['declined', 'remote', '603/*', '487/10024', '0/5003', '*/8538'],
  ['busy', 'remote', '486/*', '600/*', '*/8539', '*/8540'],
  ['noAnswer', 'remote', '487/10004', '408/10057', '408/4506', '*/8544', '200/5013'],
  ['unreachable', 'remote', '480/10037', '480/10076', '480/10077', '480/10078', '480/10134', '430/*', '*/8541'],
  ['cancelled', 'service', '487/0', '487/540487', '497/560487', '*/8542', '*/8508'],
  ['cancelled', 'remote', '487/10003'],
  ['forbidden', 'service', '403/*', '480/10199', '*/7503', '*/7504', '*/7505', '*/8517', '*/8552', '*/8560'],
  [
    'failed',
    'service',
    '412/10073',
    '412/*',
    '500/560500',
    '500/1005',
    '408/1106',
    '410/301005',
    '*/9001',
    '*/9002',
    '*/9999',
    '500/7000',
    '500/7700',
  ],
  ['removed', 'remote', '200/5000', '200/5300'],
  ['left', 'remote', '200/4097', '200/4521', '200/5002', '200/18503', '*/540000', '*/560000', '*/8558'],
  [
    'callEnded',
    'remote',
    '200/5001',
    '200/5003',
    '200/5007',
    '200/5010',
    '200/5012',
    '200/5014',
    '200/5020',
    '200/5030',
  ],
  ['callEnded', 'local', '200/7000', '200/10550'],
  ['lobbyTimeout', 'service', '200/5855'],
  ['transferred', 'local', '200/7015', '0/7015'],
  ['lost', 'service', '408/8537', '*/8522', '*/8543'],
]

/** What a SIP answer of an operator means (RFC 3261, and FACTS 5.5); every 5xx is a failure of a server. */
const sipTable: readonly Row<number>[] = [
  ['declined', 'remote', 603],
  ['busy', 'remote', 486, 600],
  ['noAnswer', 'remote', 408, 480],
  ['cancelled', 'service', 487],
  ['forbidden', 'service', 403],
  ['unreachable', 'remote', 404, 410, 484],
  ['failed', 'service', ...Array.from({ length: 100 }, (_, index) => 500 + index)],
]

/** PSTN subcodes are one of these, the way the call went, plus the SIP answer. */
const OUTBOUND = 560_000
const INBOUND = 540_000

const byCode = meaningsOf(table)
const bySip = meaningsOf(sipTable)

function meaningsOf<C>(rows: readonly Row<C>[]): ReadonlyMap<C, CodeMeaning> {
  return new Map(
    rows.flatMap(([cause, by, ...codes]) => codes.map((code) => [code, { cause, by, isMapped: true }] as const)),
  )
}

const diagnosis = /DiagCode: (\d{1,9})#(\d{1,9})/

/** First code that counts as an error; below it a result says nothing of failure. */
const FIRST_ERROR = 300

/** Classifies a result of the service. Total: an unknown code is answered too, with `isMapped` false. */
export function classifyResult(result: ResultInfo): CodeMeaning {
  const found = result.message?.match(diagnosis)
  const diagnosed = found && lookUp(Number(found[1]), Number(found[2]))
  if (diagnosed) return diagnosed
  const plain = lookUp(result.code, result.subcode)
  if (plain) return plain
  return (result.code ?? 0) >= FIRST_ERROR
    ? { cause: 'failed', by: 'service', isMapped: false }
    : { cause: 'unknown', by: 'unknown', isMapped: false }
}

/** The result with what this edge reads in it; without a code, and without a diagnosis, there is nothing to read. */
export function readResult(result: ResultInfo): ResultInfo {
  const invitee = result.message?.match(namedParticipant)?.[1]
  return { ...result, ...classificationOf(result), ...(invitee === undefined ? {} : { invitee }) }
}

/** Observed: "addParticipants failed for participant 4:+61…." — the ids are prefixed by their kind (FACTS 5.6). */
const namedParticipant = /failed for participant (?:\d+:(?:orgid:)?)?(\S+?)\.?(?:\s|$)/

function classificationOf(result: ResultInfo): Classification {
  const { cause, by, isMapped } = classifyResult(result)
  if (isMapped) return { cause, by }
  return (result.code ?? result.subcode) === undefined ? {} : { cause, by, isUnclassified: true }
}

/** The ways a presence ends that a reason can tell apart. */
const departures: ReadonlySet<Cause> = new Set(['left', 'removed', 'lobbyTimeout'])

/** What a roster change says of a departure, with what this edge reads in a diagnosis of one. */
export function readRemoved(reason: string | undefined): Removed {
  if (reason === undefined) return {}
  const { cause, by, isMapped } = classifyResult({ message: reason })
  return isMapped && departures.has(cause) ? { reason, cause, by } : { reason }
}

/** Not found, call terminated, call doesn't exist, participant not present (FACTS 1.1, 5.5). */
const goneCodes: ReadonlySet<string> = new Set(['8522', '8528', '8543', '8558'])

const GONE = 404

/** Statuses that say why. 409, 412 (precondition failed) and 429 are what another time may not meet. */
const reasons: ReadonlyMap<number | undefined, FailureReason> = new Map([
  [GONE, 'gone'],
  [403, 'forbidden'],
  [409, 'conflict'],
  [412, 'conflict'],
  [429, 'throttled'],
])

/** Rule 4: the status an answer counts as. */
export function effectiveStatus(status: number, code: string): number {
  return goneCodes.has(code) ? GONE : status
}

/** A failure as it came, with what this edge reads in it: the reason, and what it means for the invitees of an invite. */
export function readFailure(failure: Omit<ServiceFailure, 'reason'>): ServiceFailure {
  const { status, code, message } = failure
  const reason = goneCodes.has(code) ? 'gone' : (reasons.get(status) ?? 'other')
  const subcode = /^\d{1,9}$/.test(code) ? Number(code) : undefined
  return { reason, ...failure, ...classificationOf({ code: status, subcode, message }) }
}

function lookUp(code = 0, subcode = 0): CodeMeaning | undefined {
  return (
    byCode.get(`${code}/${subcode}`) ??
    byCode.get(`*/${subcode}`) ??
    bySip.get(subcode - OUTBOUND) ??
    bySip.get(subcode - INBOUND) ??
    byCode.get(`${code}/*`)
  )
}

/** The table of codes as rows for the documents: code, cause, by. */
export const causeRows: readonly { readonly code: string; readonly cause: Cause; readonly by: EndedBy }[] = [
  ...byCode,
].map(([code, { cause, by }]) => ({ code, cause, by }))
