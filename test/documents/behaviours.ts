/**
 * Behaviours: everything the emulated service does that a bot could depend on, with its source and the test that covers
 * it. docs/emulator.md is generated from this.
 * @module
 */
import type { Switches } from '../../src/simulator/settings.ts'

/** The kind of source: a Microsoft page, a capture or public thread, or none. */
type Label = 'documented' | 'observed' | 'assumed'

/** A test: its file below `test`, and its title. */
export interface Pin {
  readonly file: string
  readonly title: string
}

/** One behaviour. */
export interface Behaviour {
  readonly about: string
  readonly what: string
  readonly label: Label
  readonly source: string
  readonly pin: Pin
}

/** The meanings of a switch's readings, with their sources. */
export interface SwitchMeaning {
  readonly question: string
  readonly readings: {
    readonly [reading: string]: { readonly meaning: string; readonly label: Label; readonly source: string }
  }
  readonly pin: Pin
}

const conversation = (title: string): Pin => ({ file: 'emulator/conversation.test.ts', title })
const world = (title: string): Pin => ({ file: 'simulator/world.test.ts', title })
const oddity = (title: string): Pin => ({ file: 'simulator/oddities.test.ts', title })
const facts = (title: string): Pin => ({ file: 'simulator/facts.test.ts', title })
const tokens = (title: string): Pin => ({ file: 'emulator/tokens.test.ts', title })
const server = (title: string): Pin => ({ file: 'emulator/server.test.ts', title })
const callbacks = (title: string): Pin => ({ file: 'emulator/callbacks.test.ts', title })

const noSource = 'not documented'
const acsCodes = 'codes of Azure Communication Services, which shares the code space'

