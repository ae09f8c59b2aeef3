/**
 * Silence and slowness, for the law of liveness: a call without notifications, and a service whose answers take longer
 * than any deadline.
 *
 * Rule: every request is answered eventually and truthfully. A call finds out its state without notifications, however
 * long the answers take.
 * @module
 */
import fc from 'fast-check'
import { isRequest } from '../call/model/effects.ts'
import type { CallState, RosterEntry } from '../call/model/events.ts'
import { isOpen } from '../participant/participant.ts'
import { demand } from './law-broken.ts'
import { CallHarness } from './call-harness.ts'
import { bot, type Message } from './truth-model.ts'
import type { CallSystem } from './system.ts'

/** A call without notifications after it has started. */
export interface Silence {
  /** The last state that was reported; without it the call was adopted. */
  readonly opening?: CallState | undefined
  readonly isOver: boolean
  /** How many answers are lost before one arrives. */
  readonly losses: number
  readonly isRestarted: boolean
}

const NOT_FOUND = {
  verdict: 'refused',
  failure: { reason: 'gone', status: 404, code: '404', message: 'no such call' },
} as const
const LOST = { verdict: 'unconfirmed', failure: { reason: 'other', code: 'timeout', message: 'no answer' } } as const

/** 45 minutes: a keepAlive finds out within this time, and so must any other call. */
const FOUND_OUT_WITHIN_MS = 45 * 60_000

/** A removal needs at most this many fetches of the roster if nothing is lost: one, or a second after an early one. */
const LOOKS = 2

/** Calls without notifications. */
export const silences: fc.Arbitrary<Silence> = fc.record({
  opening: fc.constantFrom<CallState | undefined>(undefined, 'incoming', 'ringing', 'redirecting', 'establishing'),
  isOver: fc.boolean(),
  losses: fc.nat(2),
  isRestarted: fc.boolean(),
})

/** How long the service takes to answer a fetch of the roster. */
export const slowness: fc.Arbitrary<number> = fc.constantFrom(0, 500, 9_999, 10_000, 11_000, 45_000, 119_000)

/** Checks that the call finds out that it is established, or over. */
export function demandFoundOut(system: CallSystem, { opening, isOver, losses, isRestarted }: Silence): void {
  const player = new CallHarness(system)
  player.tell(opening === undefined ? { type: 'call.adopted' } : { type: 'call.reported', state: opening })
  if (isRestarted) player.tell({ type: 'host.resumed' })
  const until = player.at + FOUND_OUT_WITHIN_MS
  let toLose = losses
  const isFoundOut = (): boolean => player.call.state === (isOver ? 'terminated' : 'established')
  while (!isFoundOut()) {
    const effect = player.open.shift()
    if (effect !== undefined) {
      const isLost = toLose > 0 && effect.type !== 'roster.fetch'
      if (isLost) toLose -= 1
      const failed = isLost ? LOST : isOver ? NOT_FOUND : undefined
      if (effect.type === 'call.fetch')
        player.tell({ type: 'call.fetched', answer: failed ?? { verdict: 'done', value: { state: 'established' } } })
      else if (effect.type === 'call.keepAlive')
        player.tell({ type: 'keepAlive.answered', answer: failed ?? { verdict: 'done', value: undefined } })
      else if (effect.type === 'roster.fetch')
        player.tell({ type: 'roster.fetched', fetch: effect.fetch, answer: LOST })
      continue
    }
    const next = nextDeadline(player)
    demand(
      next !== undefined && next[1] <= until,
      player,
      () =>
        `a call that was ${opening ?? 'adopted'} is ${isOver ? 'over' : 'established'}, and ${FOUND_OUT_WITHIN_MS / 60_000} minutes later believed to be ${player.call.state}`,
    )
    if (next !== undefined) pass(player, next)
  }
}

/** Checks that a removal without notifications is proved by a roster that takes this long. */
export function demandProvedSlowly(system: CallSystem, slowMs: number): void {
  const player = new CallHarness(system)
  const ann: RosterEntry = { id: 'ann-1', identity: { user: { id: 'ann' } }, isInLobby: false, isMuted: false }
  const tell = (message: Message): readonly number[] =>
    player
      .tell(message)
      .effects.filter(isRequest)
      .flatMap((effect) => (effect.type === 'roster.fetch' ? [effect.fetch] : []))
  player.tell({ type: 'call.reported', state: 'established', myParticipantId: bot.id })
  player.tell({ type: 'roster.reported', kind: 'full', entries: [bot, ann] })
  player.at += 60_000
  const key = [...player.call.participants.keys()][0] ?? ''
  player.tell({ type: 'removal.requested', key })
  player.tell({ type: 'removal.answered', key, attempt: 1, answer: { verdict: 'done', value: undefined } })
  const onTheWay: { readonly fetch: number; readonly at: number }[] = []
  let looks = 0
  const until = player.at + FOUND_OUT_WITHIN_MS
  for (
    let one = player.call.participants.get(key);
    one !== undefined && isOpen(one);
    one = player.call.participants.get(key)
  ) {
    const deadline = nextDeadline(player)
    const [answer] = onTheWay
    const isAnswered = answer !== undefined && (deadline === undefined || answer.at <= deadline[1])
    const at = isAnswered ? answer.at : deadline?.[1]
    demand(
      at !== undefined && at <= until && looks <= LOOKS,
      player,
      () => `a removal is not proved, after ${looks} looks at the roster that took ${slowMs} ms each`,
    )
    if (at === undefined) return
    player.at = Math.max(player.at, at)
    if (isAnswered) onTheWay.shift()
    const asked = isAnswered
      ? tell({ type: 'roster.fetched', fetch: answer.fetch, answer: { verdict: 'done', value: { entries: [bot] } } })
      : tell({ type: 'deadline.passed', deadline: deadline?.[0] ?? '' })
    for (const fetch of asked) onTheWay.push({ fetch, at: player.at + slowMs })
    looks += asked.length
  }
}

function nextDeadline({ call }: CallHarness): readonly [name: string, at: number] | undefined {
  return [...call.deadlines].sort((one, other) => one[1] - other[1] || (one[0] < other[0] ? -1 : 1))[0]
}

function pass(player: CallHarness, [deadline, at]: readonly [string, number]): void {
  player.at = Math.max(player.at, at)
  player.tell({ type: 'deadline.passed', deadline })
}
