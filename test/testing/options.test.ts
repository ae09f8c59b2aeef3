/**
 * Options of the kit: what cannot be meant is refused, by the name of the option, before anything is played.
 * @module
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { calleeScripts, stays } from '../../src/testing/arbitraries/callee-scripts.ts'
import { faultPlans, longestDelay } from '../../src/testing/arbitraries/fault-plans.ts'
import { notifications } from '../../src/testing/arbitraries/notifications.ts'
import { applyQuirks } from '../../src/testing/arbitraries/quirks.ts'
import { rosterEntries } from '../../src/testing/arbitraries/rosters.ts'
import { checkBot } from '../../src/testing/bots/check-bot.ts'
import { embeddedBot } from '../../src/testing/bots/embedded-bot.ts'
import { CommandedHost, hostCommands } from '../verification/commands.ts'
import { checkHistories } from '../verification/histories/check.ts'
import { plans } from '../../src/testing/histories/plan.ts'
import { hostLaws } from '../../src/testing/host/host-laws.ts'
import { checkLaw } from '../../src/testing/laws.ts'
import { virtualClock } from '../../src/time/virtual-clock.ts'
import { histories } from '../../src/testing/random-moves.ts'
import { historyFromTrace } from '../../src/testing/report/history-from-trace.ts'
import { storeLaws } from '../../src/testing/store/store-laws.ts'
import { stories } from '../../src/testing/truth-model.ts'
import { rollcallSystem } from '../../src/testing/system.ts'
import { transportLaws } from '../../src/testing/transport/transport-laws.ts'
import { monitorAll } from '../../src/testing/step-monitors.ts'

const system = rollcallSystem

/** A bot that nobody gets to make. */
const bot = (): never => {
  throw new Error('a run was played')
}

function lawOf<L extends { readonly name: string }>(laws: readonly L[], word: string): L {
  return laws.find(({ name }) => name.includes(word)) as L
}

