/**
 * `node:sqlite` is loaded when a file is opened, and a runtime without it is named in one sentence.
 * @module
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { runCalls } from '../../src/sqlite/calls-command.ts'
import { sqliteStore } from '../../src/sqlite/store.ts'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { runNode } from '../waiting/node-process.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-'))
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

test('importing the store loads nothing of SQLite, and opening a file does', async () => {
  const store = JSON.stringify(join(repositoryFolder, 'src/sqlite/store.ts'))
  const program = `
    const isLoaded = () => process.moduleLoadList.includes('NativeModule sqlite')
    const { sqliteStore } = await import(${store})
    const before = isLoaded()
    const store = sqliteStore(${JSON.stringify(join(folder, 'calls.db'))})
    console.log(before, isLoaded())
    await store.close()`
  expect((await runNode(['--input-type=module', '--eval', program])).stdout).toBe('false true\n')
})

test('a runtime without SQLite is named in one sentence, and no file is made', async () => {
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined)
  const path = join(folder, 'calls.db')
  const sentence = `rollcall/sqlite needs node:sqlite, which Node has from 22.13 on; this is node ${process.version}.`
  expect(() => sqliteStore(path)).toThrow(
    expect.objectContaining({ code: 'STORE_UNUSABLE', message: sentence }) as Error,
  )
  const err: string[] = []
  const code = await runCalls([path], { out: () => undefined, err: (line) => void err.push(line) })
  expect({ code, err }).toEqual({ code: 1, err: [`rollcall calls: ${sentence}`] })
  expect(readdirSync(folder)).toEqual([])
})
