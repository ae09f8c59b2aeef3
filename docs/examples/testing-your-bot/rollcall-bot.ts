/**
 * The same bot on rollcall.
 */
import { createRollcall } from 'rollcall'
import { graphTransport } from 'rollcall/graph'
import { embeddedBot } from 'rollcall/testing'

export const createBot = embeddedBot(({ fetch, random, host }) =>
  createRollcall({ ...host, transport: graphTransport({ token: async () => 'token', fetch, random }) }),
)
