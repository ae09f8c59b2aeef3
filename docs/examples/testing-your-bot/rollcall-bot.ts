/**
 * The same bot on rollcall.
 */
import { createRollcall } from 'rollcall'
import { graphTransport } from 'rollcall/graph'
import { embeddedBot } from 'rollcall/testing'

export const createBot = embeddedBot(({ fetch, clock, store, random }) => {
  const transport = graphTransport({ token: async () => 'token', fetch, random })
  return createRollcall({ transport, clock, store, onError: () => undefined })
})
