import { describe, expect, test } from 'vitest'
import type { OperationReport, RosterEntry } from '../../src/call/model/events.ts'
import { bot, established, on, refused, Script, withRinging } from './script.ts'

const declined = { cause: 'declined', by: 'remote', code: 603, message: 'Callee declined.' } as const

/** The fetch under way is answered with this list, and with what the edge says beside it. */
function answer(
  script: Script,
  entries: readonly RosterEntry[],
  said: { readonly isComplete?: boolean; readonly operations?: readonly OperationReport[] },
): string {
  return script.fetched({ verdict: 'done', value: { entries, ...said } })
}

function full(script: Script, entries: readonly RosterEntry[], isComplete: boolean): string {
  return script.tell({ type: 'roster.reported', kind: 'full', entries, isComplete })
}

/** A call with a participant who joined a while ago, during a fetch of its roster. */
function fetching(script = established()): Script {
  script.full(bot, on('ann'))
  script.wait(5_000)
  script.tell({ type: 'host.resumed' })
  return script
}

describe('A snapshot that states whether it is complete', () => {
  test('ends participants that it does not show, although the bot is not on it', () => {
    const script = fetching()
    expect(answer(script, [on('carol')], { isComplete: true })).toBe('applied')
    expect(script.is('r-ann')).toBe('removed: left by remote')
    expect(script.is('r-carol')).toBe('active')
  })

  test('ends all participants if it is empty', () => {
    const script = fetching()
    answer(script, [], { isComplete: true })
    expect(script.is('r-ann')).toBe('removed: left by remote')
  })

  test('ends no participant if it is incomplete, although the bot is on it, and is fetched again', () => {
    const script = fetching()
    script.forgetSoFar()
    answer(script, [bot], { isComplete: false })
    expect(script.is('r-ann')).toBe('active')
    script.wait(500)
    expect(script.requests()).toEqual(['GET roster'])
  })

  test("need not show the bot: the call is not asked for the bot's id", () => {
    const script = fetching()
    answer(script, [on('ann')], { isComplete: true })
    expect(script.call.self.doubt).toBeUndefined()
    expect(script.call.deadlines.has('callFetch')).toBe(false)
  })

  test.each([
    ['is empty and complete', { isComplete: true }],
    ['is empty and brings operations', { operations: [{ operationId: 'leg', status: 'running' } as const] }],
  ])('and %s prove that a call exists which was adopted by its name', (_, said) => {
    const script = new Script()
    script.tell({ type: 'call.adopted' })
    script.tell({ type: 'call.fetched', answer: refused(403) })
    expect(script.call.adoption).toBe('denied')
    answer(script, [], said)
    expect(script.call.adoption).toBeUndefined()
  })

  test('proves that a cancelled invitation was not answered', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob')
    script.wait(10_000)
    answer(script, [], { isComplete: true })
    expect(script.is('bob')).toBe('cancelled: cancelled by local')
  })
})

describe('A full report that states whether it is complete', () => {
  test('ends participants that it does not show, although the bot is not on it', () => {
    const script = fetching()
    full(script, [on('carol')], true)
    expect(script.is('r-ann')).toBe('removed: left by remote')
  })

  test('ends no participant if it is incomplete, although the bot is on it', () => {
    const script = fetching()
    full(script, [bot], false)
    expect(script.is('r-ann')).toBe('active')
  })
})

describe('the operations that come with a snapshot', () => {
  test('prevent that a ringing invitee is considered absent', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob')
    script.wait(10_000)
    answer(script, [], { isComplete: true, operations: [{ clientContext: 'bob', status: 'running' }] })
    expect(script.is('bob')).toBe('ringing, removal accepted')
  })

  test('end an invitee whose operation failed, with the cause of the failure', () => {
    const script = withRinging('bob')
    script.tell({ type: 'host.resumed' })
    answer(script, [], {
      isComplete: true,
      operations: [{ clientContext: 'bob', status: 'failed', result: declined }],
    })
    expect(script.is('bob')).toBe('cancelled: declined by remote')
  })

  test('prove that an invite with a lost answer was accepted', () => {
    const script = established()
    script.invite('bob')
    script.tell({ type: 'host.resumed' })
    answer(script, [], {
      isComplete: true,
      operations: [{ clientContext: 'bob', operationId: 'leg', status: 'running' }],
    })
    expect(script.is('bob')).toBe('ringing')
    expect(script.call.invitations.get('bob')?.operationId).toBe('leg')
  })

  test('bind an invitee to the id under which the same snapshot shows it', () => {
    const script = established()
    script.invite('bob')
    script.tell({ type: 'host.resumed' })
    answer(script, [on('somebody', { id: 'leg', identity: {} })], {
      isComplete: true,
      operations: [
        { clientContext: 'bob', status: 'completed', participants: [{ identity: {}, participantId: 'leg' }] },
      ],
    })
    expect(script.is('bob')).toBe('active')
    expect(script.get('bob').id).toBe('leg')
    expect(script.call.participants.size).toBe(1)
  })

  test('end no participant whom the snapshot shows: the roster outranks the operation', () => {
    const script = withRinging('bob')
    script.tell({ type: 'host.resumed' })
    answer(script, [on('bob')], {
      isComplete: true,
      operations: [{ clientContext: 'bob', status: 'failed', result: declined }],
    })
    expect(script.is('bob')).toBe('active')
  })

  test('are applied although a report has overtaken their roster', () => {
    const script = withRinging('bob')
    script.tell({ type: 'host.resumed' })
    script.full(bot)
    answer(script, [], {
      isComplete: true,
      operations: [{ clientContext: 'bob', status: 'failed', result: declined }],
    })
    expect(script.is('bob')).toBe('cancelled: declined by remote')
  })

  test('request no second roster beside the pending one', () => {
    const script = established()
    script.tell({
      type: 'invite.requested',
      invitation: 'both',
      invitees: [{ identity: { user: { id: 'bob' } } }, { identity: { user: { id: 'eve' } } }],
    })
    script.tell({ type: 'host.resumed' })
    script.full(bot)
    script.forgetSoFar()
    answer(script, [], { operations: [{ clientContext: 'both', status: 'failed', result: declined }] })
    expect(script.requests()).toEqual(['GET roster'])
    expect(script.call.deadlines.has('refetch')).toBe(false)
    answer(script, [bot], {})
    expect([script.is('both/0'), script.is('both/1')]).toEqual([
      'cancelled: declined by remote',
      'cancelled: declined by remote',
    ])
  })
})
