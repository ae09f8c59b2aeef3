/**
 * Host laws: what every host of calls must obey, as tests for any runner. Everything published, answered or sent is
 * committed first; every request is sent; every change is published once; time comes from the clock.
 *
 * `for (const { name, run } of hostLaws(make)) test(name, run)`. `make` is given a store, a transport, a clock
 * and a listener for errors, and returns a host that uses nothing else.
 * @module
 */
import { crashLaws } from './crash-laws.ts'
import { traitLaws } from './trait-laws.ts'
import { Scene, type MakeHost } from './scene.ts'
import { LawBroken } from '../laws.ts'
import { checkArgument, method } from '../../call/codec/options.ts'
import { requestLaws } from './request-laws.ts'
import { tellingLaws } from './telling-laws.ts'
import { timeLaws } from './time-laws.ts'
import { commitLaws } from './commit-laws.ts'
import { closingLaws } from './closing-law.ts'
import { storeLaws } from './store-laws.ts'

/** One law as a test. */
export interface HostLaw {
  /** The law, in a sentence. */
  readonly name: HostLawName
  /** @throws LawBroken */
  run(): Promise<void>
}

/** The names of the laws. */
export type HostLawName = keyof typeof laws

/**
 * The laws for a host. A law rejects with a TypeError if `make` does not return a host.
 * @throws TypeError if `make` is not a function
 */
export function hostLaws(make: MakeHost): readonly HostLaw[] {
  checkArgument('hostLaws: the first argument', make, method)
  return (Object.keys(laws) as HostLawName[]).map((name) => ({ name, run: () => runLaw(laws[name], make) }))
}

async function runLaw(law: (scene: Scene, make: MakeHost) => Promise<void>, make: MakeHost): Promise<void> {
  const scene = new Scene(make)
  await law(scene, make)
  const [unexpected] = scene.reported.filter(
    (error) => error !== scene.subscriberFailed && !isCausedBy(error, scene.diskFull),
  )
  if (unexpected !== undefined)
    throw new LawBroken(`the host reported an error that the law did not cause: ${String(unexpected)}`)
}

function isCausedBy(error: unknown, cause: Error): boolean {
  return error === cause || (error instanceof Error && isCausedBy(error.cause, cause))
}

const laws = {
  ...requestLaws,
  ...tellingLaws,
  ...timeLaws,
  ...commitLaws,
  ...closingLaws,
  ...traitLaws,
  ...crashLaws,
  ...storeLaws,
} satisfies Record<string, (scene: Scene, make: MakeHost) => Promise<void>>
