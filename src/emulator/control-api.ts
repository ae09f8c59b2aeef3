/**
 * Control API: `/_emulator/*`, the emulator's control for bots and tests in other languages.
 *
 * Rule 1: bodies are checked against the published schema; a wrong body is 400 with the path of the error.
 * Rule 2: an act that is not possible is 409 with the reason.
 * @module
 */
import { schemaOf, scenarioSchema } from '../simulator/graph/scenario/schema.ts'
import { findViolation, type Schema } from '../simulator/graph/scenario/validate.ts'
import type { Act } from '../simulator/graph/dialect.ts'
import type { CalleeScripts } from '../simulator/graph/dialect.ts'
import { isObject } from '../call/codec/schema.ts'
import type { FaultRule } from '../simulator/network/network.ts'
import type { SettingsInput } from '../simulator/graph/dialect.ts'
import type { Engine } from './engine.ts'
import { write, type Incoming } from './http.ts'
import { signingModes, type Issuer, type SigningMode } from './issuer.ts'
import type { ClockMode } from './clock.ts'

/** The path of the control API. */
export const CONTROL_PATH = '/_emulator'

/** Longest advance of a stepped clock in one request, in virtual milliseconds: one day. */
const ADVANCE_LIMIT_MS = 24 * 60 * 60_000

/** What the control API works with. */
export interface ControlContext {
  readonly engine: Engine
  readonly issuer: Issuer
  readonly origin: string
}

interface ControlAnswer {
  readonly status: number
  readonly body?: unknown
}

type Handler = (
  context: ControlContext,
  body: unknown,
  parameters: readonly string[],
  query: URLSearchParams,
) => ControlAnswer | Promise<ControlAnswer>

/** A resource of the control API. */
export interface ControlRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `*` stands for one segment. */
  readonly path: string
  readonly summary: string
  readonly schema?: Schema
  readonly handle: Handler
}

const ok = (body: unknown = {}): ControlAnswer => ({ status: 200, body })

/** All resources of the control API. */
export const controlRoutes: readonly ControlRoute[] = [
  {
    method: 'GET',
    path: '',
    summary: 'The URL, the seed, the clock, and this list.',
    handle: ({ engine, origin }) =>
      ok({
        url: origin,
        seed: engine.seed,
        clock: engine.clockMode,
        epochMs: engine.epochMs,
        nowMs: engine.now(),
        resources: controlRoutes.map(({ method, path, summary }) => ({
          method,
          path: `${CONTROL_PATH}${path}`,
          summary,
        })),
      }),
  },
  {
    method: 'POST',
    path: '/acts',
    summary: 'Performs an act: `{"act":"join","callId":…,"person":…}`; the schema lists them.',
    schema: schemaOf('act'),
    handle: ({ engine }, body) => act(engine, body as Act),
  },
  {
    method: 'PUT',
    path: '/callees',
    summary: 'Sets what every person without a script does when called.',
    schema: schemaOf('callees'),
    handle: ({ engine }, body) => act(engine, { act: 'defaultScript', scripts: body as CalleeScripts }),
  },
  {
    method: 'PUT',
    path: '/callees/*',
    summary: 'Sets what the person with this id does when called.',
    schema: schemaOf('callees'),
    handle: ({ engine }, body, [id = '']) => act(engine, { act: 'script', id, scripts: body as CalleeScripts }),
  },
  {
    method: 'PUT',
    path: '/faults',
    summary: 'Replaces the fault rules.',
    schema: { type: 'array', items: schemaOf('faultRule') },
    handle: ({ engine }, body) => {
      engine.setFaults(body as readonly FaultRule[])
      return ok()
    },
  },
  {
    method: 'GET',
    path: '/settings',
    summary: 'The switches, times and tenant.',
    handle: ({ engine }) => ok(engine.settings),
  },
  {
    method: 'PATCH',
    path: '/settings',
    summary: 'Changes switches, times or tenant: `{"tenant":{"removers":["{app id}"]}}`.',
    schema: schemaOf('settings'),
    handle: ({ engine }, body) => act(engine, { act: 'settings', settings: body as SettingsInput }),
  },
  {
    method: 'PUT',
    path: '/signing',
    summary: 'Sets how callbacks are signed: `{"mode":"valid"}`.',
    schema: {
      type: 'object',
      properties: { mode: { enum: signingModes } },
      required: ['mode'],
      additionalProperties: false,
    },
    handle: ({ issuer }, body) => {
      issuer.mode = (body as { mode: SigningMode }).mode
      return ok()
    },
  },
  {
    method: 'POST',
    path: '/keys',
    summary: 'Replaces the signing key; `{"withdraw":true}` stops publishing the old ones.',
    schema: { type: 'object', properties: { withdraw: { type: 'boolean' } }, additionalProperties: false },
    handle: async ({ issuer }, body) => {
      await issuer.rotate((body as { withdraw?: boolean }).withdraw)
      return ok()
    },
  },
  {
    method: 'GET',
    path: '/clock',
    summary: 'The mode of the clock and the current time.',
    handle: ({ engine }) => ok({ clock: engine.clockMode, nowMs: engine.now() }),
  },
  {
    method: 'PUT',
    path: '/clock',
    summary: 'Sets how time passes: `"real"`, `"stepped"`, or `{"speed":60}`.',
    schema: schemaOf('clock'),
    handle: ({ engine }, body) => {
      engine.setClock(body as ClockMode)
      return ok()
    },
  },
  {
    method: 'POST',
    path: '/clock',
    summary: 'Advances a stepped clock: `{"advanceMs":1000}`; answers after the bots have answered.',
    schema: {
      type: 'object',
      properties: { advanceMs: { type: 'integer', minimum: 0, maximum: ADVANCE_LIMIT_MS } },
      required: ['advanceMs'],
      additionalProperties: false,
    },
    handle: advance,
  },
  {
    method: 'GET',
    path: '/request-log',
    summary:
      'Requests and notifications, oldest first; `?type=request`, `?type=notification`, `?callId=`, `?since=` a number.',
    handle: ({ engine }, _, __, query) => ok(readRequestLog(engine, query)),
  },
  {
    method: 'GET',
    path: '/calls/*',
    summary: 'The true state of a call, whatever a bot believes.',
    handle: ({ engine }, _, [callId = '']) => {
      const truth = engine.truth(callId)
      return truth === undefined ? refuse(404, 'Unknown call.') : ok(truth)
    },
  },
  {
    method: 'GET',
    path: '/history',
    summary: 'The history so far, for replay.',
    handle: ({ engine }) => ok(engine.history()),
  },
  {
    method: 'POST',
    path: '/inbox',
    summary: 'A callback address for bots that cannot listen: accepts every notification; the request log has them.',
    handle: () => ({ status: 202 }),
  },
]

