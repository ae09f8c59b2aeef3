/**
 * The demo: a bot that embeds rollcall talks to the emulator over HTTP and plays the documented conversations, once on
 * the `/communications` paths and once on their alias `/app`. It checks its own outcomes.
 * @module
 */
import { startEmulator, type Emulator } from '../emulator/server.ts'
import type { GraphPathPrefix } from '../graph/wire/shapes.ts'
import type { SettingsInput } from '../simulator/settings.ts'
import { TraceBuffer } from '../inspect/trace-buffer.ts'
import { startInspectServer } from '../inspect/inspect-server.ts'
import { startBot, type Bot } from './bot.ts'
import { cast, nameOf } from './cast.ts'
import { paintFor, type Paint } from './paint.ts'
import { rosterTable } from './roster-table.ts'
import { scenes, type Scene } from './scenes.ts'
import { SteppedTime } from './stepped-time.ts'
import { Timeline } from './timeline.ts'
import { systemClock } from '../time/system-clock.ts'

/** How the demo is played. */
export interface DemoOptions {
  readonly out: NodeJS.WritableStream
  /** Given: everything stays up after the last scene, for whoever wants to try, until this resolves. */
  readonly stopped?: (() => Promise<void>) | undefined
  /** Other readings of the service than the emulator's defaults. */
  readonly settings?: SettingsInput | undefined
  /** Shows each moment in its time, for a person to follow; otherwise everything happens at once. */
  readonly isPaced?: boolean | undefined
}

/** How much faster than real time a paced demo runs: a minute of ringing is three seconds. */
const SPEED = 20

/** How long a scene may take by the emulator's clock: many times what the longest needs. */
const SCENE_LIMIT_MS = 600_000

/** Plays everything. Resolves to the exit code: 1 when a scene ended otherwise than it has to. */
export async function playDemo({ out, stopped, settings, isPaced = false }: DemoOptions): Promise<number> {
  const epochMs = systemClock.now()
  const emulator = await startEmulator({
    clock: 'stepped',
    epochMs,
    callbackTimeoutMs: 0,
    settings,
    requireToken: false,
  })
  const time = new SteppedTime(emulator, epochMs, isPaced ? SPEED : Infinity)
  const paint = paintFor(out)
  const timeline = new Timeline({ out, paint, now: time.clock.now })
  // The people of the demo are made up: nothing has to be hidden.
  const stage = { emulator, time, timeline, paint, buffer: new TraceBuffer({ showIdentities: true }) }
  for (const person of Object.values(cast)) if ('script' in person) emulator.control.script(person.id, person.script)
  timeline.print(
    `A bot and an emulated call service at ${emulator.url}, talking over HTTP. ${isPaced ? `Time runs ${SPEED} times faster there.` : 'No time passes there but what they wait for.'}`,
  )
  try {
    let failures = await playAct(stage, 'communications')
    failures += await playAct(stage, 'app', stopped)
    timeline.print(
      failures === 0
        ? paint('good', 'Every scene ended as it has to.')
        : paint('bad', `${failures} expectations were not met.`),
    )
    return failures === 0 ? 0 : 1
  } finally {
    await emulator.close()
  }
}

interface Setting {
  readonly emulator: Emulator
  readonly time: SteppedTime
  readonly timeline: Timeline
  readonly paint: Paint
  /** Everything both bots were told, for the page. */
  readonly buffer: TraceBuffer
}

/** All scenes with one bot in one call. Resolves to how many expectations were not met. */
async function playAct(setting: Setting, pathPrefix: GraphPathPrefix, stopped?: () => Promise<void>): Promise<number> {
  const { emulator, time, timeline, buffer } = setting
  timeline.heading(`The bot creates a call on /${pathPrefix}/calls`)
  const bot = await startBot({ serviceUrl: emulator.url, pathPrefix, time, timeline, buffer })
  try {
    // Somebody who is there all the time and whom nobody asked: they have to be left alone.
    emulator.control.join(bot.call.id, { user: { id: cast.bystander.id } })
    await time.during(time.pass(1_000))
    await bot.written()
    let failures = 0
    for (const [index, scene] of scenes.entries()) failures += await playScene(setting, bot, scene, index + 1)
    failures += await showRoster(setting, bot)
    if (stopped !== undefined) await receiveGuests(setting, bot, stopped)
    timeline.heading('The bot hangs up')
    await time.during(bot.call.hangUp())
    return failures
  } finally {
    await bot.close()
  }
}

async function playScene(
  { emulator, time, timeline }: Setting,
  bot: Bot,
  scene: Scene,
  number: number,
): Promise<number> {
  timeline.heading(`${number}. ${scene.title}`)
  const limit = new AbortController()
  const stopClock = time.clock.schedule(time.clock.now() + SCENE_LIMIT_MS, () =>
    limit.abort(new Error('it takes too long')),
  )
  try {
    const expectations = await time.during(
      scene.play({ bot, emulator, pass: (ms) => time.pass(ms), signal: limit.signal }),
    )
    await bot.written()
    for (const { isMet, text } of expectations) timeline.verdict(isMet, text)
    return expectations.filter(({ isMet }) => !isMet).length
  } catch (error) {
    await bot.written()
    timeline.verdict(false, `the scene broke off: ${error instanceof Error ? error.message : String(error)}`)
    return 1
  } finally {
    stopClock()
  }
}

async function showRoster({ emulator, timeline, paint }: Setting, bot: Bot): Promise<number> {
  const { participants } = await bot.call.read()
  timeline.heading('In the end')
  for (const line of rosterTable(participants.values(), paint)) timeline.print(line)
  const believed = [...participants.values()]
    .filter(({ state }) => state === 'active')
    .map(({ identity }) => nameOf(identity))
  const actual = emulator.truth(bot.call.id)?.present.map(({ identityId }) => nameOf({ user: { id: identityId } }))
  const isRight = believed.join() === actual?.join()
  timeline.verdict(isRight, `${believed.join(', ')} is in the call, and nobody else: the service agrees`)
  return isRight ? 0 : 1
}

/** Keeps everything up for whoever wants to look, or to try. */
async function receiveGuests(
  { emulator, time, timeline, buffer }: Setting,
  bot: Bot,
  stopped: () => Promise<void>,
): Promise<void> {
  const call = `${emulator.url}/v1.0/communications/calls/${bot.call.id}/participants`
  const fay = emulator.truth(bot.call.id)?.present[0]?.id ?? '{id}'
  const page = await startInspectServer({ buffer, kind: 'live' })
  timeline.heading('The emulator and the bot stay up. From another terminal:')
  timeline.print(`  curl ${call}\n  curl -X DELETE ${call}/${fay}`)
  timeline.heading('Both calls, step by step, in a browser:')
  timeline.print(`  ${page.url}\n  (Ctrl-C ends it)`)
  try {
    await time.live(stopped(), SPEED)
  } finally {
    await page.close()
  }
}
