/**
 * A participant's state as a small coloured label.
 * @module
 */
import type { JSX } from 'preact'
import type { ParticipantState, RemovalPhase } from '../../participant/participant.ts'

/** The label; includes the phase of a removal that is pending or was refused. */
export function StateChip({
  state,
  removal,
}: {
  readonly state: ParticipantState
  readonly removal?: RemovalPhase | undefined
}): JSX.Element {
  const isUnderWay = removal !== undefined && removal !== 'confirmed'
  return (
    <span class={`state state-${state}`} title={isUnderWay ? `${state}, removal ${removal}` : state}>
      {state}
      {isUnderWay ? <i class="removal">{removal}</i> : ''}
    </span>
  )
}
