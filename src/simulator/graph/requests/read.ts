/**
 * Reading: what Graph's request bodies say, in the world's words.
 * @module
 */
import { isObject } from '../../../call/codec/schema.ts'
import { readIdentity, type Identities } from '../../world/identities.ts'
import type { Callee } from '../../world/invites.ts'
import type { NewLeg } from '../../world/legs.ts'
import type { Detail } from '../../world/outcomes.ts'
import type { Settings } from '../dialect.ts'
import type { ServiceRequest } from '../operations.ts'
import type { WireObject } from '../wire-object.ts'

/** Properties of a create request that the call repeats in its answers (documented). */
const repeatedProperties = ['subject', 'callOptions', 'requestedModalities', 'mediaConfig', 'chatInfo', 'meetingInfo']

/** What Graph keeps of a create request. */
export interface KeptRequest extends Detail {
  /** The targets, in the form of the request. */
  readonly targets: readonly WireObject[]
  /** Properties that the call repeats. */
  readonly repeated: WireObject
}

/** The call that a create request asks for. */
export function readNewCall(
  body: WireObject,
): Pick<NewLeg, 'tenantId' | 'targets' | 'threadId' | 'isMeeting' | 'isDelta'> & { readonly kept: KeptRequest } {
  const targets = readTargets(body['targets'])
  const { tenantId, chatInfo, callOptions } = body
  return {
    tenantId: typeof tenantId === 'string' ? tenantId : undefined,
    targets: targets.map((target) => readIdentity(target['identity'])),
    threadId: isObject(chatInfo) && typeof chatInfo['threadId'] === 'string' ? chatInfo['threadId'] : undefined,
    isMeeting: isObject(body['meetingInfo']),
    isDelta: isObject(callOptions) && callOptions['isDeltaRosterEnabled'] === true,
    kept: {
      targets,
      repeated: Object.fromEntries(
        repeatedProperties.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]),
      ),
    },
  }
}

/** The targets of a request, in its form. */
export function readTargets(targets: unknown): readonly WireObject[] {
  return Array.isArray(targets) ? targets.filter(isObject) : []
}

/** The invitees of an invite. Only the first is read if it replaces a call; the rest are ignored (documented). */
export function readInvitees(participants: readonly unknown[], { switches }: Settings): readonly Callee[] {
  const all = participants.map(readCallee)
  return all[0]?.replacesCallId !== undefined && switches.replacementOfMany === 'first-only' ? all.slice(0, 1) : all
}

function readCallee(participant: unknown): Callee {
  if (!isObject(participant)) return { identity: {}, isHidden: false }
  const { replacesCallId, participantId } = participant
  return {
    identity: readIdentity(participant['identity']),
    isHidden: participant['hidden'] === true,
    replacesCallId: typeof replacesCallId === 'string' ? replacesCallId.toLowerCase() : undefined,
    participantId: typeof participantId === 'string' ? participantId.toLowerCase() : undefined,
  }
}

/** The person a call is transferred to; empty if the request names none. */
export function readTransferTarget(body: unknown): Identities {
  return isObject(body) && isObject(body['transferTarget']) ? readIdentity(body['transferTarget']['identity']) : {}
}

/** The participants named to be muted. The documented request names none (`[""]`): it means all but the bot. */
export function readMuted(body: unknown): readonly string[] {
  const participants = isObject(body) ? body['participants'] : undefined
  return Array.isArray(participants)
    ? participants.filter((id): id is string => typeof id === 'string' && id !== '').map((id) => id.toLowerCase())
    : []
}

/** The callees of a request, in order. */
export function readCalled({ body }: ServiceRequest): readonly Identities[] {
  if (!isObject(body)) return []
  return [body['participants'], body['targets'], [body['transferTarget']]]
    .flat()
    .filter(isObject)
    .map((called) => readIdentity(called['identity']))
}
