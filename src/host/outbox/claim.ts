/**
 * The claim: the right of this instance to send one request, taken from the store right before the request leaves.
 *
 * Rule 1: a lease is taken before the request is queued, and marks nothing. A claim marks the request.
 * Rule 2: a claim counts while the lease it was granted with runs. Where the store took longer than that, another
 * instance may have resumed the call: everything is checked again. The length of the lease is measured by timers as
 * well as by the wall clock, which may have been set back meanwhile.
 * Rule 3: a lease that its instance has not renewed for as long as it was taken for has run out, whatever the clock
 * says: the clock may have been set back. The lease's own length counts, since instances may have leases of different
 * lengths.
 * Rule 4: a request that another instance has leased or answered is not sent here.
 * Rule 5: an invite that another instance claimed is answered `unconfirmed`; so is a cancel that another instance left.
 * An invite is not sent once its time to ring is over.
 * Rule 6: an invite that was cancelled before any host began it is not sent, and certainly did not happen.
 * @module
 */
import type { RequestEffect } from '../../call/model/effects.ts'
import type { Verdict } from '../../call/model/events.ts'
import { CLAIM_RETRY_MS } from '../ports/limits.ts'
import type { HostLog } from '../ports/log.ts'
import type { ClaimResult, Lease, Store } from '../ports/ports.ts'
import type { Clock } from '../../time/clock.ts'
import { startSpan } from '../../time/span.ts'
import { CALL_ENDED_UNSENT, refused, unconfirmed } from './effect-runner.ts'

/**
 * Why a request that has not been sent is not to be sent any more. `answered`: the participant of a cancel has
 * answered. `withdrawn`: the application has cancelled all that an invite is for. `expired`: none of the rings of an
 * invite may begin any more.
 */
export type Pointlessness = 'answered' | 'withdrawn' | 'expired'

/** The checks of a call before one of its requests is sent. */
export interface ClaimOwner {
  readonly callId: string
  /** True when the call has ended. */
  readonly isOver: boolean
  /** Why the effect is not to be sent any more, whatever the service would say; undefined while it is of use. */
  whyPointless(effect: RequestEffect): Promise<Pointlessness | undefined>
}

/** What a claim needs. */
export interface ClaimSettings {
  readonly store: Store
  readonly clock: Clock
  readonly leaseMs: number
  readonly log: HostLog | undefined
  readonly onError: (error: unknown, callId?: string) => void
  readonly lease: () => Lease
  /** A lease was granted. */
  readonly onLease: () => void
}

/** Why a request is not sent. */
export type Unsent =
  /** Another instance has the lease, or the store or the call could not be read: ask again at that time. */
  | { readonly next: 'again'; readonly at: number; readonly heldUntil?: number | undefined }
  /** Its answer is recorded already. */
  | { readonly next: 'forget' }
  /** It is answered without being sent. */
  | { readonly next: 'answer'; readonly verdict: Verdict<never> }

/** The claim of one request. It lives as long as the outbox has the request, however often the request is tried. */
export class Claim {
  /** Why the request is not sent, or not once more; set by the latest refusal. */
  unsent: Unsent | undefined
  /** The store has marked the request as claimed by this instance. */
  isClaimed = false
  /** The transport was told to send. */
  isSent = false
  /** The latest take; the store may still be working on it when the request is given up. */
  #taking: Promise<boolean> = Promise.resolve(false)
  readonly #settings: ClaimSettings
  readonly #owner: ClaimOwner
  readonly #effect: RequestEffect
  /** Another instance left the effect. */
  readonly #isInherited: boolean
  /** The end of another instance's lease, if it has not changed for as long as that lease was taken for. */
  #heldUntil: number | undefined

  constructor(
    settings: ClaimSettings,
    owner: ClaimOwner,
    effect: RequestEffect,
    { isInherited }: { readonly isInherited: boolean },
  ) {
    this.#settings = settings
    this.#owner = owner
    this.#effect = effect
    this.#isInherited = isInherited
  }

  /** The store has marked the request as claimed, and nothing of it was sent: the mark can be undone. */
  get isReturnable(): boolean {
    return this.isClaimed && !this.isSent
  }

  /** Takes the lease before the request is queued; false when there is no need to queue it. Never rejects. */
  async reserve(): Promise<boolean> {
    this.#heldUntil = this.unsent?.next === 'again' ? this.unsent.heldUntil : undefined
    this.unsent = undefined
    const reserved = await this.#ask('reserve')
    return reserved !== undefined && !this.#isAnswered(reserved.wasClaimed)
  }

