import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { snippetsOf } from '../documents/snippets.ts'
import { imports, installConsumer, manifest, requiredPeers, type Consumer } from '../package/consumer.ts'
import { runNode } from '../waiting/node-process.ts'
import { repositoryFolder } from './repository-folder.ts'

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
  ['rollcall/emulator', ['startEmulator', 'emulatorClient', 'steppedTime']],
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
  [
    'rollcall/testing',
    [
      'laws',
      'checkLaw',
      'assertLaw',
      'storeLaws',
      'transportLaws',
      'checkBot',
      'assertBot',
      'embeddedBot',
      'historyFromTrace',
    ],
  ],
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

let consumer: Consumer
/** The names each subpath exports to plain ESM. */
let exported: Record<string, readonly string[]>

beforeAll(async () => {
  consumer = await installConsumer()
  const program = `console.log(JSON.stringify(Object.fromEntries(await Promise.all(${JSON.stringify([...promised.keys()])}.map(async (name) => [name, Object.keys(await import(name))])))))`
  exported = JSON.parse(await run('--input-type=module', '--eval', program)) as typeof exported
})

afterAll(() => consumer.remove())

describe('the packed package, installed', () => {
  const installed = () => join(consumer.folder, 'node_modules', 'rollcall')

  test('has what a user reads, and nothing that is only ours', () => {
    for (const path of ['README.md', 'LICENSE', 'CHANGELOG.md', 'docs/architecture.md', 'dist/cli.js', 'src/index.ts'])
      expect(existsSync(join(installed(), path)), path).toBe(true)
    for (const path of ['src/inspect/page', 'test', '.ci', 'docs/pictures'])
      expect(existsSync(join(installed(), path)), path).toBe(false)
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
    expect([...promised.keys()].sort()).toEqual([...imports].sort())
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
    for (const [index, program] of programs.entries())
      writeFileSync(join(consumer.folder, `program-${index}.ts`), program)
    writeFileSync(
      join(consumer.folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          target: 'es2023',
          module: 'nodenext',
          strict: true,
          exactOptionalPropertyTypes: true,
          noEmit: true,
          skipLibCheck: false,
          types: ['node'],
          typeRoots: [join(repositoryFolder, 'node_modules/@types')],
        },
        files: programs.map((_, index) => `program-${index}.ts`),
      }),
    )
    const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
    expect(errorsOfOurs(await run(tsc, '-p', consumer.folder))).toEqual([])
  })

  test('has a command that says its version', async () => {
    expect(await run(join(consumer.folder, 'node_modules/.bin/rollcall'), '--version')).toBe(`${manifest.version}\n`)
  })
})

/** What a Node process prints; whatever it complains of is shown with it. */
async function run(...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await runNode(args, { cwd: consumer.folder })
  return `${stdout}${stderr}`
}

/** Errors of the compiler that are not in XState's own declarations, which have some under `exactOptionalPropertyTypes`. */
function errorsOfOurs(printed: string): readonly string[] {
  return printed.split('\n').filter((line) => /^\S.*error TS/.test(line) && !line.startsWith('node_modules/xstate/'))
}
