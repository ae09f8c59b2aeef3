/**
 * Counterexamples: the moves that led to a violation, repeated and shown as a ladder, as a table of belief and truth,
 * and as a trace.
 * @module
 */
import type { Call } from '../../../src/call/model/call.ts'
import { isRequest } from '../../../src/call/model/effects.ts'
import type { CallEvent } from '../../../src/call/model/events.ts'
import { nameOf } from '../../../src/trace/labels.ts'
import { writeTrace, type TraceEntry } from '../../../src/trace/trace.ts'
import { describeEvent, describeReason, describeRequest } from '../../../src/trace/describe.ts'
import { isOpen, type Participant } from '../../../src/participant/participant.ts'
import { changeWords } from '../../../src/testing/report/change-words.ts'
import { drawLadder } from '../../../src/testing/report/ladder.ts'
import type { LogEntry } from '../../../src/testing/report/run-log.ts'
import type { CallSystem } from '../../../src/testing/system.ts'
import type { MonitoredStep } from '../../../src/testing/step-monitors.ts'
import type { Violation } from './exploration.ts'
import type { Finding } from './explorer.ts'
import { beginWorld } from './bot.ts'
import { branches } from './moves.ts'
import { checkEnd } from './oracle.ts'
import { BEGINNING, ringingOf, type ExploredPerson, type Scope, type Visit, type ExploredWorld } from './world.ts'

/** Repeats the moves of a finding and records everything. */
export function describeCounterexample(
  scope: Scope,
  system: CallSystem,
  { what, moves, isEnd }: Finding,
): Omit<Violation, 'what'> {
  const notes = new Notes(system)
  let world = beginWorld(notes.system, scope)
  const history: string[] = []
  for (const move of moves) {
    const branch = branches(notes.system, scope, world)[move]
    if (branch === undefined)
      throw new TypeError('The system took other steps the second time: it is not deterministic.')
    history.push(branch.label)
    const at = world.now
    if (branch.line !== undefined) notes.log.push({ at: at - BEGINNING, ...branch.line })
    if (branch.line?.isLost === true)
      notes.entries.push(
        branch.lost === undefined
          ? { lost: branch.line.words, at, direction: 'toService' }
          : { lost: branch.lost, at, direction: 'toBot' },
      )
    world = branch.take()
  }
  if (isEnd) {
    notes.log.push({ at: world.now - BEGINNING, where: 'world', words: 'everything comes to rest' })
    world = checkEnd(notes.system, scope, world).world
  }
  const at = Math.max(world.now, notes.at)
  notes.log.push({ at: at - BEGINNING, where: 'verdict', words: what })
  notes.entries.push({ note: what, at })
  const call = notes.call ?? world.call
  const ladder = drawLadder(notes.log)
  const beliefs = drawBeliefs(world, call)
  const trace = writeTrace({ callId: call.id, options: call.options, isRedacted: false, entries: notes.entries })
  return { history, ladder, beliefs, trace, report: writeReport(scope, what, history, ladder, beliefs) }
}

function writeReport(
  { name }: Scope,
  what: string,
  history: readonly string[],
  ladder: string,
  beliefs: string,
): string {
  const moves =
    history.length === 0
      ? ['before any move']
      : [
          `after ${history.length} ${history.length === 1 ? 'move' : 'moves'}, the fewest that lead there:`,
          ...history.map((move, place) => `  ${place + 1}. ${move}`),
        ]
  return [what, '', `in the small world "${name}"`, ...moves, '', ladder, '', beliefs].join('\n')
}

/** Records the events and requests of a system. */
class Notes {
  readonly log: LogEntry[] = []
  readonly entries: TraceEntry[] = []
  readonly system: CallSystem
  call: Call | undefined
  at = 0

  constructor(system: CallSystem) {
    this.system = {
      open: (id, options) => system.open(id, options),
      encode: (call) => system.encode(call),
      step: (call, event) => {
        this.at = event.at
        this.entries.push({ event })
        // A request of the application is a move, and is drawn as one.
        if (!event.type.endsWith('.requested')) this.log.push(this.#told(call, event))
        const result = system.step(call, event)
        this.call = result.call
        this.#took({ before: call, event, result })
        return result
      },
      decode: (value) => {
        this.call = system.decode(value)
        this.entries.push({ loaded: value, at: this.at })
        return this.call
      },
    }
  }

  #told(call: Call, event: CallEvent): LogEntry {
    const words = describeEvent(event, whoIn(call), 'bot')
    const isInner = event.type === 'deadline.passed' || event.type === 'host.resumed'
    const isUnanswered = 'answer' in event && event.answer.verdict === 'unconfirmed'
    return { at: event.at - BEGINNING, where: isInner || isUnanswered ? 'bot' : 'toBot', words }
  }

  #took({ before, event, result }: MonitoredStep): void {
    const at = event.at - BEGINNING
    const who = whoIn(result.call)
    if (result.outcome.type === 'ignored')
      this.log.push({ at, where: 'bot', words: `(ignored: ${describeReason(result.outcome.reason)})` })
    for (const words of changeWords(before, result, who)) this.log.push({ at, where: 'bot', words })
    for (const effect of result.effects) {
      if (!isRequest(effect)) continue
      this.log.push({ at, where: 'toService', words: describeRequest(effect, who) })
      this.entries.push({ sent: effect, at: event.at })
    }
  }
}

function whoIn({ participants }: Call): (key: string) => string {
  return (key) => {
    const one = participants.get(key)
    return one === undefined ? key : `${nameOf(one.identity)}${one.id === undefined ? '' : ` ${one.id}`}`
  }
}

function drawBeliefs(world: ExploredWorld, { participants }: Call): string {
  const rows = world.people.map(
    (person, who) =>
      [
        `person ${who}`,
        [...participants.values()]
          .filter(({ identity }) => identity['user']?.id === `user-${who}`)
          .map(believedOf)
          .join('; ') || 'nothing',
        trulyOf(world, person, who) || 'was never there',
      ] as const,
  )
  const width = Math.max(8, ...rows.map(([, belief]) => belief.length))
  return [
    `${'who'.padEnd(10)}${'believed'.padEnd(width)}  in truth`,
    ...rows.map(([who, belief, truth]) => `${who.padEnd(10)}${belief.padEnd(width)}  ${truth}`),
  ].join('\n')
}

function believedOf(one: Participant): string {
  const name = one.id ?? one.key
  if (!isOpen(one)) return `${name} ${one.state} (${one.ending?.cause} by ${one.ending?.by})`
  return `${name} ${one.state}${one.removal === undefined ? '' : `, removal ${one.removal}`}`
}

const exits: { readonly [E in Visit['exit']]: string } = {
  left: 'left',
  removed: 'was removed',
  callEnded: 'was there when the call ended',
}

function trulyOf(world: ExploredWorld, { ids, isInLobby, isLeaving, visits }: ExploredPerson, who: number): string {
  const phones = world.askings
    .filter((asking) => asking.who === who && asking.phone !== 'answered' && asking !== ringingOf(world, who))
    .map(({ invitation, phone }) => `${invitation} ${phone === 'none' ? 'did not ring' : phone}`)
  const isRinging = ringingOf(world, who)
  return [
    ...phones,
    ...visits.map((visit) => `${visit.ids.join(', then ')} ${exits[visit.exit]}`),
    ...(isRinging === undefined ? [] : [`${isRinging.invitation} rings`]),
    ...(ids.length === 0
      ? []
      : [`${ids.join(', now ')} in the ${isInLobby ? 'lobby' : 'call'}${isLeaving ? ', about to be removed' : ''}`]),
  ].join('; ')
}
