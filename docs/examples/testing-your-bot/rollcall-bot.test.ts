import { assertBot } from 'rollcall/testing'
import { test } from 'vitest'
import { createBot } from './rollcall-bot.ts'

test('knows who is in the call when messages are lost', () => assertBot(createBot))
