/**
 * Removals of the small world: which participants the application removed, as far as the bot could know them, and
 * whether a DELETE belongs to such a removal.
 *
 * Rule 1: a removal is for one device. Another device that the bot knew at that time is not included.
 * Rule 2: the removal of an invitee stays pending after the ring until the bot learns that the operation failed, or
 * until the ring timeout of the call has passed since the invite. If a person joined on their own before that, either
 * is right.
 * Rule 3: the removal of a participant in the lobby passes to the admitted entry of the same identity that replaces
 * them (rule 7 of the call): nothing distinguishes it from another device that the bot had not known.
 * Rule 4: a removal is for a participant under every id that the bot knew, even by mistake.
 * @module
 */
import type { Call } from '../../../src/call/model/call.ts'
import type { RequestEffect } from '../../../src/call/model/effects.ts'
import type { RosterEntry } from '../../../src/call/model/events.ts'
import { isOpen, type Participant } from '../../../src/participant/participant.ts'
import type { Message } from '../../../src/testing/truth-model.ts'
import { isUnwanted, mayBeAnswer, ownerOf, personOf, type Removal, type ExploredWorld } from './world.ts'

/** The removal of a participant; `who` is the person if its roster id does not identify one. */
export function removalOf(
  world: ExploredWorld,
  { key, id, invitation, invitedAt, state, identity }: Participant,
  who: number,
): Removal {
  const others = [...world.call.participants.values()].flatMap((other) =>
    other.key !== key && isOpen(other) && other.id !== undefined ? [other.id] : [],
  )
  const former = [...world.call.byId].flatMap(([other, owner]) => (owner === key && other !== id ? [other] : []))
  return {
    who: ownerOf(world, id) ?? who,
    key,
    others,
    ...(former.length === 0 ? {} : { former }),
    ...(state === 'lobby' ? { waitedAs: identity['user']?.id } : {}),
    ...(id === undefined ? {} : { id }),
    ...(invitation === undefined ? {} : { invitation, invitedAt }),
  }
}

/** Records a removal that the call itself requests because a ring deadline passed. */
export function recordRemoval(world: ExploredWorld, message: Message, after: Call): ExploredWorld {
  if (message.type !== 'deadline.passed' || !message.deadline.startsWith('ring/')) return world
  const key = message.deadline.slice('ring/'.length)
  const was = world.call.participants.get(key)
  if (
    was === undefined ||
    was.removalRequestedAt !== undefined ||
    after.participants.get(key)?.removalRequestedAt === undefined
  )
    return world
  const who = world.askings.find(({ invitation }) => invitation === was.invitation)?.who ?? 0
  return { ...world, removals: [...world.removals, { ...removalOf(world, was, who), byDeadline: true }] }
}

/** Records an invitation if the message tells the bot that it failed. */
export function recordFailure(world: ExploredWorld, message: Message): ExploredWorld {
  const isRefused =
    message.type === 'invite.answered' &&
    (message.answer.verdict === 'refused' ||
      (message.answer.verdict === 'done' && message.answer.value.status === 'failed'))
  const isFailed = message.type === 'operation.reported' && message.status === 'failed'
  const failed = isRefused ? message.invitation : isFailed ? message.clientContext : undefined
  return failed === undefined || world.heardFailures.includes(failed)
    ? world
    : { ...world, heardFailures: [...world.heardFailures, failed].sort() }
}

/**
 * Records the roster ids that the message shows while the removal of their invitation is pending. An answer ends a
 * cancel.
 */
export function recordShown(world: ExploredWorld, message: Message): ExploredWorld {
  const shown = entriesOf(message).flatMap(({ id, identity }) => {
    const isTheirs = (who: number): boolean => who === personOf(identity['user']?.id) || who === ownerOf(world, id)
    const stands = world.removals.some(
      ({ who, invitation, isCancelOnly }) =>
        isTheirs(who) && isCancelOnly !== true && invitation !== undefined && !world.heardFailures.includes(invitation),
    )
    return id !== undefined && stands && !world.answerable.includes(id) ? [id] : []
  })
  return shown.length === 0 ? world : { ...world, answerable: [...world.answerable, ...shown].sort() }
}

function entriesOf(message: Message): readonly RosterEntry[] {
  if (message.type === 'roster.reported') return message.entries
  return message.type === 'roster.fetched' && message.answer.verdict === 'done' ? message.answer.value.entries : []
}

/** Why a requested DELETE is wrong; undefined if all are right. */
export function wrongDelete(world: ExploredWorld, asked: readonly RequestEffect[], after: Call): string | undefined {
  for (const effect of asked) {
    if (effect.type !== 'participant.delete') continue
    const who = ownerOf(world, effect.participantId)
    const visit = who === undefined ? undefined : visitOf(world, who, effect.participantId)
    if (
      who === undefined ||
      visit === undefined ||
      isUnwanted(world, who, { ids: visit.ids, invitation: visit.cameBy }) ||
      mayBeAnswer(world, visit.ids)
    )
      continue
    const name = after.participants.get(effect.key)?.identity['user']?.id
    const mayBeMeant = world.removals.some((removal) => {
      if (
        removal.former?.includes(effect.participantId) === true ||
        ((removal.byDeadline === true || world.isNameless) && removal.key === effect.key)
      )
        return true
      const mayGoOn = mayRing(world, removal) || (name !== undefined && removal.waitedAs === name)
      return mayGoOn && !removal.others.some((id) => visit.ids.includes(id))
    })
    if (!mayBeMeant) return `person ${who} was sent a DELETE, and no removal was requested`
  }
  return undefined
}

function visitOf(
  { people }: ExploredWorld,
  who: number,
  id: string,
): { readonly ids: readonly string[]; readonly cameBy?: string | undefined } | undefined {
  const person = people[who]
  return person?.ids.includes(id) === true ? person : person?.visits.find(({ ids }) => ids.includes(id))
}

function mayRing(
  { heardFailures, call, now }: ExploredWorld,
  { invitation, invitedAt = now, isCancelOnly, byDeadline }: Removal,
): boolean {
  return (
    isCancelOnly !== true &&
    byDeadline !== true &&
    invitation !== undefined &&
    !heardFailures.includes(invitation) &&
    now <= invitedAt + call.options.ringTimeoutMs
  )
}

/**
 * True for a person who joined on their own while the removal of an invitee, or of a participant in the lobby, was
 * pending: the bot may take them for that invitee, or for the participant from the lobby under a new id.
 */
export function mayBeUnwanted(
  world: ExploredWorld,
  { ids, cameBy }: { readonly ids: readonly string[]; readonly cameBy?: string | undefined },
): boolean {
  return (
    cameBy === undefined &&
    world.removals.some(
      ({ invitation, others, isCancelOnly, waitedAs, former = [] }) =>
        former.some((id) => ids.includes(id)) ||
        (isCancelOnly !== true &&
          (invitation !== undefined || waitedAs !== undefined) &&
          !others.some((id) => ids.includes(id))),
    )
  )
}
