/**
 * The words of `waitFor` that stand for several states, and what the lobby is.
 */
import { expect, test } from 'vitest'
import { callIs, callId, entry, operation, roster, stage } from './stage.ts'

/** A host that has invited Bob, and what a wait has come to. */
async function withBob() {
  const set = stage()
  await set.rollcall.receive([callIs('established'), roster()])
  const call = set.rollcall.call(callId)
  const { key, invitation = '' } = await call.invite({ user: { id: 'bob' } })
  await set.clock.settle()
  const outcomeOf = (wait: Promise<{ state: string }>): { is: string } => {
    const outcome = { is: 'pending' }
    wait.then(
      ({ state }) => void (outcome.is = state),
      (error: { code: string }) => void (outcome.is = error.code),
    )
    return outcome
  }
  return { ...set, call, key, invitation, outcomeOf }
}

test('the lobby is present and not active; a wait for active goes on there', async () => {
  const { rollcall, clock, call, key, outcomeOf } = await withBob()
  const [present, active, ended] = (['present', 'active', 'ended'] as const).map((word) =>
    outcomeOf(call.waitFor(key, word)),
  )
  await rollcall.receive([roster(entry('bob', { isInLobby: true }))])
  await clock.settle()
  expect([present?.is, active?.is, ended?.is]).toEqual(['lobby', 'pending', 'pending'])
  await rollcall.receive([roster(entry('bob'))])
  await clock.settle()
  expect([active?.is, ended?.is]).toEqual(['active', 'pending'])
  await clock.advance(5_000)
  await rollcall.receive([roster()])
  await clock.settle()
  expect(ended?.is).toBe('removed')
})

test('an invitation that is over ends a wait for ended, and rejects a wait for present', async () => {
  const { rollcall, clock, call, key, invitation, outcomeOf } = await withBob()
  const [present, ended] = (['present', 'ended'] as const).map((word) => outcomeOf(call.waitFor(key, word)))
  await rollcall.receive([operation(invitation, 'failed', { code: 603, subcode: 8538 })])
  await clock.settle()
  expect([present?.is, ended?.is]).toEqual(['PARTICIPANT_ENDED', 'cancelled'])
  expect(outcomeOf(call.waitFor(key, 'present'))).toEqual({ is: 'pending' })
  await expect(call.waitFor(key, 'present')).rejects.toMatchObject({ code: 'PARTICIPANT_ENDED' })
})

test('a participant who is active is past a wait for the lobby, and not past one for present', async () => {
  const { rollcall, clock, call, key } = await withBob()
  await rollcall.receive([roster(entry('bob'))])
  await clock.settle()
  await expect(call.waitFor(key, 'lobby')).rejects.toMatchObject({ code: 'STATE_PASSED' })
  expect(await call.waitFor(key, ['lobby', 'present'])).toMatchObject({ state: 'active' })
})
