/**
 * Messages for tests that play evidence in every order, and the check that all orders have the same end.
 * @module
 */
import { expect } from 'vitest'
import type { RosterEntry } from '../../src/call/model/events.ts'
import { bot, done, user } from './script.ts'
import { ordersOf, play, type Situation } from './orders.ts'

/** A piece of evidence. */
export type Message = Situation['evidence'][number]

/** By participant, how each may end. */
export type Fates = Readonly<Record<string, readonly string[]>>

export const invite = (...names: readonly string[]): Message => ({
  type: 'invite.requested',
  invitation: 'i',
  invitees: names.map((name) => ({ identity: user(name) })),
})

export const remove = (key: string): Message => ({ type: 'removal.requested', key })

export const full = (...entries: readonly RosterEntry[]): Message => ({
  type: 'roster.reported',
  kind: 'full',
  entries: [bot, ...entries],
})

export const delta = (sequence: number, ...entries: readonly RosterEntry[]): Message => ({
  type: 'roster.reported',
  kind: 'delta',
  sequence,
  entries,
})

export const answer = (key: string, verdict = done): Message => ({
  type: 'removal.answered',
  key,
  attempt: 1,
  answer: verdict,
})

export const completed: Message = {
  type: 'operation.reported',
  clientContext: 'i',
  operationId: 'op',
  status: 'completed',
}

export function taken(ids: Readonly<Record<string, string | undefined>> = {}): Message {
  const participants = Object.entries(ids).map(([name, participantId]) => ({ identity: user(name), participantId }))
  return {
    type: 'invite.answered',
    invitation: 'i',
    answer: { verdict: 'done', value: { operationId: 'op', status: 'running', participants } },
  }
}

export function failed(code: number, subcode: number, clientContext: string | undefined = 'i'): Message {
  return { type: 'operation.reported', clientContext, operationId: 'op', status: 'failed', result: { code, subcode } }
}

/** Within the reorder window, and beyond it. */
const gaps = [50, 3_000] as const

/**
 * Every order, doubled or not, fast or slow, ends the same: these people in these states, in the order of introduction.
 */
export function converges(situation: Situation, fates: Fates): void {
  for (const gapMs of situation.gapMs === undefined ? gaps : [situation.gapMs]) {
    let orders = 0
    for (const order of ordersOf(situation.evidence)) {
      const script = play({ ...situation, gapMs }, order, { isChecked: orders % 97 === 0 })
      for (const [name, expected] of Object.entries(fates)) {
        const found = script.all(name)
        if (found.join() !== expected.join())
          expect(found, `${name} after ${order.map(describeMessage).join(' · ')}`).toEqual(expected)
      }
      orders += 1
    }
    expect(orders).toBeGreaterThan(situation.evidence.length)
  }
}

export function describeMessage(message: Message): string {
  return JSON.stringify(message)
}