/** The behaviours that are not switches. */
export const behaviours: readonly Behaviour[] = [
  {
    about: 'Calls',
    what: 'POST calls answers 201 with `Location`, state `establishing`; notifications `establishing`, `established` follow, `established` more than once.',
    label: 'documented',
    source: 'application-post-calls; the repetition in captures',
    pin: conversation('a created call is establishing, then established, and its first roster is the bot alone'),
  },
  {
    about: 'Calls',
    what: 'A call in a notification carries no `id`; it comes from the URL.',
    label: 'observed',
    source: '15 of 15 captures of call notifications',
    pin: conversation('a created call is establishing, then established, and its first roster is the bot alone'),
  },
  {
    about: 'Calls',
    what: "`myParticipantId` is the bot's own entry on the roster.",
    label: 'documented',
    source: 'application-post-calls, example 5',
    pin: conversation('a created call is establishing, then established, and its first roster is the bot alone'),
  },
  {
    about: 'Calls',
    what: 'A call for one target is a two-party call: it rings, has no roster, and can end without being established.',
    label: 'observed',
    source: 'captures of two-party calls',
    pin: world('for one person is a two-party call: it is established by the answer, and has no roster'),
  },
  {
    about: 'Calls',
    what: 'An invite into a two-party call makes it a group call: `chatInfo` and rosters start.',
    label: 'observed',
    source: 'captures of an escalation',
    pin: world('between two becomes a group call with the first invite, and then has rosters'),
  },
  {
    about: 'Calls',
    what: 'A call for several targets is established at once and rings them; no operation is reported.',
    label: 'assumed',
    source: 'that up to five targets ring is documented',
    pin: world('for several targets is established at once and rings them all'),
  },
  {
    about: 'Calls',
    what: "DELETE of a call answers 204, then `terminating` and `deleted` with 200/7000; it ends the bot's own leg, the other participants continue.",
    label: 'documented',
    source: 'call-delete',
    pin: conversation('hanging up ends with a deleted notification, and the call is gone'),
  },
  {
    about: 'Calls',
    what: 'An ended call is 404 8522 "Call not found." to everything.',
    label: 'observed',
    source: 'microsoft-graph-comms-samples issue 173',
    pin: conversation('hanging up ends with a deleted notification, and the call is gone'),
  },
  {
    about: 'Calls',
    what: 'Without a keepAlive for 45 minutes a call ends with 408/8537.',
    label: 'documented',
    source: 'call-keepalive, call-delete',
    pin: conversation('a call without keepAlive ends after 45 minutes, and continues with one'),
  },
  {
    about: 'Calls',
    what: 'An incoming call waits 15 s for its answer.',
    label: 'documented',
    source: 'call-answer',
    pin: world('to the bot can be answered within fifteen seconds'),
  },
  {
    about: 'Calls',
    what: 'Answering a call that is no longer incoming is 412 8583.',
    label: 'assumed',
    source: noSource,
    pin: world('to the bot can be answered within fifteen seconds'),
  },
  {
    about: 'Calls',
    what: 'A transfer goes `transferring`, `transferAccepted`, `deleted` with 0/7015; a failed one falls back to `established` with 500/7000.',
    label: 'documented',
    source: 'call-transfer',
    pin: world('that is transferred %s'),
  },
  {
    about: 'Calls',
    what: 'A redirected call goes `redirecting`, `deleted`.',
    label: 'assumed',
    source: 'that it answers 202 is documented in call-redirect',
    pin: world('to the bot can be redirected, and then ends for the bot'),
  },
  {
    about: 'Calls',
    what: 'cancelMediaProcessing and hold music answer 200, status `completed`; there are no media.',
    label: 'documented',
    source: 'call-cancelmediaprocessing; hold music is assumed',
    pin: { file: 'emulator/wire-shape.test.ts', title: 'on a tour of all operations' },
  },
  {
    about: 'Calls',
    what: 'A bot removed by a person receives `deleted` with 200/5000.',
    label: 'documented',
    source: 'call-delete, table of reasons',
    pin: world('ends with the reason if a person removes the bot'),
  },
  {
    about: 'Invites',
    what: 'POST invite answers 200 with `Location`, status `Running`, and `participants[].id` null, in the documented form.',
    label: 'documented',
    source: 'participant-invite, example 1',
    pin: conversation('an invite is answered as documented and ends with the invitee on the roster'),
  },
  {
    about: 'Invites',
    what: 'A finished operation is reported once, `changeType` `deleted`, with the `clientContext`, without participant ids.',
    label: 'documented',
    source: 'participant-invite, example 1',
    pin: conversation('an invite is answered as documented and ends with the invitee on the roster'),
  },
  {
    about: 'Invites',
    what: 'An invitee is not on the roster while it rings.',
    label: 'documented',
    source: 'participant-delete, example 2',
    pin: conversation('an invitee can be removed before they answer, by the participantId of the response'),
  },
  {
    about: 'Invites',
    what: 'Ringing ends after 60 s.',
    label: 'observed',
    source: 'microsoft-graph-comms-samples issues 408 and 479',
    pin: conversation('ringing ends after sixty seconds, not before'),
  },
  {
    about: 'Invites',
    what: 'Failed operations: declined 603/8538, busy 486/8539, for telephones 603/560603, 486/560486, 408/560408.',
    label: 'assumed',
    source: acsCodes,
    pin: conversation('an invitee who %s ends the operation as failed, and no roster is sent'),
  },
  {
    about: 'Invites',
    what: 'Failed operations: no answer 408/8544 "Callee could not be reached.", unreachable 400/8541 with `DiagCode: 480#10076.@`.',
    label: 'observed',
    source: 'captures and microsoft-graph-comms-samples issue 343, for calls',
    pin: conversation('an invitee who %s ends the operation as failed, and no roster is sent'),
  },
  {
    about: 'Invites',
    what: 'At most five invitees in a request, a `clientContext` of at most 256 characters; more is 400.',
    label: 'documented',
    source: 'participant-invite',
    pin: world('of %s is 400'),
  },
  {
    about: 'Invites',
    what: 'The same identity cannot be invited twice: 409 8519. That it cannot is documented, the answer is not.',
    label: 'assumed',
    source: 'call resource',
    pin: world('who are invited or present already is 409'),
  },
  {
    about: 'Invites',
    what: 'Inviting into a call that is not established is 400 8501.',
    label: 'assumed',
    source: acsCodes,
    pin: world('in a call that is not established is 400 8501'),
  },
  {
    about: 'Invites',
    what: 'Once the invitee of a `replacesCallId` has joined, the two-party call it names ends; a meeting it names loses the participant. An unknown call is ignored.',
    label: 'documented',
    source: 'participant-invite, examples 3 and 5; ignoring unknown calls is assumed',
    pin: world('out of a two-party call ends that call once the person has joined the other'),
  },
  {
    about: 'Invites',
    what: 'A `participantId` in the request is repeated in the response and becomes the roster id.',
    label: 'documented',
    source: 'participant-invite, example 5, for moves; assumed otherwise',
    pin: world('between two meetings keeps the given participant id'),
  },
  {
    about: 'Removals',
    what: 'DELETE of a participant answers 204; absence from the roster follows, with no reason.',
    label: 'documented',
    source: 'participant-delete, example 1',
    pin: conversation('an active participant is removed by one DELETE and is then absent'),
  },
  {
    about: 'Removals',
    what: 'DELETE of an unknown participant is 404 8522.',
    label: 'assumed',
    source: acsCodes,
    pin: conversation('an active participant is removed by one DELETE and is then absent'),
  },
  {
    about: 'Removals',
    what: 'A second DELETE before the first takes effect is 204 as well, and changes nothing.',
    label: 'assumed',
    source: noSource,
    pin: world('twice before it takes effect is accepted twice and applied once'),
  },
  {
    about: 'Removals',
    what: "An application that is not on the tenant's `AllowRemoveParticipantAppIds` gets 403 7504.",
    label: 'assumed',
    source: 'that the list is needed is documented in participant-delete; the answer is not',
    pin: { file: 'emulator/control-api.test.ts', title: "an application off the tenant's remove list gets 403 7504" },
  },
  {
    about: 'Removals',
    what: 'The organizer cannot be removed: 403 8552.',
    label: 'assumed',
    source: acsCodes,
    pin: world('of the organizer is refused'),
  },
  {
    about: 'Removals',
    what: 'A cancel that crosses the answer: 204, the roster shows the invitee, then it is gone; the operation completes.',
    label: 'assumed',
    source: noSource,
    pin: conversation(
      'a cancel that crosses the answer shows the invitee on the roster and then gone, after one DELETE',
    ),
  },
  {
    about: 'Rosters',
    what: 'Every change is the full list, the bot included, newest first, `changeType` `updated`.',
    label: 'observed',
    source: 'captures of a group call',
    pin: conversation('an invite is answered as documented and ends with the invitee on the roster'),
  },
  {
    about: 'Rosters',
    what: 'Rejoining gives a new participant id; a second device is a second participant.',
    label: 'observed',
    source: 'trace in microsoft-graph-comms-samples',
    pin: conversation(
      'an invitee can arrive in the lobby, be admitted, leave, rejoin with a new id, and join with a second device',
    ),
  },
  {
    about: 'Rosters',
    what: '`callOptions.isDeltaRosterEnabled` gives numbered changes; the first has all participants, a removal has `removedState.reason`.',
    label: 'observed',
    source:
      'deltaParticipants resource; microsoft-graph-comms-samples issue 710; the first change and the text are assumed',
    pin: world('in delta mode is complete once, then only numbered changes with removals'),
  },
  {
    about: 'Rosters',
    what: 'A participant not admitted from the lobby is gone after half an hour.',
    label: 'assumed',
    source: 'the timeout itself is documented (200/5855)',
    pin: world('loses a participant who waits in the lobby for half an hour'),
  },
  {
    about: 'Rosters',
    what: 'Changes within `rosterGatherMs` are reported by one roster; of a participant who joined and left within it, a delta reports only the departure.',
    label: 'assumed',
    source: noSource,
    pin: oddity('a service that gathers changes reports a join and a leave as one departure'),
  },
  {
    about: 'Rosters',
    what: 'A list can be empty, even without the bot, when a fault asks for it.',
    label: 'observed',
    source: 'microsoft-graph-comms-samples issues 140, 166 and 579',
    pin: oddity('a list can be empty while people are in the call'),
  },
  {
    about: 'Rosters',
    what: 'An entry carries `info.endpointType`; a mailbox that answers is `voicemail`.',
    label: 'documented',
    source: 'participantInfo resource; the value for mailboxes is assumed',
    pin: facts('a mailbox that answers is on the roster with the endpoint voicemail'),
  },
  {
    about: 'Rosters',
    what: 'A hold changes the direction of the audio stream to `inactive`; other streams continue.',
    label: 'assumed',
    source: 'that only directions change',
    pin: facts('a hold makes the audio inactive and changes nothing else'),
  },
  {
    about: 'Rosters',
    what: 'A change of media sends a roster, like every change.',
    label: 'assumed',
    source: noSource,
    pin: facts('a shared screen is on the next roster'),
  },
  {
    about: 'Rosters',
    what: 'A list takes `$top` and continues at `@odata.nextLink`.',
    label: 'assumed',
    source: 'OData parameters are documented as supported',
    pin: { file: 'emulator/graph-client.test.ts', title: "Microsoft's own client reads every page of a list" },
  },
  {
    about: 'Rosters',
    what: 'Mute answers 200, status `completed`, and shows on the roster; muteAll is on beta only.',
    label: 'documented',
    source: 'participant-mute, participant-muteall',
    pin: conversation('muting is answered as completed and shows on the roster'),
  },
  {
    about: 'HTTP',
    what: '`/v1.0` and `/beta`, `/communications/calls` and `/app/calls` are one service; ids in any form of a GUID.',
    label: 'documented',
    source: 'beta reference; un-dashed ids in samples',
    pin: conversation('%s is the same service'),
  },
  {
    about: 'HTTP',
    what: "Errors are Graph's envelope; the code is a comms subcode as text where there is one.",
    label: 'observed',
    source: 'error bodies in public threads',
    pin: server('%s %s is %i %s'),
  },
  {
    about: 'HTTP',
    what: 'Throttling is 429 with a fractional `Retry-After`, when a fault asks for it.',
    label: 'documented',
    source: 'Microsoft Graph throttling guidance',
    pin: { file: 'emulator/control-api.test.ts', title: 'scripts, faults and settings can be set while it runs' },
  },
  {
    about: 'HTTP',
    what: "No token, or a wrong one, is 401 `InvalidAuthenticationToken`; another tenant's 403 7505; another application's call 403 7504.",
    label: 'observed',
    source: 'error bodies in public threads; the last is assumed',
    pin: tokens('with 403 7505 for a token of another tenant'),
  },
  {
    about: 'HTTP',
    what: '`POST /{tenant}/oauth2/v2.0/token` grants client credentials, and refuses with the AADSTS numbers.',
    label: 'documented',
    source: 'Microsoft identity platform, client credentials',
    pin: tokens('issues a token with which a call can be created'),
  },
  {
    about: 'Callbacks',
    what: 'A notification carries `resource` (`/app/…`) and `resourceUrl` (`/communications/…`).',
    label: 'observed',
    source: '19 of 19 captures',
    pin: conversation('every notification carries both resource paths'),
  },
  {
    about: 'Callbacks',
    what: 'They are signed RS256 with keys from the OpenID configuration, issuer `https://api.botframework.com` or `https://graph.microsoft.com`, audience the application, claim `tid`.',
    label: 'documented',
    source: 'calling bots, call notifications',
    pin: tokens('signed as %s are accepted or refused by a careful bot'),
  },
  {
    about: 'Callbacks',
    what: 'Notifications of one call are posted one at a time, in order.',
    label: 'assumed',
    source: noSource,
    pin: callbacks('the notifications of a call are posted one at a time, in order, also while one is retried'),
  },
  {
    about: 'Callbacks',
    what: '5xx and no answer are retried after 1, 2 and 4 s; 4xx are not.',
    label: 'assumed',
    source: 'that there are retries was observed on the older service',
    pin: callbacks(
      'a notification that is not delivered is posted again after one, two and four seconds, then dropped',
    ),
  },
  {
    about: 'Callbacks',
    what: '`X-Microsoft-Skype-Message-ID` names a notification, and stays the same when it is posted again.',
    label: 'assumed',
    source: 'the header is observed',
    pin: callbacks('a notification has a message id that stays the same when it is posted again'),
  },
]

