/**
 * Every public function that takes options, and options that it must refuse.
 * @module
 */
import { openTelemetry } from '../../src/telemetry/telemetry.ts'
import { graphTransport } from '../../src/graph/transport/transport.ts'
import { graphWebhook } from '../../src/graph/webhook/webhook.ts'
import { openCall } from '../../src/call/step.ts'
import { emulatorClient } from '../../src/emulator/client.ts'
import { createControl } from '../../src/emulator/control.ts'
import { startEmulator } from '../../src/emulator/server.ts'
import { steppedTime } from '../../src/emulator/stepped-time.ts'
import { createRollcall } from '../../src/host/api/rollcall.ts'
import { memoryStore } from '../../src/host/ports/memory-store.ts'
import { toMermaid } from '../../src/inspect/diagram.ts'
import { inspectHost } from '../../src/inspect/inspect-host.ts'
import { bridgeToStately } from '../../src/inspect/stately.ts'
import { participantConfig } from '../../src/participant/machine-config.ts'
import { Driver } from '../../src/simulator/graph/service.ts'
import { createSimulation } from '../../src/simulator/graph/service.ts'
import { simulatedService, simulatedTransport } from '../../src/simulator/graph/transport.ts'
import { virtualClock } from '../../src/simulator/virtual-clock.ts'
import { createWorld } from '../../src/simulator/graph/service.ts'
import { sqliteStore } from '../../src/sqlite/store.ts'
import { faultPlans } from '../../src/testing/arbitraries/fault-plans.ts'
import { notifications } from '../../src/testing/arbitraries/notifications.ts'
import { rosterEntries } from '../../src/testing/arbitraries/rosters.ts'
import { assertBot, checkBot } from '../../src/testing/bots/check-bot.ts'
import { plans } from '../../src/testing/histories/plan.ts'
import { playPlan } from '../../src/testing/histories/run-plan.ts'
import { assertLaw, checkLaw } from '../../src/testing/laws.ts'
import { historyFromTrace } from '../../src/testing/report/history-from-trace.ts'
import { reportRun } from '../../src/testing/report/run-report.ts'
import { simulatedFetch } from '../../src/testing/simulated-fetch.ts'
import { storeLaws } from '../../src/testing/store/store-laws.ts'
import { rollcallSystem } from '../../src/testing/system.ts'
import { transportLaws } from '../../src/testing/transport/transport-laws.ts'
import { recordTraces } from '../../src/trace/recorder.ts'
import { toSequenceDiagram } from '../../src/trace/sequence-diagram.ts'

/** One function, and options that it must refuse. */
export interface Factory {
  /** Calls it with these options; what it starts is not started, because they are refused. */
  readonly call: (options: never) => unknown
  /** Options it takes, and needs. */
  readonly valid?: object
  /** The name that its messages begin with. Default: the function's own. */
  readonly calledAs?: string
  /** A misspelt option, and the one that is meant. */
  readonly misspelt: readonly [wrong: string, right: string]
  /** An option with a value of another type. */
  readonly wrongType: readonly [option: string, value: unknown]
  /** An option with a value of the right type that cannot be; absent where no option has such a value. */
  readonly outOfRange?: readonly [option: string, value: unknown]
  /** The options are fields of a larger object, which is checked as a whole: null in their place is none of them. */
  readonly isPartOfAct?: true
  /** An option that may be null, and counts as absent then: the function reads configurations. */
  readonly takesNull?: true
}

const transport = simulatedTransport()
const rollcall = () => createRollcall({ transport, store: memoryStore() })
const call = () => rollcall().call('call')
const bob = { user: { id: 'bob' } }
const source = { onStep: () => () => undefined }
const notReached = (): never => {
  throw new Error('wrong options were taken')
}

const control = createControl({ act: notReached } as never, {} as never)

const wait = {
  misspelt: ['timeoutMS', 'timeoutMs'],
  wrongType: ['timeoutMs', '5'],
  outOfRange: ['timeoutMs', -1],
} as const

const scripts = {
  misspelt: ['script', 'scripts'],
  wrongType: ['scripts', 7],
  outOfRange: ['epochMs', 1e300],
} as const

const law = {
  valid: { system: rollcallSystem, seed: 1, runs: 1 },
  misspelt: ['run', 'runs'],
  wrongType: ['seed', '1'],
  outOfRange: ['runs', 0],
} as const

const showing = { misspelt: ['showIdentity', 'showIdentities'], wrongType: ['showIdentities', 'yes'] } as const

