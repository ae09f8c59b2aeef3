/**
 * Tenant bindings: each call belongs to the tenant whose token came with its first callback.
 *
 * Rule 1: a token of another tenant says nothing of the call, however good it is: a bot of many tenants has callers who
 * know nothing of each other, and a call id is no secret.
 * Rule 2: what was not kept binds nothing, so that no call can be taken by being named first and refused.
 * Rule 3: the calls heard of last are remembered, in this process. After a restart the next callback binds anew.
 * @module
 */
import { RollcallError } from '../call/errors.ts'

/** How many calls are remembered; those heard of longest ago go first. Ten times what a host keeps loaded. */
export const TENANT_BINDINGS_LIMIT = 10_000

/** What becomes of bindings once it is known what was kept. */
export interface Binding {
  /** The calls whose part was kept stay bound, the others only if they were before. */
  settle(isKept: (callId: string) => boolean): void
}

/** Which tenant each call belongs to. */
export class TenantBindings {
  readonly #bound = new Map<string, { readonly tenant: string; readonly isKept: boolean }>()

  /**
   * Binds the calls to the tenant where they are not bound.
   * @throws RollcallError TOKEN_REFUSED when one of them is another tenant's; none is bound then
   */
  bind(callIds: Iterable<string>, tenant: string): Binding {
    const calls = [...new Set(callIds)]
    for (const callId of calls) {
      const bound = this.#bound.get(callId)
      if (bound === undefined || bound.tenant === tenant) continue
      throw new RollcallError('TOKEN_REFUSED', `the callback's token was refused: of another tenant than the first for the call ${callId}`, {
        callId,
        expected: "a token of the tenant whose token came with the call's first callback",
      })
    }
    for (const callId of calls) this.#remember(callId, tenant, this.#bound.get(callId)?.isKept ?? false)
    return {
      settle: (isKept) => {
        for (const callId of calls) {
          const bound = this.#bound.get(callId)
          if (isKept(callId) && (bound === undefined || bound.tenant === tenant)) this.#remember(callId, tenant, true)
          else if (bound?.tenant === tenant && !bound.isKept) this.#bound.delete(callId)
        }
      },
    }
  }

  #remember(callId: string, tenant: string, isKept: boolean): void {
    this.#bound.delete(callId)
    this.#bound.set(callId, { tenant, isKept })
    const [oldest] = this.#bound.keys()
    if (this.#bound.size > TENANT_BINDINGS_LIMIT && oldest !== undefined) this.#bound.delete(oldest)
  }
}
