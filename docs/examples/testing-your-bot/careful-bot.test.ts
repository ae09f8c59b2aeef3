import { assertBot } from 'rollcall/testing'
import { test } from 'vitest'
import { createBot } from './careful-bot.ts'

const switches = { rosterMode: 'delta', cancelBeforeAnswer: 'supported', inviteResponseId: 'participantId' } as const

test('knows who is in the call when messages are late', () =>
  assertBot(createBot, { switches, faults: 'late', runs: 1_000 }))

test('knows who is in the call when messages are lost', () => assertBot(createBot, { switches }))