/** By the name of the function, or of the interface and its method. */
export const factories: Readonly<Record<string, Factory>> = {
  createRollcall: {
    call: createRollcall,
    valid: { transport },
    misspelt: ['ringTimoutMs', 'ringTimeoutMs'],
    wrongType: ['onError', 'log it'],
    outOfRange: ['keepAliveMs', Number.POSITIVE_INFINITY],
  },
  'Rollcall.createCall': { call: (options) => rollcall().createCall({}, options), ...wait },
  'Rollcall.subscribe': {
    call: (options) => rollcall().subscribe(() => undefined, options),
    misspelt: ['curser', 'cursor'],
    wrongType: ['facts', 'yes'],
  },
  'Rollcall.receive': {
    call: (options) => rollcall().receive([], options),
    misspelt: ['unknownCall', 'unknownCalls'],
    wrongType: ['tenantId', 7],
    outOfRange: ['unknownCalls', 'addopt'],
  },
  'Rollcall.close': {
    call: (options) => rollcall().close(options),
    misspelt: ['drainMS', 'drainMs'],
    wrongType: ['drainMs', '5'],
    outOfRange: ['drainMs', -1],
  },
  'CallHandle.invite': {
    call: (options) => call().invite(bob, options),
    misspelt: ['ringTimeout', 'ringTimeoutMs'],
    wrongType: ['hidden', 'yes'],
    outOfRange: ['timeoutMs', -1],
    takesNull: true,
  },
  'CallHandle.remove': { call: (options) => call().remove('bob', options), ...wait },
  'CallHandle.cancel': { call: (options) => call().cancel('bob', options), ...wait },
  'CallHandle.waitFor': { call: (options) => call().waitFor('bob', 'active', options), ...wait },
  'CallHandle.mute': { call: (options) => call().mute('bob', options), ...wait },
  'CallHandle.established': { call: (options) => call().established(options), ...wait },
  'CallHandle.hangUp': { call: (options) => call().hangUp(options), ...wait },
  'CallHandle.answer': { call: (options) => call().answer({}, options), ...wait },
  'CallHandle.reject': { call: (options) => call().reject('busy', options), ...wait },
  'CallHandle.unmute': { call: (options) => call().unmute('bob', options), ...wait },
  'CallHandle.muteAll': { call: (options) => call().muteAll(options), ...wait },
  'CallHandle.redirect': {
    call: (options) => call().redirect(bob, options),
    misspelt: ['ringTimeout', 'ringTimeoutMs'],
    wrongType: ['ringTimeoutMs', '60'],
    outOfRange: ['timeoutMs', -1],
  },
  'CallHandle.transfer': {
    call: (options) => call().transfer(bob, options),
    misspelt: ['transferree', 'transferee'],
    wrongType: ['replacesCallId', 7],
    outOfRange: ['timeoutMs', -1],
  },
  openCall: {
    call: (options) => openCall('call', options),
    misspelt: ['graceMS', 'graceMs'],
    wrongType: ['applicationId', 7],
    outOfRange: ['tombstoneLimit', 0.5],
  },

  graphTransport: {
    call: graphTransport,
    valid: { token: () => 'token' },
    misspelt: ['baseURL', 'baseUrl'],
    wrongType: ['token', 'eyJ0eXAiOiJKV1QifQ'],
    outOfRange: ['maxAttempts', 0],
  },
  graphWebhook: {
    call: (options) => graphWebhook(rollcall(), options),
    valid: { appId: 'app' },
    misspelt: ['tenantID', 'tenantId'],
    wrongType: ['bodyLimit', '16 MB'],
    outOfRange: ['openIdConfigUrl', 'keys.example'],
  },
  sqliteStore: {
    call: (options) => sqliteStore(':memory:', options),
    misspelt: ['pollMS', 'pollMs'],
    wrongType: ['retainMs', '7 days'],
    outOfRange: ['synchronous', 'off'],
  },

  createWorld: { call: createWorld, ...scripts },
  createSimulation: { call: createSimulation, ...scripts },
  Driver: { call: (options) => new Driver(options, { notified: () => undefined }), ...scripts },
  simulatedService: { call: simulatedService, ...scripts },
  simulatedTransport: { call: simulatedTransport, ...scripts },
  virtualClock: {
    call: (options) => virtualClock(0, options),
    misspelt: ['settlingTurn', 'settlingTurns'],
    wrongType: ['settlingTurns', '3'],
    outOfRange: ['settlingTurns', 0],
  },
  startEmulator: {
    call: startEmulator,
    misspelt: ['sped', 'speed'],
    wrongType: ['port', '8080'],
    outOfRange: ['port', 65_536],
  },

  steppedTime: {
    call: (options) => steppedTime({} as never, options),
    misspelt: ['sped', 'speed'],
    wrongType: ['speed', '2'],
    outOfRange: ['speed', Number.NaN],
  },
  'EmulatorControl.placeCall': {
    call: (given: object) => control.placeCall(given as never),
    ...ofAct({ callbackUri: 'http://127.0.0.1/' }),
    misspelt: ['callbackURI', 'callbackUri'],
    wrongType: ['people', 'ann'],
  },
  'EmulatorControl.join': {
    call: (given: object) => control.join('call', 'ann', given),
    ...ofAct({}),
    misspelt: ['particpantId', 'participantId'],
    wrongType: ['isOrganizer', 'yes'],
  },
  'EmulatorControl.endCall': {
    call: (given: object) => control.endCall('call', given as never),
    ...ofAct({ code: 200, subcode: 0 }),
    misspelt: ['subCode', 'subcode'],
    wrongType: ['message', 7],
    outOfRange: ['code', 0.5],
  },

  'EmulatorClient.requestLog': {
    call: (options) => emulatorClient('http://127.0.0.1/', notReached).requestLog(options),
    misspelt: ['callID', 'callId'],
    wrongType: ['since', '3'],
    outOfRange: ['type', 'requests'],
  },

  inspectHost: {
    call: (options) => inspectHost(source, options),
    misspelt: ['prot', 'port'],
    wrongType: ['token', 7],
    outOfRange: ['entriesHeld', 0],
  },
  bridgeToStately: { call: (options) => bridgeToStately(source, {} as never, options), ...showing },
  recordTraces: { call: (options) => recordTraces(source, () => undefined, options), ...showing },
  toSequenceDiagram: { call: (options) => toSequenceDiagram(undefined as never, options), ...showing },
  toMermaid: {
    call: (options) => toMermaid(participantConfig, options),
    misspelt: ['dept', 'depth'],
    wrongType: ['depth', '2'],
    outOfRange: ['depth', 0],
  },
  openTelemetry: { call: openTelemetry, misspelt: ['metre', 'meter'], wrongType: ['logger', () => undefined] },

  checkBot: { call: (options) => checkBot(notReached, options), ...botOptions() },
  assertBot: { call: (options) => assertBot(notReached, options), ...botOptions() },
  simulatedFetch: {
    call: (options) => simulatedFetch(transport, options),
    misspelt: ['breakAfterMs', 'breaksAfterMs'],
    wrongType: ['appId', 7],
    outOfRange: ['breaksAfterMs', Number.NaN],
  },
  checkLaw: { call: (options) => checkLaw('proof', options), ...law },
  assertLaw: { call: (options) => assertLaw('proof', options), ...law },
  storeLaws: {
    call: (options) => storeLaws(notReached, options),
    misspelt: ['isDurabel', 'isDurable'],
    wrongType: ['isFile', 1],
    outOfRange: ['histories', 0],
  },
  transportLaws: {
    call: (options) => transportLaws(notReached, options),
    misspelt: ['run', 'runs'],
    wrongType: ['seed', '1'],
    outOfRange: ['runs', 0],
  },
  plans: {
    call: plans,
    misspelt: ['lenght', 'length'],
    wrongType: ['isWide', 1],
    outOfRange: ['actions', []],
  },
  playPlan: {
    call: (options) => playPlan({} as never, options),
    valid: { mode: 'bounded', lane: notReached },
    misspelt: ['watchers', 'watcher'],
    wrongType: ['lane', {}],
    outOfRange: ['mode', 'bouned'],
  },
  reportRun: {
    call: (options) => reportRun({} as never, options),
    valid: { mode: 'bounded', lane: notReached },
    misspelt: ['lanes', 'lane'],
    wrongType: ['lane', {}],
    outOfRange: ['mode', 'bouned'],
  },
  historyFromTrace: {
    call: (options) => historyFromTrace('', options),
    misspelt: ['law', 'laws'],
    wrongType: ['system', {}],
    outOfRange: ['laws', ['gravity']],
  },
  faultPlans: {
    call: faultPlans,
    misspelt: ['kind', 'kinds'],
    wrongType: ['rules', '3'],
    outOfRange: ['longestDelayMs', -1],
  },
  notifications: {
    call: notifications,
    misspelt: ['quirk', 'quirks'],
    wrongType: ['news', '3'],
    outOfRange: ['callId', 'a/b'],
  },
  rosterEntries: { call: rosterEntries, misspelt: ['isdelta', 'isDelta'], wrongType: ['isDelta', 1] },
}

/** The options are fields of an act: null in their place is an act without them. */
function ofAct(valid: object) {
  return { valid, isPartOfAct: true } as const
}

function botOptions() {
  return { misspelt: ['expectation', 'expectations'], wrongType: ['seed', '1'], outOfRange: ['runs', 0] } as const
}

/** Option takers that are not in the table, with the reason. */
export const exempt: Readonly<Record<string, string>> = {
  'EmulatorClient.join': 'the options are a part of an act, which the emulator checks and refuses with a 400',
  'EventSink.receive': 'the application implements it; that of a host is Rollcall.receive',
  'CallSystem.open': 'the application implements it; that of the library is openCall',
  CallHarness: 'hands the options to the system it was given: openCall checks them',
  'StatelyInspector.event': 'an inspector of @statelyai/inspect implements it',
  'StatelyInspector.snapshot': 'an inspector of @statelyai/inspect implements it',
  'PlayedBot.invite': 'the bot under test implements it',
  RollcallError: 'an error that the library makes',
  HistoryRecorder: 'records the options of a simulation, which createSimulation checks',
}
