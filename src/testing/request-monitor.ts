/**
 * The monitor of requests: what the application asks for is requested of the service, and nothing else.
 * @module
 */
import { isPresent } from '../participant/participant.ts'
import { jsonText } from './canonical-json.ts'
import type { MonitoredStep, StepMonitor } from './seen-step.ts'

/**
 * Requests of the application become requests to the service in the same step, an invite for exactly the new invitees.
 * Nothing else is requested: where the application only cancelled, no DELETE is sent for a participant who is present.
 */
export const asking = (): StepMonitor => {
  const cancelled = new Set<string>()
  let hasRemoved = false
  return (seen) => {
    const { event, result } = seen
    if (result.outcome.type !== 'applied') return undefined
    if (event.type === 'cancel.requested') cancelled.add(event.key)
    // The removal of one entry may be inherited by another.
    if (event.type === 'removal.requested') hasRemoved = true
    return (hasRemoved ? undefined : strayDelete(result, cancelled)) ?? unasked(seen)
  }
}

function strayDelete({ call, effects }: MonitoredStep['result'], cancelled: ReadonlySet<string>): string | undefined {
  for (const effect of effects) {
    const one =
      effect.type === 'participant.delete' && cancelled.has(effect.key) ? call.participants.get(effect.key) : undefined
    if (one !== undefined && isPresent(one))
      return `a DELETE was sent for ${one.key}, who is ${one.state} and was only to be cancelled`
  }
  return undefined
}

const unasked: StepMonitor = ({ before, event, result }) => {
  const { effects, changes } = result
  switch (event.type) {
    case 'invite.requested': {
      const asked = effects.flatMap((effect) =>
        effect.type === 'participants.invite' && effect.invitation === event.invitation
          ? effect.invitees.map(({ identity }) => jsonText(identity))
          : [],
      )
      const keys = new Set(
        changes.flatMap((change) =>
          change.type === 'participant.changed' && !before.participants.has(change.key) ? [change.key] : [],
        ),
      )
      const introduced = [...keys].map((key) => jsonText(result.call.participants.get(key)?.identity))
      return jsonText(asked) === jsonText(introduced)
        ? undefined
        : `the invitation ${event.invitation} is for ${introduced.length} and was posted for ${asked.length}`
    }
    case 'mute.requested':
      return effects.some(
        (effect) => effect.type === 'participant.mute' && effect.clientContext === event.clientContext,
      )
        ? undefined
        : `the mute of ${event.key} was not requested`
    case 'hangUp.requested':
      return effects.some(({ type }) => type === 'call.hangUp') ? undefined : 'the hang-up was not requested'
    default:
      return undefined
  }
}
