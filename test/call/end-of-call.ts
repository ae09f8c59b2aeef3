/**
 * The result of a call in the words of the fixtures: everything by which an application can distinguish two results.
 *
 * Rule: the words are those of the files, which are never rewritten. Names of later versions are translated to them
 * here.
 * @module
 */
import type { Call } from '../../src/call/model/call.ts'
import type { Ending, Participant } from '../../src/participant/participant.ts'

/** An ending as the fixtures have it; fields that are not said are absent. */
type EndingWords = Pick<Ending, 'cause' | 'by' | 'code' | 'subcode'>

/** A participant as the fixtures have them. */
interface ParticipantEnd {
  readonly state: string
  readonly removal?: string
  readonly ending?: EndingWords
  readonly lobbyEnding?: EndingWords
  /** `status` is the HTTP status of the answer, `code` the service's own. */
  readonly refusal?: { readonly status?: number; readonly code: string }
}

/** A call as the fixtures have it. Times are milliseconds since the epoch. */
export interface CallEnd {
  readonly callId: string
  readonly state: string
  readonly ending?: EndingWords
  /** How many result codes were not known. */
  readonly unclassified: number
  readonly deadlines: Readonly<Record<string, number>>
  readonly participants: Readonly<Record<string, ParticipantEnd>>
}

/** What the call came to; `everyone` may name participants that it has forgotten since. */
export function endOfCall(call: Call, everyone: Iterable<Participant> = call.participants.values()): CallEnd {
  return {
    callId: call.id,
    state: call.state,
    ...endingOf('ending', call.ending),
    unclassified: call.counters.unclassified,
    deadlines: Object.fromEntries(call.deadlines),
    participants: Object.fromEntries([...everyone].map((participant) => [participant.key, endOf(participant)])),
  }
}

function endOf({ state, removal, ending, lobbyEnding, refusal }: Participant): ParticipantEnd {
  return {
    state,
    ...(removal === undefined ? {} : { removal }),
    ...endingOf('ending', ending),
    ...endingOf('lobbyEnding', lobbyEnding),
    ...(refusal === undefined
      ? {}
      : { refusal: { ...(refusal.status === undefined ? {} : { status: refusal.status }), code: refusal.code } }),
  }
}

function endingOf<N extends string>(name: N, ending: Ending | undefined): { readonly [F in N]?: EndingWords } {
  if (ending === undefined) return {}
  const { cause, by, code, subcode } = ending
  const words = { cause, by, ...(code === undefined ? {} : { code }), ...(subcode === undefined ? {} : { subcode }) }
  return { [name]: words } as { readonly [F in N]?: EndingWords }
}
