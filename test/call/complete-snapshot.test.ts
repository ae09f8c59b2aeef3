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

/** A call in which somebody is, and has been for a while, and whose roster is being fetched. */
function fetching(script = established()): Script {
  script.full(bot, on('ann'))
  script.wait(5_000)
  script.tell({ type: 'host.resumed' })
  return script
}

describe('a snapshot that says whether it is complete', () => {
  test('ends those it does not show, though the bot is not on it', () => {
    const script = fetching()
    expect(answer(script, [on('carol')], { isComplete: true })).toBe('applied')
    expect(script.is('r-ann')).toBe('removed: left by remote')
    expect(script.is('r-carol')).toBe('active')
  })

  test('ends everybody when it is empty', () => {
    const script = fetching()
    answer(script, [], { isComplete: true })
    expect(script.is('r-ann')).toBe('removed: left by remote')
  })

  test('ends nobody when it is not, though the bot is on it, and is fetched again', () => {
    const script = fetching()
    script.forgetSoFar()
    answer(script, [bot], { isComplete: false })
    expect(script.is('r-ann')).toBe('active')
    script.wait(500)
    expect(script.requests()).toEqual(['GET roster'])
  })

  test('is not expected to show the bot: nothing asks the call for its id', () => {
    const script = fetching()
    answer(script, [on('ann')], { isComplete: true })
    expect(script.call.self.doubt).toBeUndefined()
    expect(script.call.deadlines.has('callFetch')).toBe(false)
  })

  test.each([
    ['is empty and complete', { isComplete: true }],
    ['is empty and brings operations', { operations: [{ operationId: 'leg', status: 'running' } as const] }],
  ])('and %s proves that a call is there which was taken in by its name', (_, said) => {
    const script = new Script()
    script.tell({ type: 'call.adopted' })
    script.tell({ type: 'call.fetched', answer: refused(403) })
    expect(script.call.adoption).toBe('denied')
    answer(script, [], said)
    expect(script.call.adoption).toBeUndefined()
  })

  test('proves that nobody answered a cancelled invitation', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob')
    script.wait(10_000)
    answer(script, [], { isComplete: true })
    expect(script.is('bob')).toBe('cancelled: cancelled by local')
  })
})

describe('a full report that says whether it is complete', () => {
  test('ends those it does not show, though the bot is not on it', () => {
    const script = fetching()
    full(script, [on('carol')], true)
    expect(script.is('r-ann')).toBe('removed: left by remote')
  })

  test('ends nobody when it is not, though the bot is on it', () => {
    const script = fetching()
    full(script, [bot], false)
    expect(script.is('r-ann')).toBe('active')
  })
})

describe('the operations that come with a snapshot', () => {
  test('keep an invitee from being proved absent whose phone still rings', () => {
    const script = withRinging('bob', { bob: 'p-bob' })
    script.remove('bob')
    script.deleted('bob')
    script.wait(10_000)
    answer(script, [], { isComplete: true, operations: [{ clientContext: 'bob', status: 'running' }] })
    expect(script.is('bob')).toBe('ringing, removal accepted')
  })

  test('end an invitee whose operation failed, for the reason it failed for', () => {
    const script = withRinging('bob')
    script.tell({ type: 'host.resumed' })
    answer(script, [], {
      isComplete: true,
      operations: [{ clientContext: 'bob', status: 'failed', result: declined }],
    })
    expect(script.is('bob')).toBe('cancelled: declined by remote')
  })

  test('say that an invite was taken whose answer was lost', () => {
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

  test('give an invitee the id by which the same snapshot shows them', () => {
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

  test('end nobody whom the snapshot shows: what is seen beats what is said', () => {
    const script = withRinging('bob')
    script.tell({ type: 'host.resumed' })
    answer(script, [on('bob')], {
      isComplete: true,
      operations: [{ clientContext: 'bob', status: 'failed', result: declined }],
    })
    expect(script.is('bob')).toBe('active')
  })

  test('are taken though a report has overtaken the roster they came with', () => {
    const script = withRinging('bob')
    script.tell({ type: 'host.resumed' })
    script.full(bot)
    answer(script, [], {
      isComplete: true,
      operations: [{ clientContext: 'bob', status: 'failed', result: declined }],
    })
    expect(script.is('bob')).toBe('cancelled: declined by remote')
  })

  test('ask for no second roster beside the one that follows anyhow', () => {
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
