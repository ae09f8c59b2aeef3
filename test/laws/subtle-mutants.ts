/**
 * Further systems that single laws must reject.
 * @module
 */
import { evidenceMutants } from './evidence-mutants.ts'
import { recordMutants } from './record-mutants.ts'
import type { SubtleMutant } from './mutant-system.ts'

/** Further mutants of single laws, with the mistakes they make. */
export const subtleMutants: readonly SubtleMutant[] = [...evidenceMutants, ...recordMutants]
