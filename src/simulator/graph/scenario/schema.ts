/**
 * Schema: the JSON schema of scenario files and of the control API's bodies. Published as docs/scenario.schema.json.
 * @module
 */
import type { Shape } from '../../../call/codec/schema.ts'
import { operations } from '../operations.ts'
import { switchReadings } from '../settings.ts'
import { defaultTiming } from '../../world/settings.ts'
import { findViolation, type Schema } from './validate.ts'

const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` })
const text = { type: 'string', minLength: 1 }
const yes = { type: 'boolean' }

function record(properties: Schema, required: readonly string[] = []): Schema {
  return { type: 'object', properties, required, additionalProperties: false }
}

const stayProperties = {
  lobby: {
    description: 'The person arrives in the lobby. Without admittedAfterMs it is never admitted.',
    ...record({ admittedAfterMs: ref('duration') }),
  },
  leaves: {
    description:
      'The person leaves, and may rejoin with a new participant id; with repeats the stay repeats without end.',
    ...record({ afterMs: ref('duration'), rejoins: ref('laterStay'), repeats: yes }, ['afterMs']),
  },
  removedByHuman: {
    description: 'Another person in the call removes the participant.',
    ...record({ afterMs: ref('duration') }, ['afterMs']),
  },
  secondDevice: { description: 'The same person also joins with a second device.', ...ref('laterStay') },
  mutes: record({ afterMs: ref('duration') }, ['afterMs']),
  holds: {
    description: 'The person puts the call on hold, and resumes it if resumesAfterMs is set.',
    ...record({ afterMs: ref('duration'), resumesAfterMs: ref('duration') }, ['afterMs']),
  },
  endpoint: { description: 'The endpoint that answers: default, voicemail, or another value of the service.', ...text },
}

const calleeProperties = {
  displayName: text,
  joinsAfterwards: {
    description: 'Once ringing has ended without an answer, the person joins uninvited after this time.',
    ...ref('laterStay'),
  },
  answersOnCancel: {
    description:
      'A cancel crosses the answer: the callee answers at the instant the DELETE arrives, and is dropped again.',
    anyOf: [yes, record({ droppedAfterMs: ref('duration') }, ['droppedAfterMs'])],
  },
}

function callee(type: string, properties: Schema = {}, required: readonly string[] = []): Schema {
  return record({ type: { const: type }, ...calleeProperties, ...properties }, ['type', ...required])
}

function fault(type: string, properties: Schema = {}, required: readonly string[] = []): Schema {
  return record({ type: { const: type }, ...properties }, ['type', ...required])
}

function act(name: string | readonly string[], properties: Schema, required: readonly string[]): Schema {
  return record({ act: typeof name === 'string' ? { const: name } : { enum: name }, ...properties }, [
    'act',
    ...required,
  ])
}

const definitions: { readonly [name: string]: Schema } = {
  duration: {
    description: 'Whole milliseconds: fixed, or drawn from the seed between two bounds.',
    anyOf: [
      { type: 'integer', minimum: 0 },
      record({ min: { type: 'integer', minimum: 0 }, max: { type: 'integer', minimum: 0 } }, ['min', 'max']),
    ],
  },
  stay: record(stayProperties),
  laterStay: record({ afterMs: ref('duration'), ...stayProperties }, ['afterMs']),
  callee: {
    description: 'What a person does when called.',
    oneOf: [
      callee('answer', { afterMs: ref('duration'), ...stayProperties }),
      callee('decline', { afterMs: ref('duration') }),
      callee('busy', { afterMs: ref('duration') }),
      callee('noAnswer', { reported: { enum: ['408/8544', '487/10004'] } }),
      callee('unreachable', { afterMs: ref('duration') }),
      callee(
        'fail',
        {
          afterMs: ref('duration'),
          code: { type: 'integer' },
          subcode: { type: 'integer' },
          message: { type: 'string' },
        },
        ['code', 'subcode', 'message'],
      ),
    ],
  },
  callees: {
    description: 'One script, or one for each time the person is called; the last one repeats.',
    anyOf: [ref('callee'), { type: 'array', minItems: 1, items: ref('callee') }],
  },
  fault: {
    description: 'A fault in transit.',
    oneOf: [
      fault('delay', { ms: ref('duration') }, ['ms']),
      fault('slow', { ms: ref('duration') }, ['ms']),
      fault('lose'),
      fault('loseResponse'),
      fault('emptyList'),
      fault('duplicate', { afterMs: ref('duration') }),
      fault(
        'status',
        {
          status: { type: 'integer', minimum: 400, maximum: 599 },
          code: text,
          message: text,
          retryAfterSeconds: { type: 'number', minimum: 0 },
          isExecuted: yes,
        },
        ['status'],
      ),
    ],
  },
  faultRule: {
    description: 'When a fault happens. Absent fields match everything.',
    ...record(
      {
        on: { enum: ['request', 'notification', 'both'] },
        only: { enum: [...operations, 'call', 'operation', 'roster', 'raw'] },
        callId: text,
        probability: { type: 'number', minimum: 0, maximum: 1 },
        every: { description: 'Applies to the first of every so many messages.', type: 'integer', minimum: 1 },
        times: { type: 'integer', minimum: 1 },
        fromMs: { type: 'integer', minimum: 0 },
        untilMs: { type: 'integer', minimum: 0 },
        fault: ref('fault'),
      },
      ['on', 'fault'],
    ),
  },
  clock: {
    description: 'How time passes: at real speed, only when advanced, or faster by a factor.',
    anyOf: [{ enum: ['real', 'stepped'] }, record({ speed: { type: 'number', exclusiveMinimum: 0 } }, ['speed'])],
  },
  settings: record({
    switches: record(
      Object.fromEntries(Object.entries(switchReadings).map(([name, readings]) => [name, { enum: readings }])),
    ),
    timing: record(
      Object.fromEntries(Object.keys(defaultTiming).map((name) => [name, { type: 'integer', minimum: 0 }])),
    ),
    tenant: record({ id: text, removers: { anyOf: [{ const: 'everyone' }, { type: 'array', items: text }] } }),
  }),
  person: { description: 'A user id, a phone number, or an identity set.', anyOf: [text, { type: 'object' }] },
  act: {
    description: 'An act of a person in a call, or of the test. `who` is a participant id or an identity id.',
    oneOf: [
      act(
        'placeCall',
        {
          callbackUri: text,
          callId: text,
          appId: text,
          threadId: text,
          people: { type: 'array', items: ref('person') },
          isEstablishing: yes,
        },
        ['callbackUri'],
      ),
      act('callBot', { callbackUri: text, person: ref('person'), appId: text, callId: text }, [
        'callbackUri',
        'person',
      ]),
      act('join', { callId: text, person: ref('person'), participantId: text, isOrganizer: yes, stay: ref('stay') }, [
        'callId',
        'person',
      ]),
      act(
        ['leave', 'remove', 'admit', 'mute', 'unmute', 'hold', 'resume', 'answer', 'decline'],
        { callId: text, who: text },
        ['callId', 'who'],
      ),
      act(
        'media',
        {
          callId: text,
          who: text,
          streams: { type: 'array', items: record({ mediaType: text, direction: text }, ['mediaType', 'direction']) },
        },
        ['callId', 'who', 'streams'],
      ),
      act(
        'endCall',
        { callId: text, code: { type: 'integer' }, subcode: { type: 'integer' }, message: { type: 'string' } },
        ['callId'],
      ),
      act('endConversation', { callId: text }, ['callId']),
      act('sendNotification', { callId: text, body: { type: 'object' } }, ['callId', 'body']),
      act('script', { id: text, scripts: ref('callees'), keepsCount: yes }, ['id', 'scripts']),
      act('defaultScript', { scripts: ref('callees') }, ['scripts']),
      act('settings', { settings: ref('settings') }, ['settings']),
    ],
  },
}

/** The schema of scenario files. */
export const scenarioSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'rollcall scenario',
  description: 'Callee scripts, faults and timed acts.',
  ...record({
    $schema: { type: 'string' },
    name: text,
    description: text,
    seed: text,
    clock: ref('clock'),
    settings: ref('settings'),
    callees: {
      description: 'By user id, phone number or other identity id; "*" is for every other person.',
      type: 'object',
      additionalProperties: ref('callees'),
    },
    faults: { type: 'array', items: ref('faultRule') },
    timeline: {
      description: 'Timed acts. In an act, "#1" is the first call of the bot, "#2" the second.',
      type: 'array',
      items: record(
        {
          afterMs: { type: 'integer', minimum: 0 },
          since: {
            description: 'The start, or the moment its call is established (the default).',
            enum: ['start', 'established'],
          },
          act: ref('act'),
        },
        ['afterMs', 'act'],
      ),
    },
  }),
  $defs: definitions,
}

/** A part of the scenario schema, to check single values; its references resolve in {@link scenarioSchema}. */
export function schemaOf(name: 'act' | 'callees' | 'clock' | 'faultRule' | 'settings'): Schema {
  return ref(name)
}

/** That part as a shape of the schema kit. The caller says which type it describes. */
export function shapeBySchema<T>(...name: Parameters<typeof schemaOf>): Shape<T> {
  const schema = schemaOf(...name)
  return (value) => {
    const violation = findViolation(value, schema, scenarioSchema)
    if (violation === undefined) return undefined
    const { path, message, found, words, names } = violation
    return { path: path.replace(/^\$/, ''), expected: name.join(), found, problem: message, words, names }
  }
}
