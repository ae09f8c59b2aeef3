/**
 * `rollcall/emulator`: the simulated call service behind Graph's URLs, on loopback.
 * @module
 */
export { startEmulator } from './server.ts'
export type { Emulator, EmulatorOptions } from './server.ts'
export type { ActResult, EmulatorControl } from './control.ts'
export { emulatorClient, EmulatorRefusal } from './client.ts'
export type { ClientFetch, EmulatorClient, RequestLogFilter } from './client.ts'
export { signingModes } from './issuer.ts'
export type { SigningMode } from './issuer.ts'
export { runEmulate } from './cli.ts'
export type { CommandContext } from './cli.ts'
export type { RequestLogEntry, NotificationEntry, RequestEntry } from './request-log.ts'
export type { ClockMode } from './clock.ts'
export type { Stream } from '../simulator/world/callee.ts'
export { steppedTime } from './stepped-time.ts'
export type { SteppedService, SteppedTime, SteppedTimeOptions } from './stepped-time.ts'
