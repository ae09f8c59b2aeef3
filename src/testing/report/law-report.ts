/**
 * The report of a broken law: the smallest history that breaks it, as a ladder and as a trace.
 *
 * Rule: the system that broke the law steps the history again; the result is shown as it is.
 * @module
 */
import type { Call, Change } from '../../call/model/call.ts'
import { isRequest } from '../../call/model/effects.ts'
import type { CallEvent } from '../../call/model/events.ts'
import { defaultCallOptions } from '../../call/model/options.ts'
import { writeTrace } from '../../trace/trace.ts'
import { describeEvent, describeRequest } from '../../trace/describe.ts'
import type { CallSystem } from '../system.ts'
import { drawLadder } from './ladder.ts'
import type { LogEntry } from './run-log.ts'

/** How many events are shown: a call that does not come to rest never ends. */
const SHOWN_EVENTS = 60

/** The id of the call that every law opens. */
const CALL = 'call'

/** A history as `trace.jsonl`, with the violation at its end. */
export function traceHistory(system: CallSystem, history: readonly CallEvent[], wrong: string): string {
  // The broken law may be that the call cannot be opened.
  const options = (system.open(CALL) as Call | undefined)?.options ?? defaultCallOptions
  const at = history.at(-1)?.at ?? 0
  return writeTrace({
    callId: CALL,
    options,
    isRedacted: false,
    entries: [...history.map((event) => ({ event })), { note: wrong, at }],
  })
}

/** A history as a ladder, with the violation at its end. */
export function drawHistory(system: CallSystem, history: readonly CallEvent[], wrong: string): string {
  const began = history[0]?.at ?? 0
  const entries: LogEntry[] = []
  let call = system.open(CALL)
  const who = (key: string): string => call.participants.get(key)?.identity['user']?.id ?? key
  for (const event of history.slice(0, SHOWN_EVENTS)) {
    const at = event.at - began
    entries.push({ at, where: isFromService(event) ? 'toBot' : 'bot', words: describeEvent(event, who) })
    try {
      const { call: next, changes, effects } = system.step(call, event)
      call = next
      entries.push(
        ...changes
          .flatMap((change) => changeWords(change, who))
          .map((words): LogEntry => ({ at, where: 'bot', words })),
      )
      entries.push(
        ...effects
          .filter(isRequest)
          .map((effect): LogEntry => ({ at, where: 'toService', words: describeRequest(effect, who) })),
      )
    } catch (error) {
      entries.push({ at, where: 'bot', words: `(it throws ${String(error)})` })
    }
  }
  const at = (history.slice(0, SHOWN_EVENTS).at(-1)?.at ?? began) - began
  if (history.length > SHOWN_EVENTS)
    entries.push({ at, where: 'bot', words: `… and ${history.length - SHOWN_EVENTS} more` })
  return drawLadder([...entries, { at, where: 'verdict', words: wrong }])
}

function isFromService({ type }: CallEvent): boolean {
  return /\.(?:answered|fetched|reported|unrecognised)$/.test(type)
}

function changeWords(change: Change, who: (key: string) => string): readonly string[] {
  if (change.type === 'call.changed') return [`the call: ${change.from} → ${change.to}`]
  if (change.type === 'participant.forgotten') return [`${who(change.key)}: forgotten`]
  const {
    key,
    from,
    to,
    ending,
    participant: { removal },
  } = change
  if (from === to && removal === undefined) return []
  return [
    `${who(key)}: ${from === undefined || from === to ? '' : `${from} → `}${to}${ending !== undefined ? ` (${ending.cause} by ${ending.by})` : removal === undefined ? '' : `, removal ${removal}`}`,
  ]
}
