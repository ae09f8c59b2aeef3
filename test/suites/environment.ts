/**
 * Environment variables between the suite runner, Vitest's main process and the test files.
 * @module
 */

/** `quick` or `full`: which test files belong to the run. Absent, all do. */
export const suiteVariable = 'ROLLCALL_SUITE'

/** Where the reporter writes how many tests passed and failed. */
export const countsVariable = 'ROLLCALL_COUNTS'

/** Where each test file appends its times. */
export const fileTimesVariable = 'ROLLCALL_FILE_TIMES'

/** The folder in which every process says what it waits for. */
export const waitingVariable = 'ROLLCALL_WAITING'

/** Set in the full suite: tests that sample in the quick suite go through everything. */
export const fullVariable = 'ROLLCALL_FULL'

/** Files of the full suite end like this. */
export const fullSuffix = '.full.test.ts'
