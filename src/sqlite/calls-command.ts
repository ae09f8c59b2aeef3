/**
 * `rollcall calls`: lists the calls of a store file on the command line.
 *
 * Rule 1: a wrong argument prints one sentence and exits with code 2; an unreadable file prints one sentence and exits
 * with code 1. Neither prints a stack trace.
 * Rule 2: the output has ids of calls and counts of participants, and no identities.
 * @module
 */
import { isRollcallError } from '../call/model/errors.ts'
import { readArguments, USAGE_EXIT_CODE, usageSentence, UsageError } from '../command/arguments.ts'
import { optionLines } from '../command/help.ts'
import { listStoredCalls, type StoredCallSummary } from './listing.ts'
import { LockQueue } from './lock.ts'

/** How long to retry while another process has locked the file, in milliseconds: the default of a store. */
const PATIENCE_MS = 1_000

/** The output of a command, line by line. */
export interface CallsOutput {
  readonly out: (line: string) => void
  readonly err: (line: string) => void
}

/** The command's usage line. */
export const callsUsage = 'rollcall calls FILE [--json] [--open]'

/** The command's help text. */
export const callsHelp = `${callsUsage}

Lists the calls in a file of rollcall/sqlite, open ones first. Safe while a bot
is running.

${optionLines([
  ['--json', 'one JSON object per line'],
  ['--open', 'only calls that have not ended'],
  ['-h, --help', 'print this'],
])}

Example:
  rollcall calls calls.db --open`

/** Runs the command with the arguments after its name. Resolves to the exit code. */
export async function runCalls(args: readonly string[], { out, err }: CallsOutput): Promise<number> {
  let plan: CallsPlan
  try {
    plan = planOf(args)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    err(usageSentence('rollcall calls', error))
    return USAGE_EXIT_CODE
  }
  if (plan.isHelp) {
    out(callsHelp)
    return 0
  }
  try {
    const stored = await new LockQueue({ patienceMs: PATIENCE_MS }).run(() => listStoredCalls(plan.path))
    const calls = stored.filter(({ endedAt }) => !plan.isOpenOnly || endedAt === undefined)
    for (const line of plan.isJson ? calls.map(jsonLine) : table(calls)) out(line)
    return 0
  } catch (error) {
    if (!isRollcallError(error)) throw error
    err(`rollcall calls: ${error.message}`)
    return 1
  }
}

interface CallsPlan {
  readonly path: string
  readonly isJson: boolean
  readonly isOpenOnly: boolean
  readonly isHelp: boolean
}

/** Reads the arguments. @throws UsageError */
function planOf(args: readonly string[]): CallsPlan {
  const { values, positionals } = readArguments({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean' }, open: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  })
  const [path = ''] = positionals
  const isHelp = values.help ?? false
  if (!isHelp && positionals.length !== 1) throw new UsageError('expected one file')
  return { path, isHelp, isJson: values.json ?? false, isOpenOnly: values.open ?? false }
}

function jsonLine({ participants, ...call }: StoredCallSummary): string {
  return JSON.stringify({ ...call, participants: Object.fromEntries(participants) })
}

function table(calls: readonly StoredCallSummary[]): readonly string[] {
  if (calls.length === 0) return ['no calls']
  const rows = [
    ['call', 'state', 'participants', 'requests', 'next deadline', 'ended'],
    ...calls.map(({ callId, state, participants, outbox, nextDeadlineAt, endedAt }) => [
      callId.replace(/\p{Control}/gu, '?'),
      state,
      [...participants].map(([name, count]) => `${count} ${name}`).join(', ') || 'none',
      String(outbox),
      time(nextDeadlineAt),
      time(endedAt),
    ]),
  ]
  const widths = (rows[0] as readonly string[]).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** An ISO date; the plain number for a time beyond the range of `Date`. */
function time(at: number | undefined): string {
  if (at === undefined) return '-'
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString()
}
