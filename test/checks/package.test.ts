import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { snippetsOf } from '../documents/snippets.ts'
import { runNode } from '../waiting/node-process.ts'
import { follow } from '../waiting/waiting.ts'
import { repositoryFolder } from './repository-folder.ts'

const manifest = JSON.parse(readFileSync(join(repositoryFolder, 'package.json'), 'utf8')) as {
  version: string
  dependencies: Record<string, string>
  peerDependencies: Record<string, string>
  peerDependenciesMeta: Record<string, { optional: boolean }>
  exports: Record<string, string | { types: string; default: string }>
}

/** Names that bots outside this repository are written to. */
const promised = new Map([
  [
    'rollcall',
    [
      'createRollcall',
      'memoryStore',
      'present',
      'isOpen',
      'isPresent',
      'openCall',
      'step',
      'explain',
      'encodeCall',
      'decodeCall',
      'RollcallError',
      'isRollcallError',
      'errorCodes',
    ],
  ],
  ['rollcall/machine', ['participantMachine', 'snapshotOf', 'participantOf', 'sampleEvents']],
  ['rollcall/graph', ['graphTransport', 'graphWebhook', 'toNodeListener', 'parseNotifications']],
  ['rollcall/sqlite', ['sqliteStore']],
  ['rollcall/simulator', []],
  ['rollcall/emulator', ['startEmulator']],
  [
    'rollcall/inspect',
    [
      'inspectHost',
      'bridgeToStately',
      'recordTraces',
      'readTrace',
      'writeTrace',
      'replay',
      'redactTrace',
      'toMermaid',
      'toSequenceDiagram',
      'ladderOf',
    ],
  ],
  ['rollcall/opentelemetry', ['openTelemetry']],
  ['rollcall/testing', ['laws', 'checkLaw', 'assertLaw', 'storeLaws', 'transportLaws', 'checkBot', 'historyFromTrace']],
])

/** A program that only typechecks when the declarations say what the documents promise. */
const typedProgram = `
import { createRollcall, memoryStore, present, RollcallError, type Clock, type Participant, type ParticipantState } from 'rollcall'
import { graphTransport, graphWebhook, toNodeListener } from 'rollcall/graph'
import { startEmulator } from 'rollcall/emulator'
import { participantMachine, participantOf, snapshotOf } from 'rollcall/machine'
import { sqliteStore } from 'rollcall/sqlite'

const clock: Clock = { now: () => 0, schedule: (_atMs, _run) => () => undefined }
const rollcall = createRollcall({ transport: graphTransport({ token: async () => 'token', baseUrl: 'http://localhost/v1.0' }), store: memoryStore(), clock })
const handle: (request: Request) => Promise<Response> = graphWebhook(rollcall, { authentication: 'off' })
toNodeListener(handle)
export const durable = () => createRollcall({ transport: graphTransport({ token: async () => 'token' }), store: sqliteStore('calls.db') })

export async function main(): Promise<ParticipantState> {
  const emulator = await startEmulator()
  const call = await rollcall.createCall({ callbackUri: 'http://localhost/callback' })
  const bob: Participant = await call.invite({ user: { id: 'bob' } }, { ringTimeoutMs: 30_000 })
  const [ann] = await call.invite([{ user: { id: 'ann' } }])
  const gone: Participant = await call.remove(bob.key)
  const seen = await call.waitFor(ann?.key ?? '', 'active', { timeoutMs: 1_000 })
  const off: () => void = rollcall.subscribe((change) => { if (change.key !== undefined) console.log(change.callId, change.from, change.to, change.ending?.cause) })
  off()
  const now = await call.read()
  for (const participant of present(now)) console.log(participant.key, now.participants.get(participant.key)?.state)
  await call.mute(bob.key)
  await call.hangUp()
  await rollcall.close()
  await emulator.close()
  const isSent: boolean = snapshotOf(gone).matches({ active: 'sent' })
  // @ts-expect-error a participant has exactly six states
  snapshotOf(gone).matches('answered')
  const same: Participant = participantOf(participantMachine.resolveState({ value: { active: 'idle' }, context: seen }))
  console.log(isSent, same.key)
  if (gone.ending === undefined) throw new RollcallError('WAIT_TIMEOUT', 'no ending')
  // @ts-expect-error a participant has exactly six states
  const wrong: ParticipantState = 'answered'
  return seen.state === 'active' ? seen.state : wrong
}
`

/** npm installs these itself, which it cannot offline. */
const requiredPeers = Object.keys(manifest.peerDependencies).filter(
  (name) => manifest.peerDependenciesMeta[name]?.optional !== true,
)

let consumer: string
/** The names each subpath exports to plain ESM. */
let exported: Record<string, readonly string[]>

