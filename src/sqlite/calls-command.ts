/**
 * `rollcall calls`: what a store file holds, from the command line.
 *
 * Rule 1: a mistake of whoever typed is one sentence and exit code 2; a file that cannot be read is one sentence and
 * exit code 1. Neither is a stack trace.
 * Rule 2: calls are named, and participants counted; who they are is not said.
 * @module
 */
import { parseArgs } from 'node:util'
import { isRollcallError } from '../call/model/errors.ts'
import { listStoredCalls, type StoredCallSummary } from './listing.ts'
import { LockQueue } from './lock.ts'

/** How long a file that another process holds is asked again, milliseconds: as long as a store waits unless told otherwise. */
const PATIENCE_MS = 1_000

/** Where a command writes, line by line. */
export interface CallsOutput {
  readonly out: (line: string) => void
  readonly err: (line: string) => void
}

/** How the command is used. */
export const callsUsage = 'rollcall calls FILE [--json] [--open]'

/** What the options mean. */
export const callsHelp = `${callsUsage}

Lists the calls in a file of rollcall/sqlite, open ones first. A running bot is not disturbed.

  --json   one JSON object a line
  --open   only calls that have not ended`

/** Runs the command with the arguments after its name. Resolves to the exit code. */
export async function runCalls(args: readonly string[], { out, err }: CallsOutput): Promise<number> {
  const plan = readArguments(args)
  if (typeof plan === 'string') {
    err(`rollcall calls: ${plan}; ${callsUsage}`)
    return 2
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

/** What was asked for, or what is wrong with it. */
function readArguments(args: readonly string[]): CallsPlan | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: 'boolean' }, open: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    })
    const [path = ''] = positionals
    const isHelp = values.help ?? false
    if (!isHelp && positionals.length !== 1) return 'expected one file'
    return { path, isHelp, isJson: values.json ?? false, isOpenOnly: values.open ?? false }
  } catch (error) {
    return error instanceof Error ? error.message.replace(/\. .*$/s, '') : 'cannot be understood'
  }
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

/** As a date; a time that no date can hold, as the number it is. */
function time(at: number | undefined): string {
  if (at === undefined) return '-'
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString()
}
