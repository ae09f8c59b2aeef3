/**
 * The participant statechart, defined once, as plain data: XState runs it (`machine.ts`), and the same object is
 * compiled into the pure function that `step` uses (`transition.ts`). There is no other transition table.
 *
 * Top level: where the participant is. Inside each open state: how far a removal has come — `idle` (none asked for),
 * `held`, `sent`, `accepted`, `refused`, `crossed`. `confirmed` is what a removal becomes when its proof ends the
 * participant.
 *
 * Rule 1: a 2xx is a promise; `sent → accepted` ends nobody.
 * Rule 2: an arrival keeps the phase of the removal; a participant can be active and on the way out. An arrival drops a
 * cancel that waits; one whose DELETE went out has `crossed`: nothing more is sent, and a roster says what came of it.
 * Rule 3: there is one way to send a DELETE, the entry into `sent`, so at most one is in flight.
 * Rule 4: final states have no transitions; nothing late resurrects anyone.
 * @module
 */
import type { ParticipantEventType } from './events.ts'
import type { ActionName, GuardName } from './implementations.ts'
import type { OpenState } from './participant.ts'

/** The sub-states of an open state. */
export type Phase = 'idle' | 'held' | 'sent' | 'accepted' | 'refused' | 'crossed'

/** An absolute reference to a state. */
export type Target = `#participant.${OpenState}.${Phase}` | '#participant.removed' | '#participant.cancelled'

/** One way an event can be taken; the first whose guard holds is. */
export interface Candidate {
  readonly guard?: GuardName
  /** Absent: the state stays, only the actions happen. */
  readonly target?: Target
  readonly actions?: readonly ActionName[]
}

/** The candidates of each event that a state handles. */
export type Reactions = { readonly [E in ParticipantEventType]?: readonly Candidate[] }

/** What the tags of a state say: `open` is every state but the final ones; `pending` was asked and not seen yet; `present` is on the roster. */
export type Tag = 'open' | 'pending' | 'present' | 'final'

/** A phase of a removal. */
export interface PhaseNode {
  readonly description: string
  readonly on: Reactions
}

/** An open state with its removal phases. */
export interface OpenNode<P extends Phase = Phase> {
  readonly initial: 'idle'
  readonly description: string
  readonly tags: readonly Tag[]
  readonly on: Reactions
  readonly states: { readonly [K in P]: PhaseNode }
}

/** A final state. Its output is its name. */
export interface FinalNode<S extends string> {
  readonly type: 'final'
  readonly description: string
  readonly tags: readonly Tag[]
  readonly output: S
}

/** The shape of the config. */
export interface ParticipantConfig {
  readonly id: 'participant'
  readonly version: string
  readonly description: string
  readonly initial: 'invited'
  readonly states: {
    readonly invited: OpenNode<'idle' | 'held'>
    readonly ringing: OpenNode<Exclude<Phase, 'crossed'>>
    readonly lobby: OpenNode
    readonly active: OpenNode
    readonly removed: FinalNode<'removed'>
    readonly cancelled: FinalNode<'cancelled'>
  }
}

/** What each phase means, in every state. */
const phaseDescriptions: Readonly<Record<Phase, string>> = {
  idle: 'No removal is wanted.',
  held: 'A removal is wanted, and no DELETE is in flight: there is no address yet, or the next attempt waits.',
  sent: 'A DELETE is in flight.',
  accepted: 'The service took the DELETE; proof of the departure is outstanding.',
  refused: 'The service refused the DELETE.',
  crossed: 'The invitation was answered while its cancellation was under way; a roster decides.',
}

function phase(name: Phase, on: Reactions): PhaseNode {
  return { description: phaseDescriptions[name], on }
}

const ring = (phase: Phase): Target => `#participant.ringing.${phase}`
const cancelled = '#participant.cancelled'
const removed = '#participant.removed'

