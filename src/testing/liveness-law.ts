/**
 * The law of liveness: under fair delivery the call comes to rest, and every invitation ends in time.
 *
 * Rule 1: an invitation has its ring time — from the application, else from the options of the call — and the grace after
 * it. Random events pass deadlines late or not at all; an invitation whose ring time has lapsed has the grace left, from
 * the start of fair delivery.
 * Rule 2: a call without notifications finds out its state; a removal is proved however slow the roster is.
 * @module
 */
import fc from 'fast-check'
import type { Call } from '../call/model/call.ts'
import type { CallEvent, RosterEntry } from '../call/model/events.ts'
import { defaultCallOptions } from '../call/model/options.ts'
import { isPending, isPresent } from '../participant/participant.ts'
import { playChaos } from './random-events.ts'
import { demand, LawBroken } from './law-broken.ts'
import { histories } from './random-moves.ts'
import type { CallHarness } from './call-harness.ts'
import { demandFoundOut, demandProvedSlowly, silences, slowness } from './silence-law.ts'
import { bot } from './truth-model.ts'
import type { CallSystem } from './system.ts'

/**
 * `liveness`: no invitee is pending past the ring deadline and its grace, no removal is under way, nothing is left to
 * wait for.
 */
export const liveness = (system: CallSystem): fc.IProperty<unknown> =>
  fc.property(histories(), silences, slowness, (moves, silence, slowMs) => {
    const times = new RingTimes(system)
    const player = playChaos(times.system, moves)
    times.beFairFrom(player)
    let roster: readonly RosterEntry[] = [
      bot,
      ...[...player.call.participants.values()]
        .filter(isPresent)
        .map(({ id, participantId, ordinal, identity, isMuted, state }) => ({
          id: id ?? participantId ?? `named-${ordinal}`,
          identity,
          isMuted,
          isInLobby: state === 'lobby',
        })),
    ]
    const isAtRest = player.settle(
      () => roster,
      (participantId) => {
        roster = roster.filter(({ id }) => id !== participantId)
        return { verdict: 'done', value: undefined }
      },
    )
    demand(isAtRest, player, () => 'the call does not come to rest')
    for (const { key, state, removal } of player.call.participants.values()) {
      const isUnsettled =
        state === 'invited' ||
        state === 'ringing' ||
        removal === 'sent' ||
        removal === 'accepted' ||
        removal === 'crossed'
      demand(!isUnsettled, player, () => `${key} stays ${state}${removal === undefined ? '' : `, removal ${removal}`}`)
    }
    demandFoundOut(system, silence)
    demandProvedSlowly(system, slowMs)
  })

const { ringTimeoutMs, graceMs } = defaultCallOptions

/** Until when each invitee may be pending, by the options and the invites of the call. */
class RingTimes {
  /** The system under test, opened with known ring times, and monitored. */
  readonly system: CallSystem
  readonly #lastAt = new Map<string, number>()
  #player: CallHarness | undefined
  #fairFrom = Infinity

  constructor(system: CallSystem) {
    this.system = {
      open: (id, options) => system.open(id, { ...options, ringTimeoutMs, graceMs }),
      step: (call, event) => {
        this.#demandInTime(call, event)
        const result = system.step(call, event)
        this.#note(call, event, result.call)
        return result
      },
      encode: (call) => system.encode(call),
      decode: (value) => system.decode(value),
    }
  }

  /** From now on, messages arrive and deadlines pass in time. */
  beFairFrom(player: CallHarness): void {
    this.#player = player
    this.#fairFrom = player.at
  }

  #note(before: Call, event: CallEvent, after: Call): void {
    if (event.type !== 'invite.requested') return
    const lastAt = event.at + (event.ringTimeoutMs ?? ringTimeoutMs) + graceMs
    for (const key of after.participants.keys()) if (!before.participants.has(key)) this.#lastAt.set(key, lastAt)
  }

  #demandInTime(call: Call, event: CallEvent): void {
    if (this.#player === undefined) return
    for (const one of call.participants.values()) {
      const lastAt = Math.max(this.#lastAt.get(one.key) ?? -Infinity, this.#fairFrom + graceMs)
      if (!isPending(one) || event.at <= lastAt) continue
      throw new LawBroken(
        `${one.key} is still ${one.state} after the ring deadline and its grace: ${event.at - lastAt} ms late`,
        { history: [...this.#player.history, event] },
      )
    }
  }
}
