/**
 * The demo: a bot that embeds rollcall talks to the emulator over HTTP through the documented conversations, once on
 * the `/communications` paths and once on their alias `/app`. It checks its own outcomes.
 * @module
 */
import { startEmulator, type Emulator } from '../emulator/server.ts'
import type { GraphPathPrefix } from '../graph/wire/shapes.ts'
import type { SettingsInput } from '../simulator/graph/dialect.ts'
import { TraceBuffer } from '../inspect/trace-buffer.ts'
import { startInspectServer } from '../inspect/inspect-server.ts'
import { startBot, type Bot } from './bot.ts'
import { people, displayNameOf, identityOf } from './people.ts'
import { paintForStream, type Paint } from './paint.ts'
import { rosterTable } from './roster-table.ts'
import { demoScenes, type DemoScene } from './scenes.ts'
import { SteppedTime } from '../emulator/stepped-time.ts'
import { DemoLog, type LogStream } from './demo-log.ts'
import { systemClock } from '../time/system-clock.ts'
import { formatCount } from '../trace/labels.ts'

/** Options of the demo. */
export interface DemoOptions {
  readonly out: LogStream
  /** If given, emulator and bot keep running after the last scene, until this resolves. */
  readonly stopped?: (() => Promise<void>) | undefined
  /** Switches and times of the service other than the defaults. */
  readonly settings?: SettingsInput | undefined
  /** Delays events as in scaled real time, for a person to follow; otherwise there are no delays. */
  readonly isPaced?: boolean | undefined
}

/** How much faster than real time a paced demo runs: a minute of ringing takes three seconds. */
const SPEED = 20

/** Limit of a scene by the emulator's clock, in milliseconds; many times what the longest needs. */
const SCENE_LIMIT_MS = 600_000

/** Runs the demo. Resolves to the exit code: 1 if an expectation was not met. */
export async function performDemo({ out, stopped, settings, isPaced = false }: DemoOptions): Promise<number> {
  const epochMs = systemClock.now()
  const emulator = await startEmulator({
    clock: 'stepped',
    epochMs,
    callbackTimeoutMs: 0,
    settings,
    requireToken: 'none',
  })
  const time = new SteppedTime(emulator, epochMs, isPaced ? SPEED : Infinity)
  const paint = paintForStream(out)
  const log = new DemoLog({ out, paint, now: time.clock.now })
  // The demo's people are invented: nothing has to be redacted.
  const context = { emulator, time, log, paint, buffer: new TraceBuffer({ showIdentities: true }) }
  for (const person of Object.values(people)) if ('script' in person) emulator.control.script(person.id, person.script)
  log.print(`A bot and an emulated call service at ${emulator.url} talk over HTTP.`)
  log.print(isPaced ? `Its time runs ${SPEED} times faster.` : 'Its time passes only while they wait.')
  try {
    let failures = await runCall(context, 'communications')
    failures += await runCall(context, 'app', stopped)
    log.print(
      failures === 0
        ? paint('good', 'Every scene ended as expected.')
        : paint('bad', `${formatCount(failures, 'expectation')} ${failures === 1 ? 'was' : 'were'} not met.`),
    )
    return failures === 0 ? 0 : 1
  } finally {
    await emulator.close()
  }
}

interface DemoContext {
  readonly emulator: Emulator
  readonly time: SteppedTime
  readonly log: DemoLog
  readonly paint: Paint
  /** The steps of both bots, for the page. */
  readonly buffer: TraceBuffer
}

/** Runs all scenes with one bot in one call. Resolves to the number of expectations not met. */
async function runCall(
  context: DemoContext,
  pathPrefix: GraphPathPrefix,
  stopped?: () => Promise<void>,
): Promise<number> {
  const { emulator, time, log, buffer } = context
  log.callHeading(`The bot creates a call on /${pathPrefix}/calls`)
  const bot = await startBot({ serviceUrl: emulator.url, pathPrefix, time, log, buffer })
  try {
    // An uninvited participant who is present all the time, and must not be affected.
    emulator.control.join(bot.call.id, identityOf(people.bystander))
    await time.during(time.pass(1_000))
    await bot.written()
    let failures = 0
    for (const [index, scene] of demoScenes.entries()) failures += await runScene(context, bot, scene, index + 1)
    failures += await showRoster(context, bot)
    if (stopped !== undefined) await keepRunning(context, bot, stopped)
    log.heading('The bot hangs up')
    await time.during(bot.call.hangUp())
    return failures
  } finally {
    await bot.close()
  }
}

async function runScene(
  { emulator, time, log }: DemoContext,
  bot: Bot,
  scene: DemoScene,
  number: number,
): Promise<number> {
  log.heading(`${number}. ${scene.title}`)
  const limit = new AbortController()
  const stopClock = time.clock.schedule(time.clock.now() + SCENE_LIMIT_MS, () =>
    limit.abort(new Error('it takes too long')),
  )
  try {
    const expectations = await time.during(
      scene.run({ bot, emulator, pass: (ms) => time.pass(ms), signal: limit.signal }),
    )
    await bot.written()
    for (const { isMet, text } of expectations) log.verdict(isMet, text)
    return expectations.filter(({ isMet }) => !isMet).length
  } catch (error) {
    await bot.written()
    log.verdict(false, `the scene failed: ${error instanceof Error ? error.message : String(error)}`)
    return 1
  } finally {
    stopClock()
  }
}

async function showRoster({ emulator, log, paint }: DemoContext, bot: Bot): Promise<number> {
  const { participants } = await bot.call.read()
  log.heading('Final roster')
  for (const line of rosterTable(participants.values(), paint)) log.print(line)
  const believed = [...participants.values()]
    .filter(({ state }) => state === 'active')
    .map(({ identity }) => displayNameOf(identity))
  const actual = emulator
    .truth(bot.call.id)
    ?.present.map(({ identityId }) => displayNameOf({ user: { id: identityId } }))
  const isRight = believed.join() === actual?.join()
  log.verdict(isRight, `${believed.join(', ')} is the only participant: the service agrees`)
  return isRight ? 0 : 1
}

/** Keeps emulator and bot running until the user stops the demo. */
async function keepRunning(
  { emulator, time, log, buffer }: DemoContext,
  bot: Bot,
  stopped: () => Promise<void>,
): Promise<void> {
  const call = `${emulator.url}/v1.0/communications/calls/${bot.call.id}/participants`
  const fay = emulator.truth(bot.call.id)?.present[0]?.id ?? '{id}'
  const page = await startInspectServer({ buffer, kind: 'live' })
  log.heading('The emulator and the bot keep running. From another terminal:')
  log.print(`  curl ${call}\n  curl -X DELETE ${call}/${fay}`)
  log.heading('Both calls, step by step, in a browser:')
  log.print(`  ${page.url}\n  (Ctrl-C stops the demo)`)
  try {
    await time.live(stopped(), SPEED)
  } finally {
    log.end()
    await page.close()
  }
}
