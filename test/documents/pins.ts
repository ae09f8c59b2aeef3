/**
 * Rows of the tables of docs/emulator.md, and the tests and sources that they name.
 * @module
 */

/** The kind of source: a Microsoft page, a capture or public thread, or none. */
export type Label = 'documented' | 'observed' | 'assumed'

/** A test: its file below `test`, and its title. */
export interface Pin {
  readonly file: string
  readonly title: string
}

/** One behaviour. */
export interface Behaviour {
  readonly about: string
  readonly what: string
  readonly label: Label
  readonly source: string
  readonly pin: Pin
}

/** A test of `emulator/conversation.test.ts`. */
export const conversation = (title: string): Pin => ({ file: 'emulator/conversation.test.ts', title })

/** A test of `simulator/world.test.ts`. */
export const world = (title: string): Pin => ({ file: 'simulator/world.test.ts', title })

/** A test of `simulator/oddities.test.ts`. */
export const oddity = (title: string): Pin => ({ file: 'simulator/oddities.test.ts', title })

/** A test of `simulator/facts.test.ts`. */
export const facts = (title: string): Pin => ({ file: 'simulator/facts.test.ts', title })

/** A test of `emulator/tokens.test.ts`. */
export const tokens = (title: string): Pin => ({ file: 'emulator/tokens.test.ts', title })

/** A test of `emulator/server.test.ts`. */
export const server = (title: string): Pin => ({ file: 'emulator/server.test.ts', title })

/** A test of `emulator/callbacks.test.ts`. */
export const callbacks = (title: string): Pin => ({ file: 'emulator/callbacks.test.ts', title })

/** A test of `simulator/world-calls.test.ts`. */
export const worldCalls = (title: string): Pin => ({ file: 'simulator/world-calls.test.ts', title })

/** A test of `simulator/world-invites.test.ts`. */
export const worldInvites = (title: string): Pin => ({ file: 'simulator/world-invites.test.ts', title })

/** The source of a behaviour that no page and no capture shows. */
export const noSource = 'not documented'

/** The source of codes that no page of Graph lists. */
export const acsCodes = 'codes of Azure Communication Services, which shares the code space'
