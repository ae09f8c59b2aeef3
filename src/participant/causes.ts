/**
 * Causes: what a result code of the service means for the story of one participant.
 *
 * Rule 1: a `DiagCode: c#s` in the message is more specific than code and subcode and wins (FACTS 5.5).
 * Rule 2: code 200 does not mean answered.
 * Rule 3: an unmapped code is `failed` when it is an error and `unknown` otherwise — counted, never guessed.
 * @module
 */
import type { Cause, EndedBy, ResultInfo } from './participant.ts'

/** What a result says: the cause, who brought it about, and whether the table knew the code. */
export interface Classification {
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

const byCode = classified(table)
const bySip = classified(sipTable)

function classified<C>(rows: readonly Row<C>[]): ReadonlyMap<C, Classification> {
  return new Map(
    rows.flatMap(([cause, by, ...codes]) => codes.map((code) => [code, { cause, by, isMapped: true }] as const)),
  )
}

const diagnosis = /DiagCode: (\d{1,9})#(\d{1,9})/

/** First code that counts as an error; below it a result says nothing of failure. */
const FIRST_ERROR = 300

/** Classifies a result of the service. Total: an unknown code is answered too, with `isMapped` false. */
export function classifyResult(result: ResultInfo): Classification {
  const found = result.message?.match(diagnosis)
  const diagnosed = found && lookUp(Number(found[1]), Number(found[2]))
  if (diagnosed) return diagnosed
  const plain = lookUp(result.code, result.subcode)
  if (plain) return plain
  return (result.code ?? 0) >= FIRST_ERROR
    ? { cause: 'failed', by: 'service', isMapped: false }
    : { cause: 'unknown', by: 'unknown', isMapped: false }
}

/** The ways a presence ends that a reason can tell apart. */
const departures: ReadonlySet<Cause> = new Set(['left', 'removed', 'lobbyTimeout'])

/** What the service says of a departure in its own words: known when they hold a diagnosis of one. */
export function classifyReason(reason: string | undefined): Pick<Classification, 'cause' | 'by'> | undefined {
  const { cause, by, isMapped } = classifyResult({ message: reason })
  return isMapped && departures.has(cause) ? { cause, by } : undefined
}

/** True for a result that says how a presence in the lobby ended: denied, or waited too long. */
export function isLobbyEnding({ cause, by }: Pick<Classification, 'cause' | 'by'>): boolean {
  return cause === 'lobbyTimeout' || (cause === 'removed' && by === 'remote')
}

function lookUp(code = 0, subcode = 0): Classification | undefined {
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
