/**
 * The oracle of DELETEs: no participant is removed without a request of the application.
 *
 * Rule 1: a removal is for one device: the presence it was requested for, under all ids of that presence, and the
 * invitation that the presence may have answered. It does not include another device that the bot knew at that time.
 * Rule 2: the removal of an invitee stays pending after their ring for as long as that ring may still be answered.
 * After the bot knows that the operation failed, or after the call's ring timeout has passed since the invite, a person
 * who appears joined on their own. If the appearance arrived before the failure, either is right.
 * Rule 3: a DELETE for a participant in the lobby may have crossed an admission under another id. If two waited and
 * both are shown admitted, no roster says which is which.
 * Rule 4: a cancel, by the application or by a ring deadline, is for that invitee until they answer, and for no other.
 * @module
 */
import type { Call } from '../../call/model/call.ts'
import type { CallEvent } from '../../call/model/events.ts'
import type { RequestEffect } from '../../call/model/effects.ts'
import { isOpen, isPending, isPresent, type Participant } from '../../participant/participant.ts'
import type { MonitoredStep } from '../seen-step.ts'
import { setsClock, type Plan } from './plan.ts'
import { personOf } from './test-environment.ts'
import type { Truth } from './truth.ts'

/** One request to remove a participant or to end a ring. */
interface Wish {
  readonly key: string
  readonly who: string
  readonly ids: ReadonlySet<string>
  readonly invitation: string | undefined
  readonly invitedAt: number
  readonly wasInLobby: boolean
  readonly wasPending: boolean
  /** Whether only the invitation was to end. */
  readonly isCancelOnly: boolean
  /** The ids that the bot knew of other open participants, with their keys. */
  readonly others: ReadonlyMap<string, string>
}

type DeleteEffect = Extract<RequestEffect, { type: 'participant.delete' }>

/** Longer than a crossed admission may be late (rule 3): the time after which the library fetches the roster. */
const CROSSING_MS = 15_000

const RING = 'ring/'

/**
 * The participants an event removes: those the application names, and those whose ring deadline passes, also with the
 * answer it waited for.
 */
function askedOut({ roster }: Call, event: CallEvent): readonly string[] {
  if (event.type === 'removal.requested' || event.type === 'cancel.requested') return [event.key]
  const waiting =
    event.type === 'roster.fetched' && event.fetch === roster.fetch?.number ? (roster.fetch.waiting ?? []) : []
  const passed = event.type === 'deadline.passed' ? [event.deadline] : waiting.map(([deadline]) => deadline)
  return passed.flatMap((deadline) => (deadline.startsWith(RING) ? [deadline.slice(RING.length)] : []))
}

/** Judges the DELETEs of one bot. */
export class RemovalOracle {
  readonly #plan: Plan
  readonly #truth: Truth
  readonly #wishes: Wish[] = []
  /** Invitations that cannot be answered any more, as the bot knows. */
  readonly #failed = new Set<string>()
  /** Invitations that were answered, as the bot knows: the removal stays pending, however late the person appears. */
  readonly #completed = new Set<string>()
  /** Ids of invitees who were shown before the failure of their invitation arrived (rule 2). */
  readonly #shownBefore = new Set<string>()
  /**
   * People to whom a DELETE was sent while the bot believed them in the lobby, whenever the removal was requested
   * (rule 3).
   */
  readonly #askedInLobby = new Set<string>()

  /** The ids for which a DELETE was sent that was not a cancel. */
  readonly #sent = new Set<string>()

  #latest: Call | undefined

  constructor(plan: Plan, truth: Truth) {
    this.#plan = plan
    this.#truth = truth
  }

  /** Why the requests of a step are wrong; undefined if they are right. */
  judge({ before, event, result }: MonitoredStep): string | undefined {
    if (this.#latest !== undefined && this.#latest !== before) this.#noteUnseen(this.#latest, before)
    this.#latest = result.call
    for (const key of askedOut(before, event)) this.#noteWish(key, before, result.call)
    this.#noteOperation(before, event)
    let wrong: string | undefined
    for (const effect of result.effects) {
      if (effect.type !== 'participant.delete') continue
      // A repeated DELETE is right if the first one was, unless that was a cancel.
      if (!this.#sent.has(effect.participantId)) wrong ??= this.#wrongOf(effect, result.call, event.at)
      if (effect.isCancelOnly !== true) this.#sent.add(effect.participantId)
      if (result.call.participants.get(effect.key)?.state === 'lobby') this.#askedInLobby.add(effect.key)
    }
    return wrong
  }

  /**
   * A process died between committing a step and publishing it: the requests of the application are known all the
   * same.
   */
  #noteUnseen(latest: Call, now: Call): void {
    for (const [key, one] of now.participants) {
      const isAsked = this.#plan.actions.some(
        (action) =>
          (action.does === 'remove' || action.does === 'cancel') && personOf(action) === one.identity['user']?.id,
      )
      if (isAsked && one.removalBy === 'local') this.#noteWish(key, latest.participants.has(key) ? latest : now, now)
    }
    for (const [id, { operation }] of now.invitations) if (operation === 'completed') this.#completed.add(id)
  }

