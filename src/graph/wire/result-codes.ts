/**
 * Result codes: the meaning of Graph's codes and messages. All code behind this edge uses the classification made here,
 * never a status, a code or a message.
 *
 * Rule 1: a `DiagCode: c#s` in the message is more specific than code and subcode and wins (observed in results).
 * Rule 2: code 200 does not mean answered.
 * Rule 3: an unmapped code is `failed` when it is an error and `unknown` otherwise, and marked as unclassified: it is
 * counted, never guessed.
 * Rule 4: "gone" is 404. Subcodes with that meaning count as 404, whatever their status.
 * @module
 */
import type { Removed, ServiceFailure } from '../../call/model/events.ts'
import type { Cause, Classification, EndedBy, FailureReason, ResultInfo } from '../../participant/participant.ts'

/** The meaning of a code: the cause, who caused it, and whether the table has the code. */
export interface CodeMeaning {
  readonly cause: Cause
  readonly by: EndedBy
  readonly isMapped: boolean
}

type Row<C> = readonly [cause: Cause, by: EndedBy, ...codes: C[]]

/**
 * `code/subcode`, with `*` for any. Sources: the official call termination table, the codes of the sibling service
 * Azure Communication Services (same code space), and results in public threads.
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

/** The meaning of an operator's SIP answer (RFC 3261 section 21); every 5xx is a server failure. */
const sipTable: readonly Row<number>[] = [
  ['declined', 'remote', 603],
  ['busy', 'remote', 486, 600],
  ['noAnswer', 'remote', 408, 480],
  ['cancelled', 'service', 487],
  ['forbidden', 'service', 403],
  ['unreachable', 'remote', 404, 410, 484],
  ['failed', 'service', ...Array.from({ length: 100 }, (_, index) => 500 + index)],
]

/** The base of PSTN subcodes, by the direction of the call; the SIP answer is added to it. */
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

/** The lowest code that counts as an error. */
const FIRST_ERROR = 300

/** Classifies a result of the service. Total: an unknown code has a result too, with `isMapped` false. */
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

/** The result with its classification; unchanged without a code and a diagnosis. */
export function readResult(result: ResultInfo): ResultInfo {
  const invitee = result.message?.match(namedParticipant)?.[1]
  return { ...result, ...classificationOf(result), ...(invitee === undefined ? {} : { invitee }) }
}

/** Observed: "addParticipants failed for participant 4:+61…." — the ids are prefixed by their kind. */
const namedParticipant = /failed for participant (?:\d+:(?:orgid:)?)?(\S+?)\.?(?:\s|$)/

function classificationOf(result: ResultInfo): Classification {
  const { cause, by, isMapped } = classifyResult(result)
  if (isMapped) return { cause, by }
  return (result.code ?? result.subcode) === undefined ? {} : { cause, by, isUnclassified: true }
}

/** The causes of a departure that a reason can distinguish. */
const departures: ReadonlySet<Cause> = new Set(['left', 'removed', 'lobbyTimeout'])

/** The details of a departure, classified by the diagnosis in its reason. */
export function readRemoved(reason: string | undefined): Removed {
  if (reason === undefined) return {}
  const { cause, by, isMapped } = classifyResult({ message: reason })
  return isMapped && departures.has(cause) ? { reason, cause, by } : { reason }
}

/** Not found, call terminated, call doesn't exist, participant not present. */
const goneCodes: ReadonlySet<string> = new Set(['8522', '8528', '8543', '8558'])

const GONE = 404

/** The reason of each status. 409, 412 (precondition failed) and 429 are temporary. */
const reasons: ReadonlyMap<number | undefined, FailureReason> = new Map([
  [GONE, 'gone'],
  [403, 'forbidden'],
  [409, 'conflict'],
  [412, 'conflict'],
  [429, 'throttled'],
])

/** The effective status of an answer (rule 4). */
export function effectiveStatus(status: number, code: string): number {
  return goneCodes.has(code) ? GONE : status
}

/** The failure with its classification: the reason, and the meaning for the invitees of an invite. */
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
