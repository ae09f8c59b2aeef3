/**
 * Reports of failed runs: the history as a ladder, the belief beside the truth, and the trace.
 *
 * Rule: a report is made by playing the plan again; the same plan gives the same run.
 * @module
 */
import type { Call } from '../../call/model/call.ts'
import { encodeCall } from '../../call/codec/codec.ts'
import type { CallEvent } from '../../call/model/events.ts'
import { defaultCallOptions } from '../../call/model/options.ts'
import { describeEvent } from '../../trace/describe.ts'
import { writeTrace, type TraceEntry } from '../../trace/trace.ts'
import { isOpen, isPresent, type Participant } from '../../participant/participant.ts'
import type { PlayedBot } from '../histories/bot.ts'
import { people, type Action, type Plan } from '../histories/plan.ts'
import { playPlan, playFields, type PlayOptions } from '../histories/run-plan.ts'
import { callId, personOf, type TestEnvironment } from '../histories/test-environment.ts'
import type { Truth } from '../histories/truth.ts'
import { defaultSwitches, type Switches } from '../../simulator/graph/settings.ts'
import { options, readOptions } from '../../call/codec/options.ts'
import type { MonitoredStep } from '../step-monitors.ts'
import { changeWords } from './change-words.ts'
import { drawLadder } from './ladder.ts'
import { RunLog } from './run-log.ts'

/** The report of a run. */
export interface RunReport {
  /** Why the run failed, in a sentence; absent if it did not. */
  readonly wrong?: string | undefined
  /** The name of the expectation that does not hold, if the run failed for one. */
  readonly expectation?: string | undefined
  /** The plan that was played. */
  readonly plan: Plan
  /** The messages, the losses and the truth, as a ladder. */
  readonly ladder: string
  /** The belief about each person beside the truth. */
  readonly beliefs: string
  /** The history as `trace.jsonl`, for `rollcall replay` and the inspector: every event, or the messages to the bot. */
  readonly trace: string
}

const shape = options<Pick<PlayOptions, 'mode' | 'lane'>>({ mode: playFields.mode, lane: playFields.lane })

/** Plays a plan and records everything. @throws TypeError for an invalid option */
export async function reportRun(plan: Plan, given: Pick<PlayOptions, 'mode' | 'lane'>): Promise<RunReport> {
  const { mode, lane } = readOptions('reportRun', shape, given)
  const log = new RunLog()
  const entries: TraceEntry[] = []
  // For a bot without events: a trace of the messages it received.
  const told: TraceEntry[] = []
  const add = (entry: TraceEntry): void => {
    entries.push(entry)
    told.push(entry)
  }
  let latest: Call | undefined
  let end: { readonly truth: Truth; readonly bot: PlayedBot } | undefined
  const { wrong, expectation } = await playPlan(plan, {
    mode,
    lane,
    watcher: {
      said: (output, stage) => {
        log.said(output)
        const at = epochOf(stage) + output.at
        if (output.type === 'notification')
          for (const { event } of log.entries.at(-1)?.observations ?? [])
            told.push({ event: { ...event, at } as CallEvent })
        if (output.type === 'missed')
          for (const { event } of log.entries.at(-1)?.observations ?? []) add({ lost: event, at, direction: 'toBot' })
        if (output.type === 'lost' && !output.isExecuted)
          add({ lost: log.entries.at(-1)?.words, at, direction: 'toService' })
      },
      does: (action, stage) => noteAction(log, action, stage),
      sends: (words, stage) => log.sends(stage.now(), log.named(words)),
      steps: (seen, stage) => {
        if (latest !== undefined && latest !== seen.before)
          entries.push({ loaded: encodeCall(seen.before), at: seen.event.at })
        latest = seen.result.call
        entries.push({ event: seen.event })
        noteStep(log, seen, stage)
      },
      concludes: (words, stage) => log.add({ at: stage.now(), where: 'bot', words: log.named(words) }),
      takesOver: (stage) => noteRestart(log, stage),
      judges: (sentence, stage) => {
        log.add({ at: stage.now(), where: 'verdict', words: log.named(sentence) })
        add({ note: log.named(sentence), at: epochOf(stage) + stage.now() })
      },
      ends: (bot, stage) => {
        end = { bot, truth: stage.truth }
      },
    },
  })
  if (end === undefined) throw new Error('A run has no end.')
  const participants = (await end.bot.belief?.())?.participants
  return {
    ...(wrong === undefined ? {} : { wrong: log.named(wrong) }),
    ...(expectation === undefined ? {} : { expectation }),
    plan,
    ladder: drawLadder(log.entries),
    beliefs: drawBeliefs(end.truth, participants ?? (await end.bot.present()), (id) => log.nameOf(id)),
    trace: writeTrace({
      callId,
      options: latest?.options ?? defaultCallOptions,
      isRedacted: false,
      entries: latest === undefined ? told : entries,
    }),
  }
}

/** A report as one text. */
export function writeReport({ wrong, plan, ladder, beliefs }: RunReport): string {
  const { seed, switches, callees, faults } = plan
  const unusual = Object.entries(switches)
    .filter(([name, reading]) => defaultSwitches[name as keyof Switches] !== reading)
    .map((entry) => entry.join(': '))
  const asked = new Set(plan.actions.map(personOf))
  const called = people.flatMap((who, index) =>
    asked.has(who) ? [`  ${who}: ${JSON.stringify(callees[index] ?? { type: 'answer' })}`] : [],
  )
  return [
    ...(wrong === undefined ? [] : [wrong, '']),
    ladder,
    '',
    beliefs,
    '',
    [
      `world ${seed}`,
      ...unusual,
      ...(plan.areLobbiesPatient === true ? ['no person leaves a lobby on their own'] : []),
      ...(plan.isUnnamed === true ? ['the bot does not know its application id'] : []),
    ].join(', '),
    ...(called.length === 0 ? [] : ['when they are called:', ...called]),
    ...(faults.length === 0
      ? ['nothing goes wrong on the way']
      : ['what goes wrong:', ...faults.map((rule) => `  ${JSON.stringify(rule)}`)]),
  ].join('\n')
}

