/**
 * Behaviours: everything the emulated service does that a bot could depend on, with its source and the test that covers
 * it. docs/emulator.md is generated from this.
 * @module
 */
import { callBehaviours } from './behaviours-calls.ts'
import { rosterBehaviours } from './behaviours-rosters.ts'
import type { Behaviour } from './pins.ts'

/** The behaviours that are not switches. */
export const behaviours: readonly Behaviour[] = [...callBehaviours, ...rosterBehaviours]
