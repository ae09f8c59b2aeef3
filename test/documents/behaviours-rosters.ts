/**
 * Behaviours of the emulated service: rosters, HTTP, callbacks.
 * @module
 */
import { conversation, world, oddity, facts, tokens, server, callbacks, noSource, type Behaviour } from './pins.ts'

/** In the order of the document. */
export const rosterBehaviours: readonly Behaviour[] = [
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