/** They came onto the roster, whatever the removal's phase was; `cancelled` is what comes first when only a cancel was wanted. */
const arrival = (phase: Phase, cancelled: readonly Candidate[] = []): Reactions => ({
  'roster.showed': [
    ...cancelled,
    { guard: 'isInLobby', target: `#participant.lobby.${phase}`, actions: ['recordRoster', 'recordLobby'] },
    { target: `#participant.active.${phase}`, actions: ['recordRoster', 'recordActive'] },
  ],
})

/** A cancel that waits is dropped when they arrive: nothing was sent, or it certainly came to nothing. */
const dropped: readonly Candidate[] = [
  {
    guard: 'isCancelInLobby',
    target: '#participant.lobby.idle',
    actions: ['dropCancel', 'recordRoster', 'recordLobby'],
  },
  {
    guard: 'isCancelOnly',
    target: '#participant.active.idle',
    actions: ['dropCancel', 'recordRoster', 'recordActive'],
  },
]

/** A cancel whose DELETE is in flight or was taken when they arrive: whether they stay is for a roster to say. */
const crossed: readonly Candidate[] = [
  { guard: 'isCancelInLobby', target: '#participant.lobby.crossed', actions: ['recordRoster', 'recordLobby'] },
  { guard: 'isCancelOnly', target: '#participant.active.crossed', actions: ['recordRoster', 'recordActive'] },
]

/** The same of a cancel that waits after a DELETE of which nobody knows whether it happened. */
const unsure: readonly Candidate[] = [
  {
    guard: 'isUnsureCancelInLobby',
    target: '#participant.lobby.crossed',
    actions: ['recordRoster', 'recordLobby', 'recordAnswered'],
  },
  {
    guard: 'isUnsureCancel',
    target: '#participant.active.crossed',
    actions: ['recordRoster', 'recordActive', 'recordAnswered'],
  },
]

/** The service took the invite. */
const taken = (phase: Phase): Reactions => ({
  'invitation.accepted': [{ target: ring(phase), actions: ['recordRinging'] }],
  'invitation.completed': [{ target: ring(phase), actions: ['recordRinging', 'recordCompleted'] }],
})

/** What ends somebody who never was on the roster. Absence is proof only after a 2xx or the ring deadline (rule 1). */
const pendingEndings: Reactions = {
  'invitation.failed': [
    { guard: 'isOurCancel', target: cancelled, actions: ['endAsCancelled'] },
    { target: cancelled, actions: ['endAsReported'] },
  ],
  'absence.proved': [
    { guard: 'isCancelProved', target: cancelled, actions: ['endAsCancelled'] },
    { guard: 'isSilenceProved', target: cancelled, actions: ['endAsUnanswered'] },
  ],
  'ring.expired': [{ guard: 'isUnexpired', actions: ['recordExpired'] }],
  'grace.expired': [
    { guard: 'isExpiredCancel', target: cancelled, actions: ['endAsCancelled'] },
    { guard: 'isExpired', target: cancelled, actions: ['endAsUnanswered'] },
  ],
  'call.ended': [{ target: cancelled, actions: ['endWithCall'] }],
}

/** The application asks for more than the cancel that is under way: from then on an answer does not matter. */
const takeOverCancel: Reactions = { 'removal.requested': [{ guard: 'isCancelOnly', actions: ['recordRequest'] }] }

const askWhileRinging: Reactions = {
  'removal.requested': [
    { guard: 'hasAddress', target: ring('sent'), actions: ['recordRequest', 'targetInviteeId', 'participant.delete'] },
    { target: ring('held'), actions: ['recordRequest'] },
  ],
  'cancel.requested': [
    { guard: 'hasAddress', target: ring('sent'), actions: ['recordCancel', 'targetInviteeId', 'participant.delete'] },
    { target: ring('held'), actions: ['recordCancel'] },
  ],
}

