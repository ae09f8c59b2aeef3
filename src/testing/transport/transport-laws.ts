/**
 * Transport laws: what every `Transport` must obey, as tests for any runner.
 *
 * `for (const { name, run } of transportLaws(make)) test(name, run)` — with vitest, Jest or `node:test`. `make` receives
 * a simulated service, as `fetch` or as an object, and returns a transport that talks to it. A law that is broken throws a
 * `LawBroken` that says how.
 *
 * Rule: a verdict is honest. `done` means that the service carried out the request, `refused` that it certainly did not;
 * if it cannot be known, the verdict is `unconfirmed`.
 * @module
 */
import { optional, wholeNumber } from '../../call/codec/schema.ts'
import { checkArgument, method, options, readOptions } from '../../call/codec/options.ts'
import { Scene, type MakeTransport } from './scene.ts'
import { directLaws } from './direct-laws.ts'
import { traitLaws } from './trait-laws.ts'
import type { Law } from './requests.ts'
import { requestLaws } from './request-laws.ts'
import { verdictLaws } from './verdict-laws.ts'
import { givingUpLaws, fenceLaws, timeLaws } from './sending-laws.ts'

/** Options of the transport laws. */
export interface TransportLawOptions {
  /** The seed of the random faults, a whole number. Default 1. */
  readonly seed?: number | undefined
  /** How many random runs, 1 or more. Default 100. */
  readonly runs?: number | undefined
}

const shape = options<TransportLawOptions>({ seed: optional(wholeNumber()), runs: optional(wholeNumber(1)) })

/** One law as a test. */
export interface TransportLaw {
  /** The law, in a sentence. */
  readonly name: TransportLawName
  /** @throws LawBroken */
  run(): Promise<void>
}

/** The names of the laws. */
export type TransportLawName = keyof typeof laws

/**
 * The laws for a transport; `make` makes a new one for each. A law rejects with a TypeError if `make` does not return a
 * transport.
 * @throws TypeError for an invalid option
 */
export function transportLaws(make: MakeTransport, given: TransportLawOptions = {}): readonly TransportLaw[] {
  checkArgument('transportLaws: the first argument', make, method)
  const { seed = 1, runs = 100 } = readOptions('transportLaws', shape, given)
  return (Object.keys(laws) as TransportLawName[]).map((name) => ({
    name,
    run: async () => laws[name]((rules) => new Scene(make, rules), { seed, runs }),
  }))
}

const laws = {
  ...requestLaws,
  ...verdictLaws,
  ...givingUpLaws,
  ...traitLaws,
  ...directLaws,
  ...fenceLaws,
  ...timeLaws,
} satisfies Record<string, Law>
