import { assertBot } from 'rollcall/testing'
import { test } from 'vitest'
import { createBot } from './naive-bot.ts'

/** The bot's call has delta rosters. The other two make the service behave as its documentation says. */
const switches = { rosterMode: 'delta', cancelBeforeAnswer: 'supported', inviteResponseId: 'participantId' } as const

test('knows who is in the call when nothing goes wrong', () =>
  assertBot(createBot, { switches, faults: 'none', seed: 2 }))

test('invites once when answers are lost', () =>
  assertBot(createBot, { switches, faults: ['loseResponse'], actions: ['invite', 'join', 'leave'] }))

test('knows who is in the call when messages are late', () =>
  assertBot(createBot, { switches, faults: 'late', actions: ['join', 'leave'], devices: 'one' }))
