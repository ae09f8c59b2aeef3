/**
 * Mounts: the webhook under what bots already use, each as `docs/real-graph.md` says to mount it.
 * @module
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { toNodeListener, type GraphWebhook } from '../../src/graph/index.ts'

/** A server that listens. */
export interface Listening {
  /** Where callbacks go. */
  readonly url: string
  close(): Promise<void>
}

/** A way to mount the webhook. */
export interface Mount {
  readonly name: string
  start(handle: GraphWebhook): Promise<Listening>
}

/** Every way the documentation shows. */
export const mounts: readonly Mount[] = [
  { name: 'node:http', start: (handle) => listen(createServer(toNodeListener(handle))) },
  {
    name: 'Express 5',
    start(handle) {
      const app = express()
      app.post('/callback', toNodeListener(handle)) // before express.json()
      app.use(express.json())
      return listen(createServer(app))
    },
  },
  {
    name: 'Fastify 5',
    async start(handle) {
      const app = fastify()
      const listener = toNodeListener(handle)
      await app.register(async (callbacks) => {
        callbacks.removeAllContentTypeParsers()
        callbacks.addContentTypeParser('*', (_request, _body, done) => done(null)) // the webhook reads the body
        callbacks.post('/callback', (request, reply) => {
          reply.hijack()
          listener(request.raw, reply.raw)
        })
      })
      return { url: `${await app.listen({ host: '127.0.0.1', port: 0 })}/callback`, close: () => app.close() }
    },
  },
  {
    name: 'Hono on Node',
    start(handle) {
      const app = new Hono()
      app.post('/callback', (context) => handle(context.req.raw))
      return new Promise((resolve) => {
        const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, () =>
          resolve(listening(server as Server)),
        )
      })
    },
  },
]

/** Lets a server listen on any free port. */
export async function listen(server: Server): Promise<Listening> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return listening(server)
}

function listening(server: Server): Listening {
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
