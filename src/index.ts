/**
 * `rollcall`: who is in the call, who has been asked, and who is gone — and how we know.
 * @module
 */
export { createRollcall, type ReceiveOptions, type Rollcall } from './host/rollcall.ts'
export type { RollcallOptions } from './host/options.ts'
export type { CallHandle } from './host/handle.ts'
export type { InviteOptions } from './host/invite-arguments.ts'
export type { LogFields, Logger } from './host/log.ts'
export type { SubscribeOptions } from './host/subscription.ts'
export type { WaitOptions } from './host/waiting.ts'
export type { Wanted, WantedPresence, WantedState } from './host/wanted.ts'
export { present, type CallView, type ParticipantsView } from './host/view.ts'
export { systemClock } from './host/clock.ts'
export { memoryStore } from './store/memory.ts'
export type {
  Beginning,
  Clock,
  Commit,
  CreateCallBody,
  CreatedCall,
  JournalEntry,
  Json,
  Lease,
  OutboxEntry,
  PublishedChange,
  RequestOptions,
  Store,
  StoredCall,
  Transport,
} from './host/ports.ts'

export { errorCodes, isRollcallError, RollcallError, type ErrorCode, type ErrorDetails } from './call/errors.ts'
export { openCall, step } from './call/step.ts'
export { decodeCall, encodeCall } from './call/codec.ts'
export { explain, type Explanation } from './call/explain.ts'
export { defaultCallOptions, type CallOptions } from './call/options.ts'
export type { Call, Change, Evidence, IgnoredReason, Outcome, ParticipantChange, StepResult } from './call/call.ts'
export type { Effect, RequestEffect, TimerEffect } from './call/effects.ts'
export type {
  CallEvent,
  CallReport,
  CallState,
  InvitedParticipant,
  Invitee,
  Observation,
  OperationReport,
  OperationStatus,
  RosterEntry,
  RosterSnapshot,
  ServiceFailure,
  Verdict,
} from './call/events.ts'

export { isBeingRemoved, isOpen, isPending, isPresent } from './participant/participant.ts'
export type { Details, FactName, KnownFacts, MediaStream, ReportedFacts } from './participant/facts.ts'
export { isSameIdentity, type Identity, type IdentitySet } from './participant/identity.ts'
export type {
  Cause,
  EndedBy,
  Ending,
  Participant,
  ParticipantFacts,
  ParticipantState,
  Refusal,
  RemovalPhase,
  ResultInfo,
} from './participant/participant.ts'
export type { ParticipantEvent } from './participant/events.ts'
export { participantMachine, type ParticipantInput } from './participant/machine.ts'
