/**
 * `rollcall`: who is in the call, who has been asked, and who is gone — and how we know.
 * @module
 */
export { createRollcall, type Rollcall } from './host/api/rollcall.ts'
export type { ReceiveOptions } from './host/api/receive.ts'
export type { RollcallOptions } from './host/api/options.ts'
export type { CallHandle } from './host/api/call-handle.ts'
export type { InviteOptions } from './host/api/invite-options.ts'
export type { RedirectOptions, TransferOptions } from './host/api/direct-options.ts'
export type { DirectRequests } from './host/api/direct-requests.ts'
export type { LogFields, Logger } from './host/ports/log.ts'
export type { SubscribeOptions } from './host/feed/durable-subscription.ts'
export type { WaitOptions } from './host/actor/wait-for.ts'
export type { Wanted, WantedPresence, WantedState } from './host/actor/wait-targets.ts'
export { present, type CallView, type ParticipantsView } from './host/ports/call-view.ts'
export type { Clock } from './time/clock.ts'
export { systemClock } from './time/system-clock.ts'
export { memoryStore } from './host/ports/memory-store.ts'
export type {
  AnswerBody,
  ClaimResult,
  Commit,
  CreateCallBody,
  CreatedCall,
  InviteRequest,
  JournalEntry,
  Json,
  Lease,
  OutboxEntry,
  RedirectRequest,
  RejectRequest,
  RequestOptions,
  Store,
  StoredCall,
  TransferRequest,
  Transport,
  TransportTraits,
} from './host/ports/ports.ts'
export type {
  PublishedCallChange,
  PublishedChange,
  PublishedParticipantChange,
  ReportedCallState,
} from './host/ports/published-change.ts'

export { errorCodes, isRollcallError, RollcallError, type ErrorCode, type ErrorDetails } from './call/model/errors.ts'
export { openCall, step } from './call/step.ts'
export { decodeCall, encodeCall } from './call/codec/codec.ts'
export { explain, type Explanation } from './call/explain.ts'
export { defaultCallOptions, type CallOptions } from './call/model/options.ts'
export type {
  Call,
  Change,
  Evidence,
  IgnoredReason,
  Outcome,
  ParticipantChange,
  StepResult,
} from './call/model/call.ts'
export type { Effect, RequestEffect, TimerEffect } from './call/model/effects.ts'
export type {
  CallEvent,
  CallReport,
  CallState,
  InvitedParticipant,
  Invitee,
  InboundEvent,
  OperationReport,
  OperationStatus,
  Removed,
  RosterEntry,
  RosterSnapshot,
  ServiceFailure,
  Verdict,
} from './call/model/events.ts'

export { isBeingRemoved, isOpen, isPending, isPresent } from './participant/participant.ts'
export type { Details, FactName, KnownFacts, MediaStream, ReportedFacts } from './participant/facts.ts'
export { isSameIdentity, type Identity, type IdentitySet } from './participant/identity.ts'
export type {
  Cause,
  Classification,
  EndedBy,
  Ending,
  FailureReason,
  Participant,
  ParticipantFacts,
  ParticipantState,
  Refusal,
  RemovalPhase,
  ResultInfo,
} from './participant/participant.ts'