/** Calls that cannot be meant, by what they say. */
const refused: Readonly<Record<string, () => unknown>> = {
  'checkBot: runs: expected a whole number, 1 or more; found -5': () => checkBot(bot, { runs: -5 }),
  'checkBot: runs: expected a whole number, 1 or more; found NaN': () => checkBot(bot, { runs: Number.NaN }),
  'checkBot: seed: expected a whole number; found a string': () => checkBot(bot, { seed: 'x' as never }),
  'checkBot: faults: expected one of none, late, lossy, or an array; found "medium"': () =>
    checkBot(bot, { faults: 'medium' as never }),
  'checkBot: devices: expected one of one, several; found "two"': () => checkBot(bot, { devices: 'two' as never }),
  'checkBot: actions: expected at least one of invite, ': () => checkBot(bot, { actions: [] }),
  'checkBot: path: expected a path': () => checkBot(bot, { path: 'abc' }),
  'checkBot: path: expected a path as a failure names it, like 5:0:0; found a string': () =>
    checkBot(bot, { path: '12345678901234567890' }),
  'watchAll: the second argument[0]: expected one of totality, ': () =>
    monitorAll(rollcallSystem, ['gravity' as never]),
  "checkBot: no option 'run'": () => checkBot(bot, { run: 3 } as never),
  'checkBot: the first argument: expected a function; found nothing': () => checkBot(undefined as never),
  "checkBot: no option 'switches.rosterMood'; did you mean 'rosterMode'? Options: cancelBeforeAnswer, ": () =>
    checkBot(bot, { switches: { rosterMood: 'full' } as never, traces: false }),
  'checkBot: expectations[0].name: expected a name that is not empty and not a built-in one; found a string': () =>
    checkBot(bot, { expectations: [{ name: 'one invite', check: () => true }] }),
  'checkBot: expectations[0].check: expected a function; found nothing': () =>
    checkBot(bot, { expectations: [{ name: 'mine' } as never] }),
  'checkBot: expectations[0].when: expected one of atRest, always; found "often"': () =>
    checkBot(bot, { expectations: [{ name: 'mine', when: 'often' as never, check: () => true }] }),
  'checkBot: expectations[0]: expected an object with name, when, check; found an object': () =>
    checkBot(bot, { expectations: [{ name: 'mine', wehn: 'always', check: () => true } as never] }),
  'checkBot: expectations: expected a different name for each expectation; found an array': () =>
    checkBot(bot, { expectations: ['mine', 'mine'].map((name) => ({ name, check: () => true })) }),
  'checkBot: except[0]: expected one of no false departure, ': () => checkBot(bot, { except: ['gravity' as never] }),
  'embeddedBot: the first argument: expected a function; found nothing': () => embeddedBot(undefined as never),
  'checkHistories: count: expected a whole number, 1 or more; found -1': () => checkHistories({ seed: 1, count: -1 }),
  'checkHistories: mode: expected one of bounded, unbounded; found "x"': () =>
    checkHistories({ seed: 1, count: 1, mode: 'x' as never }),
  'checkHistories: seed: expected a whole number; found nothing': () => checkHistories({ count: 1 } as never),
  'checkLaw: the law: expected one of totality, ': () => checkLaw('gravity' as never, { system, seed: 1, runs: 1 }),
  'checkLaw: runs: expected a whole number, 1 or more; found 0': () => checkLaw('proof', { system, seed: 1, runs: 0 }),
  'checkLaw: system: expected an object with open, step, encode, decode; found nothing': () =>
    checkLaw('proof', { seed: 1, runs: 1 } as never),
  'historyFromTrace: laws[0]: expected one of totality, ': () => historyFromTrace('', { laws: ['gravity' as never] }),
  'plans: mode: expected one of bounded, unbounded; found "x"': () => plans({ mode: 'x' as never }),
  'plans: expected an object of options; found null': () => plans(null as never),
  "plans: no option 'kind'": () => plans({ kind: [] } as never),
  'faultPlans: kinds[0]: expected one of delay, ': () => faultPlans({ kinds: ['gremlin' as never] }),
  'faultPlans: longestDelayMs: expected milliseconds, 0 or more; found -1': () => faultPlans({ longestDelayMs: -1 }),
  'notifications: news: expected a whole number, 1 or more; found 0': () => notifications({ news: 0 }),
  'notifications: callId: expected an id of letters, digits and dashes; found a string': () =>
    notifications({ callId: 'a/b?c' }),
  "rosterEntries: no option 'isdelta'": () => rosterEntries({ isdelta: true } as never),
  'rosterEntries: isDelta: expected true or false; found 1': () => rosterEntries({ isDelta: 1 as never }),
  'applyQuirks: the quirks[0]: expected one of no type on the envelope, ': () =>
    applyQuirks({ value: [] }, ['subcode' as never]),
  'applyQuirks: the body: expected an object; found nothing': () => applyQuirks(undefined as never, []),
  'virtualClock: expected milliseconds, 0 or more; found NaN': () => virtualClock(Number.NaN),
  'calleeScripts: devices: expected one of one, several; found "two"': () => calleeScripts('two' as never),
  'stays: devices: expected one of one, several; found "two"': () => stays('two' as never),
  'stays: depth: expected a whole number, 0 or more; found -1': () => stays('one', -1),
  'hostCommands: maxCommands: expected a whole number, 0 or more; found -1': () => hostCommands({ maxCommands: -1 }),
  'CommandedHost.begin: expected an object of options; found null': () => CommandedHost.begin(null as never),
  "CommandedHost.begin: no option 'stores'": () => CommandedHost.begin({ stores: memoryStore() } as never),
  'CommandedHost.begin: store.load: expected a function; found nothing': () =>
    CommandedHost.begin({ store: {} as never }),
  'histories: the longest: expected a whole number, 1 or more; found 0': () => histories(0),
  'stories: how many people: expected a whole number, 1 or more; found 0': () => stories(0),
  'storeLaws: histories: expected a whole number, 1 or more; found -1': () =>
    storeLaws(() => ({ store: memoryStore() }), { histories: -1 }),
  'storeLaws: what was opened: expected { store }; found nothing': () => storeLaws(() => undefined as never)[0]?.run(),
  'storeLaws: the store that was opened: reserve: expected a function; found nothing': () =>
    storeLaws(() => ({ store: { load: memoryStore().load, commit: memoryStore().commit } as never }))[0]?.run(),
  'storeLaws: dispose: expected a function; found true': () =>
    storeLaws(() => ({ store: memoryStore(), dispose: true as never }))[0]?.run(),
  'storeLaws: isDurable: expected true or false; found a string': () =>
    storeLaws(() => ({ store: memoryStore() }), { isDurable: 'yes' as never }),
  'storeLaws: reopen, of a store that isDurable: expected a function; found nothing': () =>
    storeLaws(() => ({ store: memoryStore() }), { isDurable: true })[0]?.run(),
  'storeLaws: the store that was opened has reopen: expected isDurable: true': () =>
    storeLaws(() => ({ store: memoryStore(), reopen: async () => memoryStore() }))[0]?.run(),
  'storeLaws: file, of a store that isFile: expected an object with openLink, openCrashed, remove, empty, replace':
    () => storeLaws(() => ({ store: memoryStore(), reopen: async () => memoryStore() }), { isFile: true })[0]?.run(),
  'storeLaws: the store that was opened has file: expected isFile: true': () =>
    storeLaws(
      () => ({
        store: memoryStore(),
        reopen: async () => memoryStore(),
        file: {
          openLink: async () => memoryStore(),
          openCrashed: async () => memoryStore(),
          remove: async () => undefined,
          empty: async () => undefined,
          replace: async () => undefined,
        },
      }),
      { isDurable: true },
    )[0]?.run(),
  'storeLaws: what was reopened: expected an object; found nothing': () =>
    lawOf(
      storeLaws(() => ({ store: memoryStore(), reopen: async () => undefined as never }), { isDurable: true }),
      'durability',
    ).run(),
  'transportLaws: the first argument: expected a function': () => transportLaws({} as never),
  'transportLaws: what was made: expected an object with createCall, getCall, ': () =>
    transportLaws(() => undefined as never)[0]?.run(),
  'transportLaws: what was made: expected an object with createCall, getCall, keepAlive, hangUp': () =>
    transportLaws(({ service }) => ({ ...service.transport(), muteParticipant: undefined as never }))[0]?.run(),
  'hostLaws: the first argument: expected a function': () => hostLaws(undefined as never),
  'hostLaws: what was made: expected an object with call, createCall, subscribe, receive, close; found nothing': () =>
    hostLaws(() => undefined as never)[0]?.run(),
}

describe('the kit refuses what cannot be meant', () => {
  test.each(Object.entries(refused))('%s', async (message, call) => {
    // Thrown at once by what returns at once, rejected with by what does not.
    const error: unknown = await (async () => call())().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(message.startsWith('There is no switch') ? Error : TypeError)
    expect((error as Error).message).toContain(message)
  })

  test('and takes delays shorter than it would choose', () => {
    fc.assert(fc.property(faultPlans({ longestDelayMs: 10, rules: 1 }), (rules) => longestDelay(rules) <= 10))
  })
})