/** Answers a request below {@link CONTROL_PATH}. */
export async function answerControl(
  { response, method, url, text, body }: Incoming,
  context: ControlContext,
): Promise<void> {
  const { status, body: said } = await decide(method, url, text, body, context)
  write(response, status, {}, said)
}

async function decide(
  method: string,
  url: URL,
  text: string,
  body: unknown,
  context: ControlContext,
): Promise<ControlAnswer> {
  const path = url.pathname.slice(CONTROL_PATH.length).replace(/\/$/, '')
  const matching = controlRoutes.flatMap((route) => {
    const parameters = match(route.path, path)
    return parameters === undefined ? [] : [{ route, parameters }]
  })
  if (matching.length === 0)
    return refuse(404, `${url.pathname} does not exist; GET ${CONTROL_PATH} lists the resources.`)
  const found = matching.find(({ route }) => route.method === method)
  if (found === undefined)
    return refuse(
      405,
      `${url.pathname} takes ${matching.map(({ route }) => route.method).join(' and ')}, not ${method}.`,
    )
  const { schema, handle } = found.route
  if (schema !== undefined) {
    if (text !== '' && body === undefined) return refuse(400, 'The body is not JSON.')
    const violation = findViolation(body ?? {}, schema, scenarioSchema)
    if (violation !== undefined) return refuse(400, `The body is wrong at ${violation.path}: it ${violation.message}.`)
  }
  return handle(context, body ?? {}, found.parameters, url.searchParams)
}

function match(pattern: string, path: string): readonly string[] | undefined {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return undefined
  const parameters: string[] = []
  for (const [index, segment] of wanted.entries()) {
    const part = decode(given[index] ?? '')
    if (segment === '*') parameters.push(part)
    else if (segment !== part) return undefined
  }
  return parameters
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

function act(engine: Engine, what: Act): ControlAnswer {
  const acted = engine.act(what)
  if (!acted.done) return refuse(409, acted.reason)
  const { callId, participantId } = acted
  return ok({ callId, participantId })
}

async function advance({ engine }: ControlContext, body: unknown): Promise<ControlAnswer> {
  if (engine.clockMode !== 'stepped')
    return refuse(409, 'Only a stepped clock can be advanced; this clock runs by itself.')
  await engine.advance(isObject(body) ? Number(body['advanceMs']) : 0)
  return ok({ nowMs: engine.now() })
}

function readRequestLog({ requestLog }: Engine, query: URLSearchParams): unknown {
  const [type, callId, since] = [query.get('type'), query.get('callId')?.toLowerCase(), Number(query.get('since') ?? 0)]
  return {
    dropped: requestLog.dropped,
    entries: requestLog
      .read()
      .filter(
        (entry) =>
          entry.number >= since &&
          (type === null || entry.type === type) &&
          (callId === undefined || entry.callId === callId),
      ),
  }
}

function refuse(status: number, message: string): ControlAnswer {
  return { status, body: { error: { message } } }
}