const ringing: OpenNode<Exclude<Phase, 'crossed'>> = {
  initial: 'idle',
  description: 'The service has taken the invitation; no roster has shown the invitee yet.',
  tags: ['open', 'pending'],
  on: {
    ...pendingEndings,
    'invitation.completed': [{ guard: 'isUncompleted', actions: ['recordCompleted'] }],
    'address.learned': [{ guard: 'isNewAddress', actions: ['recordAddress'] }],
  },
  states: {
    idle: phase('idle', { ...arrival('idle'), ...askWhileRinging }),
    held: phase('held', {
      ...arrival('held', [...unsure, ...dropped]),
      ...takeOverCancel,
      'address.learned': [
        {
          guard: 'isUntriedAddress',
          target: ring('sent'),
          actions: ['recordAddress', 'targetInviteeId', 'participant.delete'],
        },
      ],
      'removal.due': [
        { guard: 'hasAddress', target: ring('sent'), actions: ['targetInviteeId', 'participant.delete'] },
      ],
    }),
    sent: phase('sent', {
      ...arrival('sent', crossed),
      ...takeOverCancel,
      'removal.accepted': [{ target: ring('accepted'), actions: ['recordAccepted'] }],
      // Whether an invitee can be deleted before they are on the roster is contested (FACTS 1.1, 5.1): not being
      // found, or any refusal but a forbidden one, is no reason to give up, only to wait for the roster.
      'removal.notFound': [{ target: ring('held') }],
      'removal.refused': [
        { guard: 'isForbidden', target: ring('refused'), actions: ['recordRefusal'] },
        { target: ring('held') },
      ],
      'removal.unconfirmed': [{ target: ring('held'), actions: ['recordUnsure'] }],
    }),
    accepted: phase('accepted', { ...arrival('accepted', crossed), ...takeOverCancel }),
    refused: phase('refused', { ...arrival('refused'), ...askWhileRinging }),
  },
}

const invited: OpenNode<'idle' | 'held'> = {
  initial: 'idle',
  description: 'The invitation is requested; the service has not taken it yet.',
  tags: ['open', 'pending'],
  on: { ...pendingEndings, 'address.learned': [{ guard: 'isNewAddress', actions: ['recordAddress'] }] },
  states: {
    idle: phase('idle', {
      ...arrival('idle'),
      ...taken('idle'),
      'removal.requested': [{ target: '#participant.invited.held', actions: ['recordRequest'] }],
      'cancel.requested': [{ target: '#participant.invited.held', actions: ['recordCancel'] }],
    }),
    held: phase('held', { ...arrival('held', dropped), ...taken('held'), ...takeOverCancel }),
  },
}

const presentDescriptions = {
  lobby: 'On the roster, in the lobby: not admitted yet.',
  active: 'On the roster and in the call.',
} as const

