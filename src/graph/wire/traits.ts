/**
 * Traits: Graph's properties as transport traits, so that the host needs no knowledge of Graph.
 * @module
 */
import type { TransportTraits } from '../../host/ports/ports.ts'
import { normaliseId } from './ids.ts'
import { INVITEE_LIMIT } from './request-bodies.ts'

/**
 * Graph accepts 5 invitees in one request, spells GUIDs in several ways, keeps calls alive by requests and shows the
 * bot on every roster. It has no field for a ring time, so there are no bounds.
 */
export const graphTraits: TransportTraits = Object.freeze({ inviteesPerRequest: INVITEE_LIMIT, normaliseId })
