/**
 * Scopes: the small worlds that are explored — two people, a command each, under both readings of everything that is
 * contested, with one fault of each kind.
 * @module
 */
import type { Act, Faults, Readings, Scope } from './world.ts'

const act = (who: number, does: Act['does']): Act => ({ who, does })

/** What people and application do, by name. */
const plots: Readonly<Record<string, readonly Act[]>> = {
  'invite, answer, cancel': [act(0, 'invite'), act(0, 'answer'), act(0, 'remove')],
  'invite, decline, cancel': [act(0, 'invite'), act(0, 'decline'), act(0, 'remove')],
  'invite, answer, leave, remove': [act(0, 'invite'), act(0, 'answer'), act(0, 'leave'), act(0, 'remove')],
  'invite one, another joins and is removed': [act(0, 'invite'), act(0, 'answer'), act(1, 'join'), act(1, 'remove')],
  'join, leave, join again, remove': [act(0, 'join'), act(0, 'leave'), act(0, 'join'), act(0, 'remove')],
  'invite two, cancel one, the other declines': [act(0, 'invite'), act(1, 'invite'), act(0, 'remove'), act(0, 'answer'), act(1, 'decline')],
}

const readings: readonly Readings[] = (['full', 'delta'] as const).flatMap((rosterMode) =>
  (['supported', 'not-found'] as const).flatMap((cancelBeforeAnswer) =>
    (['participantId', 'null'] as const).flatMap((inviteResponseId) =>
      (['failed-operation', 'silence'] as const).map((removedInvitee) => ({ rosterMode, cancelBeforeAnswer, inviteResponseId, removedInvitee })))))

const faults: readonly Faults[] = [
  { losses: 0, doubles: 1, crashes: 0, deadlines: 1 },
  { losses: 1, doubles: 0, crashes: 0, deadlines: 1 },
  { losses: 0, doubles: 0, crashes: 1, deadlines: 1 },
]

/** Every plot under every reading and every kind of fault. */
export const scopes: readonly Scope[] = Object.entries(plots).flatMap(([plot, acts]) =>
  readings.flatMap((reading) => faults.map((fault) => ({ name: nameOf(plot, reading, fault), acts, readings: reading, faults: fault }))))

function nameOf(plot: string, reading: Readings, { losses, doubles, crashes }: Faults): string {
  const fault = losses > 0 ? 'one message lost' : doubles > 0 ? 'one message doubled' : crashes > 0 ? 'one crash' : 'no fault'
  return `${plot} (${Object.values(reading).join(', ')}; ${fault})`
}
