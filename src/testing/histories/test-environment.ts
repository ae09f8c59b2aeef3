/**
 * The environment of a run: a simulated service with one established call, its people, and the truth about them.
 * @module
 */
import type { CallReport } from '../../call/model/events.ts'
import type { CalleeScripts } from '../../simulator/graph/dialect.ts'
import type { OperationName } from '../../simulator/graph/operations.ts'
import type { SimulationOutput } from '../../simulator/graph/dialect.ts'
import { simulatedService, type SimulatedService } from '../../simulator/graph/transport.ts'
import { DEFAULT_EPOCH_MS } from '../../simulator/world/world.ts'
import { people, type Action, type Plan } from './plan.ts'
import { virtualClock, type VirtualClock } from '../../time/virtual-clock.ts'
import { Truth } from './truth.ts'

/** The call of every run. */
export const callId = 'call'

/** The callback address of the call; nothing is sent there. */
const CALLBACK_URI = 'https://bot.example/callback'

/** How long a person waits in a lobby without being admitted: shorter than a run, or longer. */
const LOBBY_MS = { impatient: 40_000, patient: 24 * 60 * 60_000 } as const

/** The person who calls the bot, if it is called. */
const CALLER = 'caller'

/** The person who joins at the end of a run. */
const PROBE_PARTICIPANT = 'witness'

/** A service with one call. */
export interface TestEnvironment {
  /** The plan that is played. */
  readonly plan: Plan
  /** The simulated service. */
  readonly service: SimulatedService & {
    /** The clock of the service and of the bot. */
    readonly clock: VirtualClock
  }
  /** The ground truth. */
  readonly truth: Truth
  /** Virtual milliseconds since the beginning. */
  now(): number
  /** Called for every request that is sent, before it has an effect. */
  onRequest: ((operation: OperationName) => void) | undefined
  /** Listens to everything the service and the network output. */
  listen(listener: (output: SimulationOutput) => void): void
  /** Performs an act of a person; false if it was not possible. */
  act(action: Action): boolean
}

/** Creates an environment. */
export function createTestEnvironment(plan: Plan): TestEnvironment {
  const clock = virtualClock(DEFAULT_EPOCH_MS, { settlingTurns: 1 })
  const truth = new Truth()
  const listeners: ((output: SimulationOutput) => void)[] = []
  const service = simulatedService({
    clock,
    seed: String(plan.seed),
    settings: {
      switches: plan.switches,
      timing: {
        rosterGatherMs: plan.gathersMs ?? 0,
        lobbyMs: plan.areLobbiesPatient === true ? LOBBY_MS.patient : LOBBY_MS.impatient,
      },
    },
    scripts: people.map((id, index): [string, CalleeScripts] => [id, plan.callees[index] ?? { type: 'answer' }]),
    faults: plan.faults,
    historyLimit: 0,
    onRequest: ({ operation }) => stage.onRequest?.(operation),
    onOutput(output) {
      if (output.type === 'fact') truth.note(output.at, output.fact)
      for (const listener of listeners) listener(output)
    },
  })
  const stage: TestEnvironment = {
    plan,
    onRequest: undefined,
    service: Object.assign(service, { clock }),
    truth,
    now: () => clock.now() - DEFAULT_EPOCH_MS,
    listen: (listener) => void listeners.push(listener),
    act: (action) =>
      plan.isOneDeviceEach === true && isSecondDevice(action, truth) ? false : perform(service, action),
  }
  return stage
}

/**
 * Starts the call; the service notifies the bots that exist by now. Returns what the bot knows of a call that is not
 * established yet: the answer to its creation, or the notification of the incoming call.
 */
export function placeCall({ service, plan: { beginning } }: TestEnvironment): CallReport | undefined {
  if (beginning === 'incoming') service.act({ act: 'callBot', callId, callbackUri: CALLBACK_URI, person: CALLER })
  else
    service.act({ act: 'placeCall', callId, callbackUri: CALLBACK_URI, isEstablishing: beginning === 'establishing' })
  if (beginning === undefined) return undefined
  return beginning === 'incoming'
    ? { state: 'incoming' }
    : { state: 'establishing', myParticipantId: service.truth(callId)?.selfId }
}

/** An unrelated person joins, so that there is one more roster. */
export function addProbeParticipant({ service, truth }: TestEnvironment): void {
  if (truth.callResult === undefined) service.act({ act: 'join', callId, person: PROBE_PARTICIPANT })
}

/** The person of an action. */
export function personOf({ who }: Action): string {
  return people[who % people.length] as string
}

/** Whether a person who is in the call, or invited, would join with another device. */
function isSecondDevice(action: Action, truth: Truth): boolean {
  const isThere = ({ who, end }: { readonly who: string; readonly end?: unknown }): boolean =>
    who === personOf(action) && end === undefined
  return (
    (action.does === 'join' || action.does === 'knock') &&
    [...truth.presences.values(), ...truth.askings.values()].some(isThere)
  )
}

function perform(service: SimulatedService, action: Action): boolean {
  const who = personOf(action)
  try {
    switch (action.does) {
      case 'join':
        service.act({ act: 'join', callId, person: who })
        return true
      case 'knock':
        service.act({ act: 'join', callId, person: who, stay: { lobby: {} } })
        return true
      case 'removedByHuman':
        service.act({ act: 'remove', callId, who })
        return true
      case 'leave':
      case 'answer':
      case 'decline':
      case 'admit':
        service.act({ act: action.does, callId, who })
        return true
      case 'endCall':
        service.act({ act: 'endCall', callId })
        return true
      default:
        return false
    }
  } catch (error) {
    // There is no such participant: an action that is not possible is skipped.
    if (error instanceof TypeError) throw error
    return false
  }
}
