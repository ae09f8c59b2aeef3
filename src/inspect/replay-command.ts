/**
 * `rollcall replay`: steps a recorded trace again and prints the ladder.
 *
 * Rule: text from a trace is printed as text; control characters are escaped, so that they cannot control the terminal.
 * @module
 */
import { readArguments, UsageError } from '../command/arguments.ts'
import { optionLines } from '../command/help.ts'
import type { Participant } from '../participant/participant.ts'
import { paintFor, type CommandIo, type Tone } from './command-io.ts'
import { readTraceFile } from '../trace/trace-file.ts'
import { ladderOf, type Conclusion, type LadderRow } from '../trace/ladder.ts'
import { formatCount, formatDuration, nameOf, printable, shownName } from '../trace/labels.ts'
import { redactTrace } from '../trace/redaction.ts'
import { countUnknown, isRedactedThroughout, replay, startOf, type Frame, type Trace } from '../trace/trace.ts'

/** How the command is called. */
export const replayUsage = `rollcall replay TRACE.jsonl [--until WHEN] [--participant NAME] [--json]
                [--show-identities]`

/** Usage and the meaning of the options. */
export const replayHelp = `${replayUsage}

Steps a recorded trace again and prints each message, and what was concluded
from it.

${optionLines([
  ['--until WHEN', 'stop after a number of events, after seconds like 12.5s, or at a time like 2026-01-31T12:00:00Z'],
  ['--participant NAME', 'only the lines about one participant: a name, a key or an id, or the beginning of one'],
  ['--json', 'one JSON object per event: the event, its outcome, changes and effects'],
  ['--show-identities', 'show names, ids and phone numbers; redacted otherwise'],
  ['-h, --help', 'print this'],
])}

Example:
  rollcall replay trace.jsonl --until 18.6s --participant user-2`

/** Replays a trace. Resolves to the exit code. @throws UsageError, RollcallError TRACE_INVALID | TRACE_NEWER */
export async function runReplay(argv: readonly string[], io: CommandIo): Promise<number> {
  const {
    values,
    positionals: [path, ...more],
  } = readArguments({
    args: [...argv],
    allowPositionals: true,
    options: {
      until: { type: 'string' },
      participant: { type: 'string' },
      json: { type: 'boolean' },
      'show-identities': { type: 'boolean' },
    },
  })
  if (path === undefined || more.length > 0) throw new UsageError('expected one trace')
  const recorded = await readTraceFile(path)
  const trace = values['show-identities'] === true ? recorded : redactTrace(recorded)
  const frames = framesUntil(replay(trace), values.until)
  const participant =
    values.participant === undefined ? undefined : findParticipant(recorded, trace, values.participant)
  if (values.json === true) printJson(io, frames, participant)
  else printLadder(io, trace, frames, participant)
  return 0
}

function framesUntil(frames: readonly Frame[], until: string | undefined): readonly Frame[] {
  if (until === undefined) return frames
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(until)?.[1]
  const first = frames[0]?.event.at ?? 0
  if (seconds !== undefined) return upTo(frames, first + Number(seconds) * 1_000)
  if (/^\d+$/.test(until)) return frames.slice(0, Number(until))
  const time = Date.parse(until)
  if (Number.isNaN(time))
    throw new UsageError(
      `--until cannot be ${JSON.stringify(until)}: expected a number of events, seconds like 12.5s, or a time like 2026-01-31T12:00:00Z`,
    )
  return upTo(frames, time)
}

function upTo(frames: readonly Frame[], at: number): readonly Frame[] {
  const end = frames.findIndex(({ event }) => event.at > at)
  return end === -1 ? frames : frames.slice(0, end)
}

/** Every participant the trace ever had, by key, forgotten ones too. */
function allParticipants(frames: readonly Frame[]): ReadonlyMap<string, Participant> {
  const found = new Map<string, Participant>()
  for (const { changes } of frames)
    for (const change of changes) if (change.type === 'participant.changed') found.set(change.key, change.participant)
  return found
}