  /** Claims the request; true when it is to be sent at once. Never rejects. */
  take(isGivenUp: () => boolean): Promise<boolean> {
    return (this.#taking = this.#take(isGivenUp))
  }

  /** Resolves when no take is under way: what it found is known then. Never rejects. */
  async taken(): Promise<void> {
    await this.#taking
  }

  async #take(isGivenUp: () => boolean): Promise<boolean> {
    const { clock, leaseMs } = this.#settings
    while (!isGivenUp()) {
      const lease = startSpan(clock, leaseMs)
      try {
        if (!(await this.#claim())) return false
        if (lease.isOver()) continue
        if (isGivenUp()) return false
        this.isSent = true
        return true
      } finally {
        lease.stop()
      }
    }
    return false
  }

  /** Claims the request once; false when it is not to be sent. */
  async #claim(): Promise<boolean> {
    if (this.#isAnswered(false) || !(await this.#isOfUse())) return false
    const claimed = await this.#ask('claim')
    if (claimed === undefined) return false
    if (!this.isClaimed) this.#settings.log?.claimed(this.#owner.callId, this.#effect, claimed.wasClaimed)
    this.isClaimed = true
    return !this.#isAnswered(claimed.wasClaimed)
  }

  /** The lease, when the store grants it; otherwise nothing is sent. */
  async #ask(what: 'reserve' | 'claim'): Promise<Extract<ClaimResult, { state: 'granted' }> | undefined> {
    const { store, clock, leaseMs, onError, lease, onLease } = this.#settings
    const { callId } = this.#owner
    try {
      let claimed = await store[what](callId, this.#effect.id, lease())
      if (claimed.state === 'held' && claimed.until === this.#heldUntil) {
        claimed = await store[what](callId, this.#effect.id, {
          ...lease(),
          at: claimed.until,
          until: claimed.until + leaseMs,
        })
      }
      if (claimed.state === 'granted') {
        onLease()
        return claimed
      }
      this.unsent =
        claimed.state === 'held'
          ? {
              next: 'again',
              at: Math.min(claimed.until, clock.now() + claimed.lengthMs),
              heldUntil: claimed.until,
            }
          : { next: 'forget' }
    } catch (error) {
      onError(error, callId)
      this.#askAgain()
    }
    return undefined
  }

  /** True when the request is answered without being sent. */
  #isAnswered(wasClaimed: boolean): boolean {
    const { type } = this.#effect
    if (this.#owner.isOver) this.#answer(refused(CALL_ENDED_UNSENT, 'the call ended before this was sent'))
    else if (wasClaimed && type === 'participants.invite')
      this.#answer(unconfirmed('restarted', 'another instance claimed the invite and did not record its answer'))
    else if (isCancel(this.#effect) && (wasClaimed || this.#isInherited))
      this.#answer(unconfirmed('restarted', 'another instance was to send the cancel and may have done so'))
    else return false
    return true
  }

  /** False for a cancel or an invite that has become pointless. */
  async #isOfUse(): Promise<boolean> {
    const effect = this.#effect
    const isInvite = effect.type === 'participants.invite'
    if (!isInvite && !isCancel(effect)) return true
    try {
      const why = await this.#owner.whyPointless(effect)
      if (why === undefined) return true
      if (why === 'answered') this.#answer(refused('answered', 'the participant answered before this was sent'))
      // The deadline says how the invitation ends: as one that rang and was not answered.
      else if (why === 'expired')
        this.#answer(unconfirmed('expired', 'the time to ring was over before the invite was sent'))
      else await this.#withdraw()
    } catch (error) {
      this.#settings.onError(error, this.#owner.callId)
      this.#askAgain()
    }
    return false
  }

  /** Answers an invite that was cancelled: it was not sent, if no host in the store has claimed it. */
  async #withdraw(): Promise<void> {
    const reserved = await this.#ask('reserve')
    if (reserved === undefined || this.#isAnswered(reserved.wasClaimed)) return
    const why = 'the invitation was cancelled before the invite was sent'
    this.#answer(this.isSent ? unconfirmed('withdrawn', why) : refused('withdrawn', why))
  }

  #answer(verdict: Verdict<never>): void {
    this.unsent = { next: 'answer', verdict }
  }

  #askAgain(): void {
    this.unsent = { next: 'again', at: this.#settings.clock.now() + CLAIM_RETRY_MS }
  }
}

function isCancel(effect: RequestEffect): boolean {
  return effect.type === 'participant.delete' && effect.isCancelOnly === true
}
