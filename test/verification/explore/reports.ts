/**
 * The reports of the small world's service: true rosters, and the notifications that it sends to the bot.
 * @module
 */
import type { OperationReport, RosterEntry } from '../../../src/call/model/events.ts'
import { bot, identityOf, type Message } from '../../../src/testing/truth-model.ts'
import {
  currentId,
  identityNumber,
  isInCall,
  type ExploredInvite,
  type ExploredPerson,
  type ExploredWorld,
  type InFlight,
  type Readings,
} from './world.ts'

/** A person who was never present. */
export const absentPerson: ExploredPerson = { ids: [], isInLobby: false, isLeaving: false, given: 0, visits: [] }

/** The true roster, the bot included. */
export function trueRoster(world: ExploredWorld, readings: Readings): readonly RosterEntry[] {
  const entries = world.people.flatMap((person, who) => (isInCall(person) ? [entryOf(person, who, readings)] : []))
  return [bot, ...entries]
}

/** The roster entry of a present person. */
export function entryOf(person: ExploredPerson, who: number, readings: Readings): RosterEntry {
  return {
    id: currentId(person),
    identity: identityOf(identityNumber(who, readings)),
    isInLobby: person.isInLobby,
    isMuted: false,
  }
}

/** Reports changes of the roster, in the roster mode of the service. */
export function report(world: ExploredWorld, changed: readonly RosterEntry[], readings: Readings): ExploredWorld {
  const { rosterMode, newcomerId, changes } = readings
  const hide = (entry: RosterEntry): RosterEntry =>
    newcomerId === 'never' && entry.id !== bot.id ? { ...entry, id: undefined } : entry
  if (rosterMode === 'delta') {
    const told = changed.map(hide)
    return changes === 'gathered'
      ? { ...world, gathered: gather(world.gathered, told) }
      : sendRoster(world, { type: 'roster.reported', kind: 'delta', sequence: world.sequence + 1, entries: told })
  }
  // The newcomer as the change shows it: its id may be absent.
  const shown = trueRoster(world, readings).map(
    (entry) =>
      changed.find(
        ({ id, identity, removed }) =>
          removed === undefined &&
          (id ?? entry.id) === entry.id &&
          identity['user']?.id !== undefined &&
          identity['user'].id === entry.identity['user']?.id,
      ) ?? entry,
  )
  const number = rosterMode === 'numbered' ? { sequence: world.sequence + 1 } : {}
  return sendRoster(world, { type: 'roster.reported', kind: 'full', ...number, entries: shown.map(hide) })
}

/** For each id, the latest report holds. */
function gather(gathered: readonly RosterEntry[], changed: readonly RosterEntry[]): readonly RosterEntry[] {
  return [...gathered.filter(({ id }) => id === undefined || !changed.some((entry) => entry.id === id)), ...changed]
}

/** The service sends what it has gathered, if anything. */
export function tellGathered(world: ExploredWorld): ExploredWorld {
  if (world.gathered.length === 0) return world
  return sendRoster(
    { ...world, gathered: [] },
    { type: 'roster.reported', kind: 'delta', sequence: world.sequence + 1, entries: world.gathered },
  )
}

function sendRoster(world: ExploredWorld, message: Message): ExploredWorld {
  const sequence = world.sequence + 1
  return send({ ...world, sequence }, { message, sequence })
}

/** Reports the end of an invite operation. */
export function tellOperation(
  world: ExploredWorld,
  { invitation }: ExploredInvite,
  status: 'completed' | 'failed',
  result?: OperationReport['result'],
): ExploredWorld {
  return send(world, {
    message: {
      type: 'operation.reported',
      operationId: `op-${invitation}`,
      clientContext: invitation,
      status,
      ...(result === undefined ? {} : { result }),
    },
  })
}

/** Sends a message to the bot; nothing but answers where notifications get lost. */
export function send(world: ExploredWorld, sent: InFlight): ExploredWorld {
  if (world.isSilent && sent.answers === undefined) return world
  return { ...world, toBot: [...world.toBot, sent] }
}

/** Replaces one person. */
export function setPerson(world: ExploredWorld, who: number, person: ExploredPerson): ExploredWorld {
  return { ...world, people: world.people.map((other, index) => (index === who ? person : other)) }
}

/** Replaces the invitation of the same name, or adds it. */
export function setAsking(world: ExploredWorld, asking: ExploredInvite): ExploredWorld {
  const isKnown = world.askings.some(({ invitation }) => invitation === asking.invitation)
  return {
    ...world,
    askings: isKnown
      ? world.askings.map((other) => (other.invitation === asking.invitation ? asking : other))
      : [...world.askings, asking],
  }
}
