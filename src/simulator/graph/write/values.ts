/**
 * Values: the parts that Graph's resources are made of, with the properties and enumerations of its published model.
 * @module
 */
import type { GraphVersion } from '../../../graph/wire/shapes.ts'
import type { Identities } from '../../world/identities.ts'
import type { Outcome } from '../../world/outcomes.ts'
import type { LegState } from '../../world/world-state.ts'
import { resultOf, type Result } from '../results.ts'
import type { Switches } from '../settings.ts'
import type { WireObject } from '../wire-object.ts'

/** Graph's `callState` of each state of a leg. */
export const callStates: { readonly [S in LegState]: string } = {
  incoming: 'incoming',
  establishing: 'establishing',
  established: 'established',
  transferring: 'transferring',
  transferAccepted: 'transferAccepted',
  redirecting: 'redirecting',
  terminating: 'terminating',
  terminated: 'terminated',
}

/** An enumeration value in the casing of the switch. */
export function writeEnum(value: string, casing: Switches['casing']): string {
  return casing === 'documented' ? value : value.charAt(0).toUpperCase() + value.slice(1)
}

/** The `resultInfo` of an outcome, or null. */
export function writeOutcome(outcome: Outcome | undefined): WireObject | null {
  return outcome === undefined ? null : writeResult(resultOf(outcome))
}

/** A `resultInfo`. */
export function writeResult(result: Result): WireObject {
  return { '@odata.type': '#microsoft.graph.resultInfo', ...result }
}

/** An identity set as notifications write it. */
export function writeIdentity(identity: Identities, tenantId?: string): WireObject {
  const entries = Object.entries(identity).map(([kind, fields]) => [
    kind,
    {
      '@odata.type': '#microsoft.graph.identity',
      ...providerOf(kind, tenantId),
      ...(fields as WireObject),
    },
  ])
  return { '@odata.type': '#microsoft.graph.identitySet', ...(Object.fromEntries(entries) as WireObject) }
}

/** The properties the directory adds to the identity of a user or an application. */
export function providerOf(kind: string, tenantId: string | undefined): WireObject {
  if (tenantId === undefined) return {}
  if (kind === 'user') return { identityProvider: 'AAD', tenantId }
  return kind === 'application' ? { tenantId } : {}
}

/** The `@odata.context` of an answer, with the API version of the request (documented, both versions). */
export function writeContext(of: string, version: GraphVersion = 'v1.0'): string {
  return `https://graph.microsoft.com/${version}/$metadata#${of}`
}
