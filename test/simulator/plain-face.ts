/**
 * A plain face: the same world behind a wire of its own, to show that the world knows no wire.
 *
 * Its wire is unlike Graph's on purpose: commands by name, answers as text, an event for each person instead of
 * rosters, invites that end without a notification, and addresses of its own for them.
 * @module
 */
import type { NetworkFace } from '../../src/simulator/network/face.ts'
import { createCall, findCall, hangUp } from '../../src/simulator/world/commands/calls.ts'
import { inviteParticipants, removeParticipant } from '../../src/simulator/world/commands/participants.ts'
import type { CommandResult } from '../../src/simulator/world/commands/result.ts'
import { DEFAULT_APP_ID } from '../../src/simulator/world/acts.ts'
import type { BotNotice } from '../../src/simulator/world/face.ts'
import { nameIdentity } from '../../src/simulator/world/identities.ts'
import type { Detail } from '../../src/simulator/world/outcomes.ts'
import { viewRoster } from '../../src/simulator/world/roster-view.ts'
import { worldSwitches } from '../../src/simulator/world/settings.ts'
import type { Tick } from '../../src/simulator/world/tick.ts'
import type { Leg, WorldState } from '../../src/simulator/world/world-state.ts'

/** A request: a command, and who or what it is about. */
export type PlainRequest =
  | { readonly command: 'call'; readonly hear: string }
  | { readonly command: 'ring' | 'drop'; readonly callId: string; readonly who: string }
  | { readonly command: 'end'; readonly callId: string }

/** The types of the plain wire. */
export interface PlainDialect {
  readonly request: PlainRequest
  /** `ok`, with an id if there is one, or `no` with a reason. */
  readonly response: string
  /** One line. */
  readonly body: string
  readonly noAnswer: Detail
  readonly fail: { readonly because: string }
  readonly endCall: { readonly because?: string }
  readonly switches: { readonly [name: string]: string }
}

/** The plain face. */
export const plainFace: NetworkFace<PlainDialect> = {
  switchReadings: { ...worldSwitches, shout: ['no', 'yes'] },
  nameThread: (conversationId) => `room ${conversationId}`,
  answer(tick, request) {
    if (request.command === 'call')
      return write(createCall(tick, { appId: DEFAULT_APP_ID, callbackUri: request.hear }), ({ id }) => id)
    const found = findCall(tick, { callId: request.callId, appId: DEFAULT_APP_ID })
    return found.type === 'refused' ? `no ${found.reason}` : answerInCall(tick, found.value, request)
  },
  render: (state, notice, leg) =>
    say(state, notice, leg).map((line) => ({
      body: state.settings.switches['shout'] === 'yes' ? line.toUpperCase() : line,
      ...(notice.type === 'roster' ? { callbackUri: `${leg.callbackUri}/people` } : {}),
    })),
  route: (request) => ({ operation: request.command, callId: 'callId' in request ? request.callId : undefined }),
  calledBy: (request) => (request.command === 'ring' ? [{ user: { id: request.who } }] : []),
  fail: ({ message = 'trouble' }) => `no ${message}`,
  emptied: () => 'ok',
}

function answerInCall(tick: Tick, leg: Leg, request: Exclude<PlainRequest, { command: 'call' }>): string {
  switch (request.command) {
    case 'ring': {
      const invitees = [{ identity: { user: { id: request.who } }, isHidden: false }]
      const result = inviteParticipants(tick, leg, { clientContext: null, invitees })
      return write(result, ({ participantIds }) => participantIds.join())
    }
    case 'drop':
      return write(removeParticipant(tick, leg, { participantId: request.who, appId: leg.appId }))
    case 'end':
      return write(hangUp(tick, leg))
  }
}

function write<T>(result: CommandResult<T>, say: (value: T) => string = () => ''): string {
  return result.type === 'refused' ? `no ${result.reason}` : `ok ${say(result.value)}`.trimEnd()
}

function say(state: WorldState, notice: BotNotice, leg: Leg): readonly string[] {
  switch (notice.type) {
    case 'call':
      return [leg.outcome === undefined ? `call ${leg.state}` : `call over: ${leg.outcome.reason}`]
    case 'operation':
      return []
    case 'roster': {
      const view = viewRoster(state, { ...notice, isWhole: false })
      return [
        ...(view?.shown ?? []).map(({ identity }) => `here ${nameIdentity(identity)?.id}`),
        ...(view?.gone ?? []).map(({ member, by }) => `gone ${nameIdentity(member.identity)?.id} (${by})`),
      ]
    }
    case 'raw':
      return [String(notice.body)]
  }
}
