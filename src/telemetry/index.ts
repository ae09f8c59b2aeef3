/**
 * `rollcall/opentelemetry`: what a host does, as OpenTelemetry spans and metrics.
 * @module
 */
export { openTelemetry, type Telemetry, type TelemetryOptions } from './telemetry.ts'
