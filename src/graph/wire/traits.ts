/**
 * What Graph is like, as a transport's traits: the host goes by them instead of by what it knows of Graph.
 * @module
 */
import type { TransportTraits } from '../../host/ports/ports.ts'
import { normaliseId } from './ids.ts'
import { INVITEE_LIMIT } from './request-bodies.ts'

/**
 * Graph takes 5 invitees in one request, spells GUIDs in several ways, is kept alive by requests and shows the bot on every
 * roster. It has no field for a ring time, so that there are no bounds.
 */
export const graphTraits: TransportTraits = Object.freeze({ inviteesPerRequest: INVITEE_LIMIT, normaliseId })