/** The meanings of all switches. */
export const switchMeanings: { readonly [S in keyof Switches]: SwitchMeaning } = {
  cancelBeforeAnswer: {
    question: 'DELETE of a ringing invitee',
    readings: {
      supported: {
        meaning: '204; the ringing stops',
        label: 'documented',
        source: 'participant-delete: "before or after the participant answers"',
      },
      'not-found': {
        meaning: '404 8522; the ringing continues',
        label: 'documented',
        source: 'the 2020 revision of the same page: "cannot be called before answer"',
      },
    },
    pin: world('can be refused as not found, and the invitee keeps ringing'),
  },
  inviteResponseId: {
    question: 'the ids of the invitees in the answer to an invite',
    readings: {
      participantId: {
        meaning: '`participants[].participantId`',
        label: 'observed',
        source: 'techcommunity thread 3257482',
      },
      null: { meaning: 'none: `id` is null', label: 'documented', source: 'participant-invite, all examples' },
    },
    pin: world('has no id to address if the answer has none, but an id given by the client works'),
  },
  rosterMode: {
    question: 'rosters of calls that do not ask for deltas',
    readings: {
      full: { meaning: 'the full list each time', label: 'observed', source: 'captures' },
      delta: { meaning: 'numbered changes', label: 'documented', source: 'deltaParticipants resource' },
    },
    pin: world('in delta mode is complete once, then only numbered changes with removals'),
  },
  casing: {
    question: 'enumeration values',
    readings: {
      documented: { meaning: '`established`, `updated`', label: 'documented', source: 'samples' },
      observed: { meaning: '`Established`, `Updated`', label: 'observed', source: 'logs of the .NET SDK' },
    },
    pin: world('writes enumerations as documented or as observed'),
  },
  earlyInvite: {
    question: 'an invite to a group call that is still being established',
    readings: {
      taken: { meaning: 'the invitee rings', label: 'assumed', source: noSource },
      refused: {
        meaning: '400 8501',
        label: 'assumed',
        source: 'the code of Azure Communication Services for a call not established',
      },
    },
    pin: conversation('an invite before the call is established is %s'),
  },
  removedInvitee: {
    question: 'what the bot receives for an invite whose invitee it removed',
    readings: {
      'failed-operation': {
        meaning: 'the operation fails with 400/8508',
        label: 'assumed',
        source: 'documented for another operation (cancelMediaProcessing)',
      },
      silence: { meaning: 'nothing', label: 'assumed', source: noSource },
    },
    pin: conversation('the removal of an invitee can be reported or silent'),
  },
  answerOrder: {
    question: 'the first notification when an invitee answers',
    readings: {
      'roster-first': { meaning: 'the roster', label: 'assumed', source: noSource },
      'operation-first': {
        meaning: 'the completed operation',
        label: 'assumed',
        source: 'the order of the documented samples',
      },
    },
    pin: world('is reported %s'),
  },
  partialInvite: {
    question: 'an operation of which only some invitees join',
    readings: {
      'failed-at-end': {
        meaning: 'fails once all ringing has ended; the message names one invitee',
        label: 'assumed',
        source: 'form of the message observed',
      },
      'failed-at-once': {
        meaning: 'fails with the first failure; the others keep ringing',
        label: 'assumed',
        source: noSource,
      },
      completed: { meaning: 'completes once all ringing has ended', label: 'assumed', source: noSource },
    },
    pin: world('has one status for all, %s'),
  },
  lobbyAdmission: {
    question: 'the participant id after admission from the lobby',
    readings: {
      'keeps-id': { meaning: 'stays', label: 'assumed', source: noSource },
      'new-id': { meaning: 'is new', label: 'assumed', source: noSource },
    },
    pin: world('admits from the lobby with the same id or a new one'),
  },
  emptyCall: {
    question: 'a bot that is left alone',
    readings: {
      stays: {
        meaning: 'receives a roster with itself alone',
        label: 'observed',
        source: 'microsoft-graph-comms-samples issues 77 and 736',
      },
      ends: { meaning: 'receives `deleted` with 200/5010', label: 'observed', source: 'later captures' },
    },
    pin: world('whose last other participant leaves %s'),
  },
  hiddenInvitee: {
    question: 'an invitee with `hidden` on the roster of the bot that hid it',
    readings: {
      shown: { meaning: 'is on it', label: 'assumed', source: noSource },
      absent: { meaning: 'is not', label: 'assumed', source: noSource },
    },
    pin: world("of the bot that hid an invitee may show it; another bot's never does"),
  },
  replacementOfMany: {
    question: 'several invitees, the first with `replacesCallId`',
    readings: {
      'first-only': { meaning: 'only the first is read', label: 'documented', source: 'participant-invite, example 3' },
      all: { meaning: 'all are', label: 'documented', source: 'participant-invite, example 2' },
    },
    pin: world('that replaces a call reads only the first invitee and ignores the others'),
  },
  removalReason: {
    question: 'the reason of a removal in a delta roster',
    readings: {
      text: {
        meaning: '"Participant has left the meeting call.", whatever ended it',
        label: 'observed',
        source: 'texts of a related roster feed',
      },
      diagnosed: {
        meaning: 'the text and a `DiagCode`: 200#5855 for a lobby timeout, 200#5300 for a removal',
        label: 'assumed',
        source: 'codes of the termination table of call-delete, in the form of other messages',
      },
    },
    pin: facts('the reason of a removal may have a diagnosis that distinguishes a lobby timeout from a denial'),
  },
  rosterIds: {
    question: 'where a roster entry has its id',
    readings: {
      both: { meaning: '`id` and `info.participantId`', label: 'observed', source: '5 of 5 captured participants' },
      'info-only': { meaning: '`info.participantId`; `id` is null', label: 'assumed', source: noSource },
      none: { meaning: 'nowhere', label: 'documented', source: 'participant-invite, all roster samples' },
      'list-only': {
        meaning: 'nowhere in notifications; lists have both',
        label: 'assumed',
        source: 'the documented samples of each',
      },
    },
    pin: oddity('a roster can come without ids while lists have them'),
  },
  listNumbers: {
    question: 'the entries of a list, if rosters are numbered changes',
    readings: {
      'as-rosters': {
        meaning: 'have `rosterSequenceNumber`',
        label: 'assumed',
        source: 'the participant resource has it',
      },
      none: { meaning: 'have no number', label: 'documented', source: 'call-list-participants, the sample' },
    },
    pin: oddity('a list can lack the sequence numbers of deltas'),
  },
  ownParticipantId: {
    question: 'whether notifications about a call have `myParticipantId`',
    readings: {
      present: { meaning: 'all have it', label: 'assumed', source: noSource },
      absent: {
        meaning: 'none has it; a GET of the call and the answer to its creation do',
        label: 'documented',
        source: 'all 11 samples of call notifications are without it',
      },
    },
    pin: world("can have the bot's participant id only in the GET of the call"),
  },
  botAdmission: {
    question: 'the id of the bot once its call is established',
    readings: {
      'keeps-id': { meaning: 'is the id of the creation answer', label: 'assumed', source: noSource },
      'new-id': {
        meaning: 'is new, as for a participant admitted from the lobby',
        label: 'assumed',
        source: noSource,
      },
    },
    pin: world('can admit the bot under its first participant id or a new one'),
  },
}
