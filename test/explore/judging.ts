/**
 * Scopes, and the violation that a mistaken system has in one and the library has not.
 * @module
 */
import { expect } from 'vitest'
import { explore, type Violation } from '../verification/explore/explore.ts'
import type { CallSystem } from '../../src/testing/system.ts'
import type { Scope } from '../verification/explore/world.ts'
import { noFaults } from './broken.ts'

/** The violation that a system has and the library has not. */
export function violationOf(system: CallSystem, scope: Scope): Violation | undefined {
  expect(explore(scope).violation).toBe(undefined)
  return explore(scope, { system }).violation
}

/** One message may arrive twice. */
export const doubled = { ...noFaults, doubles: 1 }

/** The host may crash once. */
export const crashing = { ...noFaults, crashes: 1 }

/** One deadline may pass early. */
export const early = { ...noFaults, deadlines: 1 }
