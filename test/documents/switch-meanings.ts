/**
 * Switches: what each reading means, with its source and the test that covers it. docs/emulator.md is generated from this.
 * @module
 */
import type { Switches } from '../../src/simulator/graph/settings.ts'
import { conversation, world, oddity, facts, worldCalls, worldInvites, noSource, type Label, type Pin } from './pins.ts'

/** The meanings of a switch's readings, with their sources. */
export interface SwitchMeaning {
  readonly question: string
  readonly readings: {
    readonly [reading: string]: { readonly meaning: string; readonly label: Label; readonly source: string }
  }
  readonly pin: Pin
}

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
    pin: worldInvites('can be refused as not found, and the invitee keeps ringing'),
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
    pin: worldInvites('has no id to address if the answer has none, but an id given by the client works'),
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
    pin: worldInvites('is reported %s'),
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
    pin: worldInvites('has one status for all, %s'),
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
    pin: worldCalls('whose last other participant leaves %s'),
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
    pin: worldInvites('that replaces a call reads only the first invitee and ignores the others'),
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
    pin: worldCalls("can have the bot's participant id only in the GET of the call"),
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
    pin: worldCalls('can admit the bot under its first participant id or a new one'),
  },
}
