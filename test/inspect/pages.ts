/**
 * Pages: the browser and the inspectors of a test file, closed after each test.
 * @module
 */
import type { Browser, Page } from 'playwright-core'
import { TraceBuffer, type TraceBufferOptions } from '../../src/inspect/trace-buffer.ts'
import { inspectHost } from '../../src/inspect/inspect-host.ts'
import { startInspectServer, type InspectServer } from '../../src/inspect/inspect-server.ts'
import type { Trace } from '../../src/trace/trace.ts'
import { untilSettled } from '../waiting/waiting.ts'
import { startBrowser } from './browser.ts'
import type { ManualHost } from './manual-host.ts'

/** Shows names instead of pseudonyms. */
export const showing = { showIdentities: true }

/** The row of a participant in the roster. */
export const row = (page: Page, name: string) => page.locator('.rows > .person', { hasText: name })

/** The explanation panel. */
export const explanation = (page: Page) => page.locator('.explanation')

/** A browser, and the inspectors it opens. */
export class Pages {
  #browser: Browser | undefined
  readonly #servers = new Set<InspectServer>()

  /** The browser. @throws Error before it has started */
  get browser(): Browser {
    if (this.#browser === undefined) throw new TypeError('The browser has not started.')
    return this.#browser
  }

  /** Starts the browser. */
  async start(): Promise<void> {
    this.#browser = await startBrowser()
  }

  /** Serves a saved trace; resolves to its address. */
  async serve(trace: Trace, options: TraceBufferOptions = {}): Promise<string> {
    const buffer = new TraceBuffer(options)
    buffer.addTrace(trace)
    return this.keep(await startInspectServer({ buffer, kind: 'saved' })).url
  }

  /** Serves a live host. */
  async serveLive(host: ManualHost, options: Parameters<typeof inspectHost>[1] = {}): Promise<InspectServer> {
    return this.keep(await inspectHost(host, options))
  }

  /** Closes an inspector after the test. */
  keep(server: InspectServer): InspectServer {
    this.#servers.add(server)
    return server
  }

  /** Closes every window and every inspector. */
  async clear(): Promise<void> {
    const servers = [...this.#servers]
    this.#servers.clear()
    await untilSettled('every window is closed', Promise.all(this.browser.contexts().map((context) => context.close())))
    await untilSettled('every inspector is closed', Promise.all(servers.map((server) => server.close())))
  }

  /** Closes the browser. */
  async stop(): Promise<void> {
    await untilSettled('the browser has ended', this.browser.close())
  }
}
