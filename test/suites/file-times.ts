/**
 * A setup file of every test file: writes down the CPU and wall time of the file's process, its children included.
 *
 * Rule: every file has a process of its own, so what the process used is what the file used, its start included.
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
  // Hooks end in the reverse order of their registration: this one is the file's last.
  afterAll(() => {
    const { own, children } = cpuMs()
    const line: FileTime = { file: expect.getState().testPath ?? '', cpuMs: own + children, wallMs: process.uptime() * 1_000 }
    appendFileSync(target, `${JSON.stringify(line)}\n`)
  })
}
