/**
 * The participant statechart as plain data. XState runs it (`machine.ts`), and `transition.ts` compiles the same object
 * into the pure function that `step` uses. There is no other transition table.
 *
 * The top-level state says where the participant is. Inside each open state, the phase says how far a removal has come.
 * A removal that is proved ends the participant; its phase is then `confirmed` (`endedRemoval`).
 *
 * Rule 1: a 2xx is a promise; `sent → accepted` ends no participant.
 * Rule 2: an arrival keeps the phase of the removal: a participant can be active while it is being removed. An arrival
 * drops a cancel that waits. A cancel whose DELETE was sent becomes `crossed`: nothing more is sent, and a roster
 * decides.
 * Rule 3: a DELETE is sent only on the way into `sent`, so at most one is in flight.
 * Rule 4: final states have no transitions; late evidence revives no participant.
 * @module
 */
import type { Candidate, OpenNode, ParticipantConfig, Phase, PhaseNode, Reactions, Target } from './machine-shape.ts'

/** The meaning of each phase, the same in every state. */
const phaseDescriptions: Readonly<Record<Phase, string>> = {
  idle: 'No removal is requested.',
  held: 'A removal is requested, and no DELETE is in flight: there is no id to send it to yet, or the next attempt waits.',
  sent: 'A DELETE is in flight. There is never a second one.',
  accepted: 'The service answered the DELETE with 2xx, which is a promise and ends no participant.',
  refused: 'The service refused the removal for good. The participant stays; a removal may be requested again.',
  crossed:
    'The invitation was answered while its cancel was in flight or accepted. Nothing more is sent; a roster says whether the participant stays.',
}

/** A phase with what it reacts to. */
function phase(name: Phase, on: Reactions): PhaseNode {
  return { description: phaseDescriptions[name], on }
}

const ring = (phase: Phase): Target => `#participant.ringing.${phase}`
const cancelled = '#participant.cancelled'
const removed = '#participant.removed'

/**
 * The roster shows the participant: the removal keeps its phase. `cancels` come first; they apply when only a cancel
 * was requested.
 */
const arrive = (phase: Phase, cancels: readonly Candidate[] = []): Reactions => ({
  'roster.showed': [
    ...cancels,
    { guard: 'isInLobby', target: `#participant.lobby.${phase}`, actions: ['recordRoster', 'recordLobby'] },
    { target: `#participant.active.${phase}`, actions: ['recordRoster', 'recordActive'] },
  ],
})

