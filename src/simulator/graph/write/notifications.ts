/**
 * Notifications as Graph posts them.
 *
 * Rule: a notification has both `resource` and `resourceUrl` (observed in every capture).
 * @module
 */
import type { BotNotice } from '../../world/face.ts'
import { viewRoster } from '../../world/roster-view.ts'
import type { CallNews, Notice } from '../../world/tick.ts'
import type { Leg, WorldState } from '../../world/world-state.ts'
import { settingsOf, type Switches } from '../settings.ts'
import type { WireObject } from '../wire-object.ts'
import { writeCallChange } from './calls.ts'
import { writeFinishedInvite } from './operations.ts'
import { writeParticipant, writeRemoved } from './participants.ts'
import { writeEnum, writeOutcome } from './values.ts'

/** Graph's `changeType` of each change of a call. */
const changeTypes = { began: 'created', changed: 'updated', ended: 'deleted' } as const

/** The body of the one notification of a notice. */
export function writeNotice(state: WorldState, notice: BotNotice, leg: Leg): WireObject {
  const settings = settingsOf(state)
  const { switches } = settings
  const { callId } = notice
  switch (notice.type) {
    case 'raw':
      return notice.body as WireObject
    case 'call': {
      const result = leg.outcome === undefined ? {} : { resultInfo: writeOutcome(leg.outcome) }
      const more = { ...writeNews(notice.news, switches), ...result }
      return writeNotification(changeTypes[notice.change], callId, writeCallChange(leg, switches, more), switches)
    }
    case 'operation': {
      const { operation, failure } = notice
      // The `changeType` of a finished operation is `deleted` (documented).
      const data = writeFinishedInvite(operation, failure, settings)
      return writeNotification('deleted', `${callId}/operations/${operation.id}`, data, switches)
    }
    case 'roster':
      return writeNotification('updated', `${callId}/participants`, writeRoster(state, notice), switches)
  }
}

function writeNews(news: CallNews | undefined, { casing }: Switches): WireObject {
  switch (news?.type) {
    case 'thread':
      return { chatInfo: { '@odata.type': '#microsoft.graph.chatInfo', threadId: news.threadId, messageId: '0' } }
    case 'media':
      return { mediaState: { audio: writeEnum('active', casing) } }
    case 'outcome':
      return { resultInfo: writeOutcome(news.outcome) }
    case undefined:
      return {}
  }
}

function writeRoster(state: WorldState, notice: Extract<Notice, { type: 'roster' }>): readonly WireObject[] {
  const view = viewRoster(state, notice)
  if (view === undefined) return []
  const settings = settingsOf(state)
  if (!notice.isDelta) return view.shown.map((member) => writeParticipant(member, settings))
  return [
    {
      '@odata.type': '#microsoft.graph.deltaParticipants',
      participants: [
        ...view.shown.map((member) => writeParticipant(member, settings, { isNumbered: true })),
        ...view.gone.map((departed) => writeRemoved(departed, settings)),
      ],
      sequenceNumber: view.sequence,
    },
  ]
}

/** The collection that a notification is posted in; `path` is below `/calls`. */
function writeNotification(changeType: string, path: string, resourceData: unknown, { casing }: Switches): WireObject {
  return {
    '@odata.type': '#microsoft.graph.commsNotifications',
    value: [
      {
        '@odata.type': '#microsoft.graph.commsNotification',
        changeType: writeEnum(changeType, casing),
        resource: `/app/calls/${path}`,
        resourceUrl: `/communications/calls/${path}`,
        resourceData,
      },
    ],
  }
}