/** The participant named by its recorded or its shown names. The returned participant is the shown one. */
function findParticipant(recorded: Trace, shown: Trace, wanted: string): Participant {
  const participants = [...allParticipants(replay(shown)).values()]
  const asRecorded = recorded === shown ? participants : [...allParticipants(replay(recorded)).values()]
  const names = (participant: Participant): readonly (string | undefined)[] => [
    participant.key,
    participant.id,
    nameOf(participant.identity),
    ...Object.values(participant.identity).map((identity) => identity?.id),
  ]
  const isMeant =
    (test: (name: string) => boolean) =>
    (participant: Participant): boolean =>
      names(participant).some((name) => name !== undefined && test(name))
  const matching = (test: (name: string) => boolean): readonly Participant[] => {
    const ordinals = new Set([...participants, ...asRecorded].filter(isMeant(test)).map(({ ordinal }) => ordinal))
    return participants.filter(({ ordinal }) => ordinals.has(ordinal))
  }
  const exact = matching((name) => name === wanted)
  const found = exact.length > 0 ? exact : matching((name) => name.toLowerCase().startsWith(wanted.toLowerCase()))
  const [one, ...others] = found
  if (one !== undefined && others.length === 0) return one
  const choice = (found.length > 0 ? found : participants)
    .slice(0, 10)
    .map(({ key, identity }) => `${nameOf(identity)} (${key})`)
    .join(', ')
  throw new UsageError(
    `--participant ${JSON.stringify(wanted)} matches ${one === undefined ? 'no participant' : 'more than one participant'} of this trace; ${choice === '' ? 'it has none' : `it has ${choice}`}`,
  )
}

function printJson(io: CommandIo, frames: readonly Frame[], participant: Participant | undefined): void {
  for (const [index, { event, outcome, changes, effects }] of frames.entries()) {
    const isShown =
      participant === undefined ||
      changes.some((change) => 'key' in change && change.key === participant.key) ||
      ('key' in event && event.key === participant.key)
    if (isShown) io.stdout.write(`${JSON.stringify({ number: index + 1, event, outcome, changes, effects })}\n`)
  }
}

const COLUMNS = { number: 4, time: 10, arrow: 15, text: 44 } as const

function printLadder(
  io: CommandIo,
  trace: Trace,
  frames: readonly Frame[],
  participant: Participant | undefined,
): void {
  const paint = paintFor(io)
  const print = (line: string): void => void io.stdout.write(`${line.trimEnd()}\n`)
  const end = frames.at(-1)
  const isWhole = end === undefined || frames.length === trace.entries.filter((entry) => 'event' in entry).length
  const entries = isWhole ? trace.entries : trace.entries.slice(0, end.entry + 1)
  const numbers = new Map(frames.map((frame, index) => [frame.entry, index + 1]))
  print(
    paint(
      'title',
      `Call ${printable(trace.callId)}, ${formatCount(frames.length, 'event')}${isRedactedThroughout(trace) ? ', identities redacted' : ''}`,
    ),
  )
  const rows = ladderOf(entries, frames, startOf(trace))
  const first = rows[0]?.at ?? 0
  for (const row of rows) {
    // After a restart, the same pseudonym may be a different participant.
    const isBeginning = row.kind === 'note' && 'begun' in (trace.entries[row.entry] ?? {})
    if (participant !== undefined && !isBeginning && !row.about.includes(participant.key)) continue
    const number = row.kind === 'request' ? '' : String(numbers.get(row.entry) ?? '')
    const [arrow, tone] = directionText(row)
    const start = `${paint('quiet', `${number.padStart(COLUMNS.number)} ${formatDuration(row.at - first).padStart(COLUMNS.time)}`)}  ${paint(tone, arrow.padEnd(COLUMNS.arrow))} `
    const [conclusion, ...rest] =
      participant === undefined ? row.conclusions : row.conclusions.filter(({ key }) => key === participant.key)
    print(
      `${start}${printable(row.text).padEnd(COLUMNS.text)}  ${row.mark === undefined ? '' : paint(toneOfMark[row.mark.type], `${row.mark.type}: ${row.mark.text}  `)}${conclusion === undefined ? '' : conclusionText(conclusion, paint)}`,
    )
    for (const one of rest.slice(0, LISTED)) print(`${' '.repeat(INDENT)}${conclusionText(one, paint)}`)
    if (rest.length > LISTED)
      print(`${' '.repeat(INDENT)}${paint('quiet', `and ${formatCount(rest.length - LISTED, 'other')}`)}`)
  }
  printEnd(print, paint, trace, frames, participant)
}