/** A state of a participant on the roster. */
function present(state: 'lobby' | 'active'): OpenNode {
  const at = (phase: Phase): Target => `#participant.${state}.${phase}`
  const send = { target: at('sent'), actions: ['targetRosterId', 'participant.delete'] } as const
  // The roster may show them without an id (documented samples do): then the invitee's own id is the address.
  const learn: Candidate = {
    guard: 'isNewAddress',
    target: at('sent'),
    actions: ['recordAddress', 'targetRosterId', 'participant.delete'],
  }
  // Attribution is ours (rule 4): absence while a removal is wanted is that removal. A report that was not believed is
  // no evidence of an earlier departure.
  const leave: Reactions = { 'absence.proved': [{ target: removed, actions: ['endAsLeft'] }] }
  const stay: Candidate = { target: at('idle'), actions: ['dropCancel'] }
  const depart: Reactions = { 'absence.proved': [{ target: removed, actions: ['endAsRemoved'] }] }
  const ask: Reactions = {
    'removal.requested': [
      { guard: 'hasAddress', target: at('sent'), actions: ['recordRequest', 'targetRosterId', 'participant.delete'] },
      { target: at('held'), actions: ['recordRequest'] },
    ],
  }
  const admission = (phase: Phase): Reactions =>
    state === 'active'
      ? {}
      : {
          'roster.showed': [
            { guard: 'isAdmitted', target: `#participant.active.${phase}`, actions: ['recordRoster', 'recordActive'] },
          ],
        }
  return {
    initial: 'idle',
    description: presentDescriptions[state],
    tags: ['open', 'present'],
    on: {
      'roster.showed': [{ guard: 'isNews', actions: ['recordRoster'] }],
      'address.learned': [{ guard: 'isNewAddress', actions: ['recordAddress'] }],
      'id.doubted': [{ guard: 'isIdConfirmed', actions: ['recordIdDoubt'] }],
      'roster.omitted': [{ guard: 'isNotMissing', actions: ['recordMissing'] }],
      'presence.reassigned': [{ target: removed, actions: ['endAsReplaced'] }],
      ...(state === 'lobby'
        ? ({ 'invitation.failed': [{ guard: 'isLobbyEnding', actions: ['recordLobbyEnding'] }] } satisfies Reactions)
        : {}),
      'call.ended': [{ target: removed, actions: ['endWithCall'] }],
    },
    states: {
      idle: phase('idle', { ...admission('idle'), ...leave, ...ask }),
      held: phase('held', {
        ...admission('held'),
        ...depart,
        'address.learned': [learn, { guard: 'isOnRosterById', ...send }],
        'removal.due': [{ guard: 'hasAddress', ...send }],
      }),
      sent: phase('sent', {
        ...admission('sent'),
        ...depart,
        // What the service took was addressed to an id they are not on the roster by: theirs is sent one, too (rule 2).
        'removal.accepted': [
          { guard: 'hasStaleTarget', ...send },
          { target: at('accepted'), actions: ['recordAccepted'] },
        ],
        // A 404 proves absence only to a DELETE of the roster id, sent while they were on the roster. In the lobby it
        // proves nothing about the person: their admission may have changed the id.
        'removal.notFound': [
          // Nor does it when rosters have shown them without an id since: they may be there under another one.
          { guard: 'isProofOfOtherId', target: at('held'), actions: ['dropId'] },
          {
            guard: 'isTargetRosterId',
            ...(state === 'lobby' ? { target: at('held') } : { target: removed, actions: ['endAsRemoved'] }),
          },
          { guard: 'isOnRosterById', ...send },
          { target: at('held') },
        ],
        'removal.refused': [
          { guard: 'hasStaleTarget', ...send },
          { target: at('refused'), actions: ['recordRefusal'] },
        ],
        'removal.unconfirmed': [{ target: at('held') }],
      }),
      accepted: phase('accepted', {
        ...admission('accepted'),
        ...depart,
        'address.learned': [learn, { guard: 'isUntriedAddress', ...send }],
        'removal.due': [{ guard: 'hasAddress', ...send }],
      }),
      refused: phase('refused', { ...admission('refused'), ...leave, ...ask }),
      // Nothing is sent from here: they answered, and are not to be removed.
      crossed: phase('crossed', {
        ...admission('crossed'),
        ...depart,
        'removal.accepted': [{ actions: ['recordAccepted'] }],
        'removal.notFound': [{ guard: 'isUnsure', actions: ['recordAnswered'] }, stay],
        'removal.refused': [{ guard: 'isUnsure', actions: ['recordAnswered'] }, stay],
        'removal.unconfirmed': [{ guard: 'isPutOff', ...stay }, { actions: ['recordAnswered'] }],
        'removal.due': [stay],
        'removal.requested': [
          {
            guard: 'isAnsweredElsewhere',
            target: at('sent'),
            actions: ['recordRequest', 'targetRosterId', 'participant.delete'],
          },
          { guard: 'isAnswered', target: at('accepted'), actions: ['recordRequest'] },
          { target: at('sent'), actions: ['recordRequest'] },
        ],
      }),
    },
  }
}

/** The statechart of every participant. A participant who joined uninvited starts in `invited` and leaves it in the same step. */
export const participantConfig: ParticipantConfig = {
  id: 'participant',
  version: '1',
  description: 'The lifecycle of one participant of a call, with the progress of a removal inside each open state.',
  initial: 'invited',
  states: {
    invited,
    ringing,
    lobby: present('lobby'),
    active: present('active'),
    removed: {
      type: 'final',
      description: 'Was on the roster and no longer is.',
      tags: ['final'],
      output: 'removed',
    },
    cancelled: {
      type: 'final',
      description: 'The invitation ended before any roster showed the invitee.',
      tags: ['final'],
      output: 'cancelled',
    },
  },
}
