import { expect, test } from 'vitest'
import type { PublishedChange } from '../../src/host/ports/published-change.ts'
import { shownChange } from '../../src/host/ports/call-view.ts'

test('a change that another host stored is frozen, with everything in it', () => {
  const stored = JSON.parse(
    '{"callId":"call","key":"ann","from":"active","to":"active","at":1,"facts":["isMuted"],"evidence":{"at":1,"source":"roster.full","state":"active","note":"muted"}}',
  ) as PublishedChange
  const { facts, evidence } = shownChange(stored)
  expect([stored, facts, evidence].map(Object.isFrozen)).toEqual([true, true, true])
})
