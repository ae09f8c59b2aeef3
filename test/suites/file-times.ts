/**
 * A setup file of every test file: writes down the CPU and wall time between the file's start and its end, ended
 * children included.
 *
 * Rule: a process runs one file at a time, so what the process used meanwhile is what the file used. A module that
 * several files of a process import counts for the first.
 * @module
 */
import { appendFileSync } from 'node:fs'
import { afterAll, expect } from 'vitest'
import { cpuMs } from './cpu.ts'
import { fileTimesVariable } from './environment.ts'

/** One line of the file of times. */
export interface FileTime {
  readonly file: string
  readonly cpuMs: number
  readonly wallMs: number
}

const target = process.env[fileTimesVariable]
if (target !== undefined) {
  const atStart = spent()
  // Hooks end in the reverse order of their registration: this one is the file's last.
  afterAll(() => {
    const atEnd = spent()
    const line: FileTime = {
      file: expect.getState().testPath ?? '',
      cpuMs: atEnd.cpuMs - atStart.cpuMs,
      wallMs: atEnd.wallMs - atStart.wallMs,
    }
    appendFileSync(target, `${JSON.stringify(line)}\n`)
  })
}

function spent(): { readonly cpuMs: number; readonly wallMs: number } {
  const { own, children } = cpuMs()
  return { cpuMs: own + children, wallMs: performance.now() }
}