function epochOf({ service, now }: TestEnvironment): number {
  return service.clock.now() - now()
}

function noteAction(log: RunLog, action: Action, stage: TestEnvironment): void {
  const who = personOf(action)
  const at = stage.now()
  switch (action.does) {
    case 'invite':
      return log.add({ at, where: 'bot', words: `the application invites ${who}` })
    case 'inviteTwo':
      return log.add({
        at,
        where: 'bot',
        words: `the application invites ${who} and ${people[(action.who + 1) % people.length]}`,
      })
    case 'remove':
      return log.add({ at, where: 'bot', words: `the application removes ${who}` })
    case 'cancel':
      return log.add({ at, where: 'bot', words: `the application cancels the invitation of ${who}` })
    case 'mute':
      return log.add({ at, where: 'bot', words: `the application mutes ${who}` })
    case 'hangUp':
      return log.add({ at, where: 'bot', words: 'the application hangs up' })
    case 'restart':
      return noteRestart(log, stage)
    case 'crash':
      return log.add({ at, where: 'bot', words: 'the process dies and another takes over' })
    default:
  }
}

function noteRestart(log: RunLog, stage: TestEnvironment): void {
  log.add({ at: stage.now(), where: 'bot', words: 'the process ends and another takes over' })
}

const quietEvents: ReadonlySet<CallEvent['type']> = new Set([
  'invite.requested',
  'removal.requested',
  'cancel.requested',
  'mute.requested',
  'hangUp.requested',
  'host.resumed',
  'call.adopted',
  'call.bound',
])

function noteStep(log: RunLog, { event, result, before }: MonitoredStep, stage: TestEnvironment): void {
  const at = stage.now()
  const nameOfKey = (key: string): string => {
    const one = result.call.participants.get(key) ?? before.participants.get(key)
    return one === undefined ? key : nameOf(log, one)
  }
  if (event.type === 'deadline.passed') log.add({ at, where: 'bot', words: describeEvent(event, nameOfKey) })
  else if ('answer' in event && event.answer.verdict === 'unconfirmed')
    log.add({ at, where: 'bot', words: describeEvent(event, nameOfKey) })
  else if (result.outcome.type === 'ignored' && !quietEvents.has(event.type))
    log.add({ at, where: 'bot', words: `(ignored: ${result.outcome.reason})` })
  for (const words of changeWords(before, result, nameOfKey)) log.add({ at, where: 'bot', words })
}

function nameOf(log: RunLog, { id, participantId, identity, key }: Participant): string {
  const who = identity['user']?.id ?? key
  const named = [id, participantId]
    .map((known) => (known === undefined ? undefined : log.nameOf(known)))
    .find((name) => name?.startsWith(who))
  return named ?? who
}

function drawBeliefs(
  truth: Truth,
  believed: readonly Participant[] | ReadonlySet<string>,
  nameOfId: (id: string) => string,
): string {
  const rows = people.flatMap((who) => {
    const isSo = truthOf(truth, who, nameOfId)
    const isBelieved = beliefOf(believed, who, nameOfId)
    return isSo.length === 0 && isBelieved.length === 0
      ? []
      : [[who, isBelieved.join('; ') || 'nothing', isSo.join('; ') || 'was never there'] as const]
  })
  const width = Math.max(8, ...rows.map(([, belief]) => belief.length))
  return [
    `${'who'.padEnd(6)}${'believed'.padEnd(width)}  in truth`,
    ...rows.map(([who, belief, isSo]) => `${who.padEnd(6)}${belief.padEnd(width)}  ${isSo}`),
  ].join('\n')
}

function truthOf(truth: Truth, who: string, nameOfId: (id: string) => string): readonly string[] {
  const presences = [...truth.presences.values()]
    .filter((one) => one.who === who)
    .map(
      ({ id, isInLobby, end }) =>
        `${nameOfId(id)} ${end === undefined ? (isInLobby ? 'in the lobby' : 'in the call') : `gone at ${(end.at / 1_000).toFixed(2)} (${end.by})`}`,
    )
  const askings = [...truth.askings.values()]
    .filter(({ who: asked, end }) => asked === who && end?.by !== 'answered')
    .map(({ id, end }) => `${nameOfId(id)} ${end === undefined ? 'ringing' : `did not come (${end.by})`}`)
  return [...presences, ...askings]
}

function beliefOf(
  believed: readonly Participant[] | ReadonlySet<string>,
  who: string,
  nameOfId: (id: string) => string,
): readonly string[] {
  if (!isList(believed)) return believed.has(who) ? ['in the call'] : []
  return believed
    .filter(({ identity }) => identity['user']?.id === who)
    .map((one) => {
      const name = one.id === undefined ? '' : `${nameOfId(one.id)} `
      if (!isOpen(one)) return `${name}${one.state} (${one.ending?.cause} by ${one.ending?.by})`
      return `${name}${one.state}${one.removal === undefined ? '' : `, removal ${one.removal}`}${isPresent(one) && one.id === undefined ? ', id unknown' : ''}`
    })
}

function isList(believed: readonly Participant[] | ReadonlySet<string>): believed is readonly Participant[] {
  return Array.isArray(believed)
}