/** An arrival drops a cancel that waits: nothing was sent, or what was sent certainly had no effect. */
const dropCancel: readonly Candidate[] = [
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

/** An arrival crosses a cancel whose DELETE is in flight or accepted: a roster says whether the participant stays. */
const crossCancel: readonly Candidate[] = [
  { guard: 'isCancelInLobby', target: '#participant.lobby.crossed', actions: ['recordRoster', 'recordLobby'] },
  { guard: 'isCancelOnly', target: '#participant.active.crossed', actions: ['recordRoster', 'recordActive'] },
]

/** An arrival crosses a cancel that waits after a DELETE with an unknown result. */
const crossUnsureCancel: readonly Candidate[] = [
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

/** The service accepts the invitation. */
const startRinging = (phase: Phase): Reactions => ({
  'invitation.accepted': [{ target: ring(phase), actions: ['recordRinging'] }],
  'invitation.completed': [{ target: ring(phase), actions: ['recordRinging', 'recordCompleted'] }],
})

/**
 * The endings of a participant that never was on the roster. Absence proves one only after a 2xx or the ring deadline
 * (rule 1).
 */
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

/** The application requests a removal while a cancel is under way: from then on, an answer makes no difference. */
const takeOverCancel: Reactions = { 'removal.requested': [{ guard: 'isCancelOnly', actions: ['recordRequest'] }] }

/** The application requests a removal or a cancel of a ringing participant. */
const requestWhileRinging: Reactions = {
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
  description: 'The service has accepted the invitation; no roster has shown the invitee yet.',
  tags: ['open', 'pending'],
  on: {
    ...pendingEndings,
    'invitation.completed': [{ guard: 'isUncompleted', actions: ['recordCompleted'] }],
    'address.learned': [{ guard: 'isNewAddress', actions: ['recordAddress'] }],
  },
  states: {
    idle: phase('idle', { ...arrive('idle'), ...requestWhileRinging }),
    held: phase('held', {
      ...arrive('held', [...crossUnsureCancel, ...dropCancel]),
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
      ...arrive('sent', crossCancel),
      ...takeOverCancel,
      'removal.accepted': [{ target: ring('accepted'), actions: ['recordAccepted'] }],
      // Whether an invitee can be deleted before a roster shows it is contested. A 404, or any refusal but a forbidden
      // one, therefore only means to wait for the roster.
      'removal.notFound': [{ target: ring('held') }],
      'removal.refused': [
        { guard: 'isForbidden', target: ring('refused'), actions: ['recordRefusal'] },
        { target: ring('held') },
      ],
      'removal.unconfirmed': [{ target: ring('held'), actions: ['recordUnsure'] }],
    }),
    accepted: phase('accepted', { ...arrive('accepted', crossCancel), ...takeOverCancel }),
    refused: phase('refused', { ...arrive('refused'), ...requestWhileRinging }),
  },
}

const invited: OpenNode<'idle' | 'held'> = {
  initial: 'idle',
  description: 'The invitation is requested; the service has not accepted it yet.',
  tags: ['open', 'pending'],
  on: { ...pendingEndings, 'address.learned': [{ guard: 'isNewAddress', actions: ['recordAddress'] }] },
  states: {
    idle: phase('idle', {
      ...arrive('idle'),
      ...startRinging('idle'),
      'removal.requested': [{ target: '#participant.invited.held', actions: ['recordRequest'] }],
      'cancel.requested': [{ target: '#participant.invited.held', actions: ['recordCancel'] }],
    }),
    held: phase('held', { ...arrive('held', dropCancel), ...startRinging('held'), ...takeOverCancel }),
  },
}

const presentDescriptions = {
  lobby: 'On the roster, in the lobby: not admitted yet.',
  active: 'On the roster and in the call.',
} as const

/** A state on the roster. `lobby` and `active` differ in admission and in what a 404 proves. */
function present(state: 'lobby' | 'active'): OpenNode {
  const at = (phase: Phase): Target => `#participant.${state}.${phase}`
  const send = { target: at('sent'), actions: ['targetRosterId', 'participant.delete'] } as const
  // A roster may show a participant without an id (documented samples do): then the invitee's own id is the address.
  const sendToNewAddress: Candidate = {
    guard: 'isNewAddress',
    target: at('sent'),
    actions: ['recordAddress', 'targetRosterId', 'participant.delete'],
  }
  // Absence while a removal is requested is attributed to that removal. A report that was not believed is no evidence
  // of an earlier departure.
  const leave: Reactions = { 'absence.proved': [{ target: removed, actions: ['endAsLeft'] }] }
  const stay: Candidate = { target: at('idle'), actions: ['dropCancel'] }
  const depart: Reactions = { 'absence.proved': [{ target: removed, actions: ['endAsRemoved'] }] }
  const request: Reactions = {
    'removal.requested': [
      { guard: 'hasAddress', target: at('sent'), actions: ['recordRequest', 'targetRosterId', 'participant.delete'] },
      { target: at('held'), actions: ['recordRequest'] },
    ],
  }
  const admit = (phase: Phase): Reactions =>
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
      idle: phase('idle', { ...admit('idle'), ...leave, ...request }),
      held: phase('held', {
        ...admit('held'),
        ...depart,
        'address.learned': [sendToNewAddress, { guard: 'isOnRosterById', ...send }],
        'removal.due': [{ guard: 'hasAddress', ...send }],
      }),
      sent: phase('sent', {
        ...admit('sent'),
        ...depart,
        // The accepted DELETE named an id other than the roster's: the roster id is sent one, too.
        'removal.accepted': [
          { guard: 'hasStaleTarget', ...send },
          { target: at('accepted'), actions: ['recordAccepted'] },
        ],
        // A 404 proves absence only if the DELETE named the roster id while the participant was on the roster. In the
        // lobby it proves nothing: an admission may have changed the id.
        'removal.notFound': [
          // It proves nothing either if rosters have shown the participant without an id since: the id may have changed.
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
        ...admit('accepted'),
        ...depart,
        'address.learned': [sendToNewAddress, { guard: 'isUntriedAddress', ...send }],
        'removal.due': [{ guard: 'hasAddress', ...send }],
      }),
      refused: phase('refused', { ...admit('refused'), ...leave, ...request }),
      // Nothing is sent from here: the participant answered, and is not to be removed.
      crossed: phase('crossed', {
        ...admit('crossed'),
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

/**
 * The statechart of every participant. A participant that was not invited starts in `invited` and leaves it in the same
 * step.
 */
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
