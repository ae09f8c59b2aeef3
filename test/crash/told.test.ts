/**
 * What readers were told is compared with the journal: what may be told again, and what may not.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { JournalEntry } from '../../src/host/ports/ports.ts'
import type { PublishedParticipantChange } from '../../src/host/ports/published-change.ts'
import { createParticipant } from '../../src/participant/create-participant.ts'
import type { ParticipantState } from '../../src/participant/participant.ts'
import { judgeTold } from './told.ts'

const participant = createParticipant({ key: 'bob', identity: { user: { id: 'bob' } }, ordinal: 0, at: 0 })
const told = (to: ParticipantState): PublishedParticipantChange => ({
  callId: 'call',
  key: 'bob',
  to,
  participant,
  at: 0,
})
const journal: readonly JournalEntry[] = ([['invited'], ['ringing', 'active'], ['removed']] as const).map(
  (states, index) => ({
    position: index + 1,
    callId: 'call',
    version: index + 1,
    instanceId: 'host',
    changes: states.map(told),
    isEnded: false,
  }),
)

test.each([
  ['all in one life', [['invited', 'ringing', 'active', 'removed']], undefined],
  ['a life that goes on where the one before stopped', [['invited'], ['ringing', 'active', 'removed']], undefined],
  [
    'a commit that is told again by the next life',
    [
      ['invited', 'ringing', 'active'],
      ['ringing', 'active', 'removed'],
    ],
    undefined,
  ],
  [
    'a change that was left out',
    [['invited', 'active', 'removed']],
    /life 0 was told .* active \d+ where .* ringing \d+ was due/,
  ],
  [
    'a change that was left out between two lives',
    [['invited'], ['active', 'removed']],
    /life 1 was told .* active \d+ where .* ringing \d+ was due/,
  ],
  [
    'a change that came twice',
    [['invited', 'invited', 'ringing', 'active', 'removed']],
    /life 0 was told .* invited \d+ where .* ringing \d+ was due/,
  ],
  [
    'an older commit that is told again',
    [
      ['invited', 'ringing', 'active'],
      ['invited', 'ringing', 'active', 'removed'],
    ],
    /life 1/,
  ],
  ['an end that never came', [['invited', 'ringing', 'active']], /1 changes were never told/],
] as const)('of what readers were told, %s is judged rightly', (_, lives, verdict) => {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-told-'))
  const path = join(folder, 'told.jsonl')
  writeFileSync(
    path,
    lives.flatMap((states, life) => states.map((to) => `${JSON.stringify({ life, change: told(to) })}\n`)).join(''),
  )
  const wrong = judgeTold(path, journal)
  if (verdict === undefined) expect(wrong).toBeUndefined()
  else expect(wrong).toMatch(verdict)
  rmSync(folder, { recursive: true })
})