  #noteWish(key: string, before: Call, after: Call): void {
    const one = before.participants.get(key)
    const now = after.participants.get(key)
    if (one === undefined || now === undefined) return
    // A removal may take over a cancel, or what a ring deadline started.
    const isKnown = this.#wishes.some((wish) => wish.key === key)
    if (
      isKnown &&
      now.removalRequestedAt === one.removalRequestedAt &&
      now.removalBy === one.removalBy &&
      now.isCancelOnly === one.isCancelOnly
    )
      return
    if (now.removalRequestedAt === undefined) return
    const { id, participantId, invitation, invitedAt = -Infinity, state } = one
    const others = [...before.participants.values()].flatMap((other) =>
      other.key !== key && isOpen(other) && other.id !== undefined ? [[other.id, other.key] as const] : [],
    )
    this.#wishes.push({
      key,
      invitation,
      invitedAt,
      isCancelOnly: now.isCancelOnly === true,
      who: one.identity['user']?.id ?? '',
      wasInLobby: state === 'lobby',
      wasPending: isPending(one),
      others: new Map(others),
      // People whom the bot took for one are removed as one, under the ids that it knew.
      ids: new Set(
        [id, participantId, ...[...before.aliases].flatMap(([alias, owner]) => (owner === key ? [alias] : []))].flatMap(
          (known) => (known === undefined ? [] : [known, ...(this.#truth.presenceOf(known)?.ids ?? [])]),
        ),
      ),
    })
  }

  #noteOperation({ invitations, participants }: Call, event: CallEvent): void {
    if (
      event.type === 'invite.answered' &&
      (event.answer.verdict === 'refused' ||
        (event.answer.verdict === 'done' && event.answer.value.status === 'failed'))
    )
      this.#failed.add(event.invitation)
    if (event.type !== 'operation.reported') return
    for (const { id, operationId, keys } of invitations.values()) {
      const isTheirs = id === event.clientContext || (operationId !== undefined && operationId === event.operationId)
      // One of several may have joined, whatever the operation says about another.
      if (isTheirs && event.status === 'completed') this.#completed.add(id)
      if (!isTheirs || event.status !== 'failed' || keys.length > 1) continue
      this.#failed.add(id)
      for (const key of keys) {
        const one = participants.get(key)
        if (one?.id !== undefined && isPresent(one)) this.#shownBefore.add(one.id)
      }
    }
  }

  #wrongOf(
    { participantId: id, key }: Pick<DeleteEffect, 'participantId' | 'key'>,
    call: Call,
    at: number,
  ): string | undefined {
    const presence = this.#truth.presenceOf(id)
    const who = presence?.who ?? this.#truth.askings.get(id)?.who
    if (who === undefined || !hasIds(this.#plan)) return undefined
    const one = call.participants.get(key)
    const isRinging = one !== undefined && isPending(one)
    const wishes = this.#wishes.filter(
      (wish) => wish.who === who && (!wish.isCancelOnly || (wish.key === key && isRinging)),
    )
    if (wishes.length === 0) return `${who} was sent a DELETE, and the application requested no removal`
    const ids = presence?.ids ?? [id]
    // A person who answers joins by an invitation, and no roster says by which one.
    const isAnswer =
      ids.some((known) => this.#truth.askings.has(known)) && wishes.some(({ invitation }) => invitation !== undefined)
    if (
      isAnswer ||
      ids.some((known) => this.#shownBefore.has(known)) ||
      wishes.some((wish) => ids.some((known) => wish.ids.has(known)))
    )
      return undefined
    const isOther = (wish: Wish): boolean =>
      ids.some((known) => wish.others.has(known)) &&
      !(wish.wasInLobby && (this.#plan.gathersMs !== undefined || areBothAdmitted(wish, ids, call, id)))
    if (wishes.every(isOther))
      return `${who} was sent a DELETE to a device that the application has not asked to be out`
    // An invitee without news may have answered: by identity they are the first that is shown.
    if (
      wishes.some(
        (wish) => wish.key === key && wish.wasPending && !isOther(wish) && !this.#failed.has(wish.invitation ?? ''),
      )
    )
      return undefined
    if (
      wishes.some(
        (wish) =>
          !isOther(wish) &&
          (this.#mayRing(wish, call, at) || this.#mayBeAdmitted(wish, call, at) || this.#askedInLobby.has(key)),
      )
    )
      return undefined
    return `${who} joined on their own after the invitation had ended, and was sent a DELETE`
  }

  #mayRing({ invitation, invitedAt, key }: Wish, call: Call, at: number): boolean {
    if (invitation === undefined || this.#failed.has(invitation)) return false
    // If the clock is set in between, the length of a ring cannot be known.
    if (setsClock(this.#plan)) return true
    const ringsUntil = call.participants.get(key)?.ringsUntil ?? invitedAt + call.options.ringTimeoutMs
    return this.#completed.has(invitation) || at <= ringsUntil
  }

  #mayBeAdmitted({ key, wasInLobby }: Wish, call: Call, at: number): boolean {
    const one: Participant | undefined = call.participants.get(key)
    return (wasInLobby || this.#askedInLobby.has(key)) && (one?.ending?.at ?? at) + CROSSING_MS >= at
  }
}

/** Whether the other device waited as well, and the bot takes another new id for that of the removed one. */
function areBothAdmitted({ others }: Wish, ids: Iterable<string>, { participants }: Call, target: string): boolean {
  const fellows = [...ids].flatMap((known) => others.get(known) ?? []).flatMap((key) => participants.get(key) ?? [])
  return (
    !others.has(target) &&
    fellows.every((one) => one.lobbyAt !== undefined && one.state === 'active' && one.id !== target)
  )
}

/** Entries without ids do not say which device they are. */
function hasIds({ switches: { rosterIds } }: Plan): boolean {
  return rosterIds !== 'none' && rosterIds !== 'list-only'
}
