/**
 * Schema: the JSON schema of scenario files, and of everything the emulator's control API takes. Published as
 * docs/scenario.schema.json.
 * @module
 */
import { operations } from './requests.ts'
import { defaultTiming, switchReadings } from './settings.ts'
import type { Schema } from './validate.ts'

const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` })
const text = { type: 'string', minLength: 1 }
const yes = { type: 'boolean' }

function record(properties: Schema, required: readonly string[] = []): Schema {
  return { type: 'object', properties, required, additionalProperties: false }
}

const stayProperties = {
  lobby: {
    description: 'They arrive in the lobby. Without admittedAfterMs nobody lets them in.',
    ...record({ admittedAfterMs: ref('duration') }),
  },
  leaves: {
    description: 'They leave, and may come back with a new id; with repeats they do all of it again, for ever.',
    ...record({ afterMs: ref('duration'), rejoins: ref('laterStay'), repeats: yes }, ['afterMs']),
  },
  removedByHuman: {
    description: 'Another person in the call removes them.',
    ...record({ afterMs: ref('duration') }, ['afterMs']),
  },
  secondDevice: { description: 'The same person joins with another device as well.', ...ref('laterStay') },
  mutes: record({ afterMs: ref('duration') }, ['afterMs']),
  holds: {
    description: 'They put the call on hold; without resumesAfterMs for good.',
    ...record({ afterMs: ref('duration'), resumesAfterMs: ref('duration') }, ['afterMs']),
  },
  endpoint: { description: 'What answers: default, voicemail, or another word of the service.', ...text },
}

const calleeProperties = {
  displayName: text,
  joinsAfterwards: {
    description: 'When their ringing has ended without an answer, they join by themselves so long after.',
    ...ref('laterStay'),
  },
  answersOnCancel: {
    description:
      'A cancel crosses the answer: they answer at the very instant the DELETE arrives, and are dropped again.',
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
    description: 'Whole milliseconds, fixed or drawn from the seed between two bounds.',
    anyOf: [
      { type: 'integer', minimum: 0 },
      record({ min: { type: 'integer', minimum: 0 }, max: { type: 'integer', minimum: 0 } }, ['min', 'max']),
    ],
  },
  stay: record(stayProperties),
  laterStay: record({ afterMs: ref('duration'), ...stayProperties }, ['afterMs']),
  callee: {
    description: 'What somebody does when they are called.',
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
    description: 'One script, or one for each time they are called; the last one repeats.',
    anyOf: [ref('callee'), { type: 'array', minItems: 1, items: ref('callee') }],
  },
  fault: {
    description: 'What goes wrong.',
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
    description: 'When something goes wrong. What is absent does not narrow it.',
    ...record(
      {
        on: { enum: ['request', 'notification', 'both'] },
        only: { enum: [...operations, 'call', 'operation', 'roster', 'raw'] },
        callId: text,
        probability: { type: 'number', minimum: 0, maximum: 1 },
        every: { description: 'Only the first of so many, and then again.', type: 'integer', minimum: 1 },
        times: { type: 'integer', minimum: 1 },
        fromMs: { type: 'integer', minimum: 0 },
        untilMs: { type: 'integer', minimum: 0 },
        fault: ref('fault'),
      },
      ['on', 'fault'],
    ),
  },
  clock: {
    description: 'How time passes: as it is, only when told to, or so many times as fast.',
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
    description: 'Something a human, or whoever steers the world, does. `who` is a participant id or an identity id.',
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
      act('tell', { callId: text, body: { type: 'object' } }, ['callId', 'body']),
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
  description: 'Who is called and what they do, what goes wrong on the way, and what happens by itself.',
  ...record({
    $schema: { type: 'string' },
    name: text,
    description: text,
    seed: text,
    clock: ref('clock'),
    settings: ref('settings'),
    callees: {
      description: 'By user id, phone number or other identity id; "*" is everybody else.',
      type: 'object',
      additionalProperties: ref('callees'),
    },
    faults: { type: 'array', items: ref('faultRule') },
    timeline: {
      description: 'What happens by itself. In an act, "#1" stands for the first call of the bot, "#2" for the second.',
      type: 'array',
      items: record(
        {
          afterMs: { type: 'integer', minimum: 0 },
          since: {
            description: 'The start, or the moment the call the act is about is established (the default).',
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

/** A part of the scenario schema, to check single values against; its references resolve in {@link scenarioSchema}. */
export function schemaOf(name: 'act' | 'callees' | 'clock' | 'faultRule' | 'settings'): Schema {
  return ref(name)
}