beforeAll(async () => {
  consumer = mkdtempSync(join(tmpdir(), 'rollcall-consumer-'))
  // The build's job is not this test's: npm test builds first. Dependencies are copied, so that no registry is asked.
  const packed = await npm(repositoryFolder, 'pack', '--json', '--ignore-scripts', '--pack-destination', consumer)
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }]
  writeFileSync(join(consumer, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  for (const name of [...Object.keys(manifest.dependencies), ...requiredPeers]) bring(name)
  await npm(consumer, 'install', '--offline', '--no-audit', '--no-fund', '--no-package-lock', join(consumer, filename))
  // Peers, for the subpaths that are about them, and what they depend on: npm leaves them to the user.
  for (const name of [...Object.keys(manifest.peerDependencies), 'pure-rand']) bring(name)
  const program = `console.log(JSON.stringify(Object.fromEntries(await Promise.all(${JSON.stringify([...promised.keys()])}.map(async (name) => [name, Object.keys(await import(name))])))))`
  exported = JSON.parse(await run('--input-type=module', '--eval', program)) as typeof exported
})

function bring(name: string): void {
  cpSync(join(repositoryFolder, 'node_modules', name), join(consumer, 'node_modules', name), { recursive: true })
}

afterAll(() => rmSync(consumer, { recursive: true, force: true }))

describe('the packed package, installed', () => {
  const installed = () => join(consumer, 'node_modules', 'rollcall')

  test('has what a user reads, and nothing that is only ours', () => {
    for (const path of ['README.md', 'LICENSE', 'CHANGELOG.md', 'docs/architecture.md', 'dist/cli.js'])
      expect(existsSync(join(installed(), path)), path).toBe(true)
    for (const path of ['src', 'test', '.ci']) expect(existsSync(join(installed(), path)), path).toBe(false)
  })

  test('has every file its exports name', () => {
    const targets = Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : [target.types, target.default],
    )
    expect(targets.filter((target) => !existsSync(join(installed(), target)))).toEqual([])
  })

  test('takes XState from the application, so that there is one copy', () => {
    expect(requiredPeers).toEqual(['xstate'])
    expect(manifest.dependencies).not.toHaveProperty('xstate')
    expect(existsSync(join(installed(), 'node_modules'))).toBe(false)
  })

  test('promises something under every subpath', () => {
    const subpaths = Object.keys(manifest.exports)
      .filter((subpath) => subpath !== './package.json')
      .map((subpath) => subpath.replace('.', 'rollcall'))
    expect([...promised.keys()].sort()).toEqual(subpaths.sort())
  })

  test.each([...promised])('%s can be imported from plain ESM and has the promised names', (subpath, names) => {
    expect(exported[subpath]?.length).toBeGreaterThan(0)
    expect(names.filter((name) => exported[subpath]?.includes(name) !== true)).toEqual([])
  })

  test('is one package: an error thrown under one subpath is recognised under another', async () => {
    const program = `
      import { isRollcallError, RollcallError } from 'rollcall'
      import { parseNotifications } from 'rollcall/graph'
      try { parseNotifications(null) } catch (error) { console.log(isRollcallError(error), error instanceof RollcallError) }`
    expect(await run('--input-type=module', '--eval', program)).toBe('true true\n')
  })

  test('has declarations that strict TypeScript programs compile against, the README included, libraries checked too', async () => {
    const programs = [
      typedProgram,
      ...snippetsOf(readFileSync(join(repositoryFolder, 'README.md'), 'utf8')).map(({ program }) => program),
    ]
    for (const [index, program] of programs.entries()) writeFileSync(join(consumer, `program-${index}.ts`), program)
    writeFileSync(
      join(consumer, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          target: 'es2023',
          module: 'nodenext',
          strict: true,
          noEmit: true,
          skipLibCheck: false,
          types: ['node'],
          typeRoots: [join(repositoryFolder, 'node_modules/@types')],
        },
        files: programs.map((_, index) => `program-${index}.ts`),
      }),
    )
    const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
    expect(await run(tsc, '-p', consumer)).toBe('')
  })

  test('has a command that says its version', async () => {
    expect(await run(join(consumer, 'node_modules/.bin/rollcall'), '--version')).toBe(`${manifest.version}\n`)
  })
})

/** What a Node process prints; whatever it complains of is shown with it. */
async function run(...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await runNode(args, { cwd: consumer })
  return `${stdout}${stderr}`
}

async function npm(cwd: string, ...args: readonly string[]): Promise<string> {
  const { stdout, stderr, status } = await follow(
    spawn('npm', args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] }),
    `npm ${args[0]}`,
  ).ended()
  expect(status, stderr).toBe(0)
  return stdout
}
