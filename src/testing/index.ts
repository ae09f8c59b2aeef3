/**
 * `rollcall/testing`: the laws of a call, of stores and of transports, and the worlds they are checked in, for tests of
 * bots and of other implementations. Needs fast-check, an optional peer dependency.
 * @module
 */
export { explore, type Exploration, type ExploreOptions, type Violation } from './explore/explore.ts'
export { scopes } from './explore/scopes.ts'
export type { Act, Faults, Readings, Scope } from './explore/world.ts'
export { assertLaw, checkLaw, LawBroken, laws, type LawName, type LawOptions, type LawReport } from './laws.ts'
export { manualClock, type ManualClock } from './manual-clock.ts'
export { histories, interpret, move, type Move, type MoveKind } from './moves.ts'
export { Player } from './player.ts'
export { storeLaws, type StoreLaw, type StoreLawName, type StoreLawOptions, type StoreUnderTest } from './store-laws.ts'
export { fateOf, identityOf, stories, tellStory, type Fate, type Life, type Message, type Story, type Telling } from './story.ts'
export { rollcallSystem, type CallSystem } from './system.ts'
