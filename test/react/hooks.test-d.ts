/**
 * What the types of `@xstate/react` know of the participant machine. Checked by `npm run typecheck`, never run.
 * @module
 */
import { useActorRef, useSelector } from '@xstate/react'
import type { ActorRefFrom } from 'xstate'
import { participantMachine, snapshotOf, type Participant } from '../../src/machine.ts'

/** Hooks of `@xstate/react` select with the machine's types. */
export function useParticipant(ref: ActorRefFrom<typeof participantMachine>, participant: Participant): unknown {
  const own = useActorRef(participantMachine, { snapshot: snapshotOf(participant), input: participant })
  const isRinging: boolean = useSelector(ref, (snapshot) => snapshot.matches('ringing'))
  const activeAt: number | undefined = useSelector(own, ({ context }) => context.activeAt)
  // @ts-expect-error a participant has exactly six states
  useSelector(ref, (snapshot) => snapshot.matches('answered'))
  // @ts-expect-error no fact has this name
  useSelector(ref, ({ context }) => context.answeredAt)
  return [isRinging, activeAt]
}
