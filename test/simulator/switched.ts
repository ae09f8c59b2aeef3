/**
 * Settings of a simulated service with switches set.
 * @module
 */
import type { Switches } from '../../src/simulator/graph/settings.ts'

/** Settings with these switches. */
export const switched = (switches: Partial<Switches>) => ({ settings: { switches } })
