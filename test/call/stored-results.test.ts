import { describe, expect, test } from 'vitest'
import { decodeCall, encodeCall, SCHEMA } from '../../src/call/codec/codec.ts'
import { bot, established, Script } from './script.ts'

type Row = Record<string, unknown>

/** What the service says when an invite of two comes to nothing; the edge once left it as it came. */
const raw = { code: 603, subcode: 8538, message: 'Callee declined.' }

/** Bob and Carol were asked for by one request, which failed; it is to be seen who is there. */
function waiting(): Script {
  const script = established()
  script.full(bot)
  script.tell({
    type: 'invite.requested',
    invitation: 'both',
    invitees: ['bob', 'carol'].map((id) => ({ identity: { user: { id } } })),
  })
  script.invited('both', { verdict: 'done', value: { operationId: 'op-both', status: 'running' } })
  script.operation('both', 'failed', raw)
  return script
}

/** The script, going on from what a store of that schema held. */
function restored(script: Script, schema: number, change: (core: Row) => void): Script {
  const stored = JSON.parse(JSON.stringify(encodeCall(script.call))) as { core: Row }
  change(stored.core)
  const after = new Script({}, { isChecked: false })
  after.call = decodeCall({ ...stored, core: { ...stored.core, schema } })
  after.at = script.at
  return after
}

function setFailure(core: Row, failure: object): void {
  const [[, invitation]] = core['invitations'] as [[string, Row]]
  invitation['failure'] = failure
}

const keys = ['both/0', 'both/1']

describe('the failure of an invite of several', () => {
  test('ends those a roster does not show with its cause, after storing and decoding', () => {
    const script = restored(waiting(), SCHEMA, () => undefined)
    script.snapshot(bot)
    expect(keys.map((key) => script.is(key))).toEqual(Array(2).fill('cancelled: declined by remote'))
  })

  test('that was stored before edges read codes is a failure, with the code as text', () => {
    const script = restored(waiting(), 1, (core) => setFailure(core, raw))
    script.snapshot(bot)
    expect(keys.map((key) => script.is(key))).toEqual(Array(2).fill('cancelled: failed by service'))
    expect(script.get('both/0').ending).toMatchObject(raw)
  })
})

test('of an operation that was stored before edges read codes ends its invitee as failed, and is counted', () => {
  const asked = established()
  asked.full(bot)
  asked.invite('bob')
  const script = restored(asked, 1, (core) => {
    core['orphans'] = [['op', { operationId: 'op', status: 'failed', result: raw }]]
    delete core['unmatchedOperations']
  })
  script.invited('bob', { verdict: 'done', value: { operationId: 'op', status: 'running' } })
  expect(script.is('bob')).toBe('cancelled: failed by service')
  expect(script.call.counters.unclassified).toBe(1)
})
