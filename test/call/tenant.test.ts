import { expect, test } from 'vitest'
import { decodeCall, encodeCall } from '../../src/call/codec/codec.ts'
import { established, Script } from './script.ts'

test('a call belongs to the tenant of the first callback permanently', () => {
  const script = established()
  expect(script.call.tenant).toBe(undefined)
  expect(script.tell({ type: 'call.bound', tenant: 'ours' })).toBe('applied')
  expect(script.tell({ type: 'call.bound', tenant: 'theirs' })).toBe('duplicate')
  expect(script.call.tenant).toBe('ours')
  expect(decodeCall(encodeCall(script.call)).tenant).toBe('ours')
})

test('a call that was not bound to a tenant is encoded as before', () => {
  expect(encodeCall(new Script().call)).not.toHaveProperty('core.tenant')
})