/** How many conclusions of one event are listed. */
const LISTED = 8

const INDENT = COLUMNS.number + COLUMNS.time + COLUMNS.arrow + COLUMNS.text + 6

type Paint = ReturnType<typeof paintFor>

function printEnd(
  print: (line: string) => void,
  paint: Paint,
  trace: Trace,
  frames: readonly Frame[],
  wanted: Participant | undefined,
): void {
  const call = frames.at(-1)?.call
  if (call !== undefined) {
    print('')
    print(
      paint(
        'title',
        `The call is ${call.state}${call.ending === undefined ? '' : ` (${call.ending.cause} by ${call.ending.by})`}`,
      ),
    )
    const shown = [...call.participants.values()]
      .filter(({ key }) => wanted === undefined || key === wanted.key)
      .sort((one, other) => one.ordinal - other.ordinal)
    for (const { identity, key, state, removal, ending } of shown.slice(0, ROSTER_LINES)) {
      const phase = removal === undefined ? '' : `, removal ${removal}`
      print(
        `  ${shownName(identity).padEnd(22)} ${paint(toneOfState[state], state)}${ending === undefined ? phase : ` (${ending.cause} by ${ending.by})`}  ${paint('quiet', printable(key))}`,
      )
    }
    if (shown.length > ROSTER_LINES) print(paint('quiet', `  and ${formatCount(shown.length - ROSTER_LINES, 'other')}`))
  }
  const ignored = frames.filter(({ outcome }) => outcome.type === 'ignored').length
  const lost = trace.entries.filter((entry) => 'lost' in entry).length
  const unknown = countUnknown(trace)
  const counts = [
    ...(ignored > 0 ? [`${formatCount(ignored, 'event')} changed nothing`] : []),
    ...(lost > 0 ? [`${formatCount(lost, 'message')} lost`] : []),
    ...(unknown > 0 ? [`${formatCount(unknown, 'line')} of unknown shape skipped`] : []),
    ...(trace.isTorn === true ? ['an incomplete line skipped'] : []),
  ]
  if (counts.length > 0) print(paint('quiet', `  ${counts.join(', ')}`))
}

/** How many participants are listed at the end. */
const ROSTER_LINES = 40

const toneOfMark = { lost: 'bad', late: 'waiting', ignored: 'quiet', refused: 'bad', unconfirmed: 'waiting' } as const

const toneOfState = {
  invited: 'waiting',
  ringing: 'waiting',
  lobby: 'waiting',
  active: 'good',
  removed: 'bad',
  cancelled: 'bad',
} as const

function directionText({ direction, kind, mark }: LadderRow): readonly [string, Tone] {
  const isLost = mark?.type === 'lost'
  if (direction === 'toService') return [isLost ? 'bot ─✕ service' : 'bot ──▶ service', isLost ? 'bad' : 'out']
  if (direction === 'toBot') return [isLost ? 'bot ✕─ service' : 'bot ◀── service', isLost ? 'bad' : 'in']
  return [{ intent: 'application', time: 'clock', note: 'note' }[kind as 'intent' | 'time' | 'note'], 'plain']
}

function conclusionText(
  { name, from, to, removal, ending, note, isMove, isAnnounced }: Conclusion,
  paint: Paint,
): string {
  const move = from === to ? to : `${from === undefined ? '' : `${from} → `}${paint(toneOfState[to], to)}`
  const phase = ending === undefined && removal !== undefined ? `, removal ${removal}` : ''
  const end = ending === undefined ? '' : ` (${ending.cause} by ${ending.by})`
  const suffix = !isAnnounced && isMove && from !== to ? ', not announced' : ''
  return `${printable(name)} ${move}${phase}${end} ${paint('quiet', `· ${printable(note)}${suffix}`)}`
}
