/**
 * Bodies of notifications, and the events read from them.
 * @module
 */
import { expect } from 'vitest'
import type { InboundEvent, RosterEntry } from '../../src/call/model/events.ts'
import { parseNotifications } from '../../src/graph/wire/notifications.ts'

/** The call that the notifications are about. */
export const callId = '57dab8b1-894c-409a-b240-bd8beae78896'

/** One notification. */
export function notification(
  resourceData: unknown,
  resourceUrl = `/communications/calls/${callId}/participants`,
  changeType = 'updated',
): object {
  return { changeType, resourceUrl, resourceData }
}

/** A body with these notifications. */
export function body(...value: unknown[]): object {
  return { value }
}

/** The events read from a body with these notifications. */
export function eventsOf(...value: unknown[]): readonly InboundEvent['event'][] {
  return parseNotifications(body(...value)).map(({ event }) => event)
}

/** The entries of a roster event; any other event fails the test. */
export function entriesOf(event: InboundEvent['event'] | undefined): readonly RosterEntry[] {
  return event?.type === 'roster.reported' ? event.entries : expect.fail('no roster')
}

/** A participant as the service writes it. */
export function person(id: string | null, extra: object = {}): object {
  return {
    '@odata.type': '#microsoft.graph.participant',
    id,
    info: { identity: { user: { id: `${id ?? 'u'}-user` } } },
    isInLobby: false,
    isMuted: false,
    ...extra,
  }
}
