/**
 * Graph's face: the simulated world as Microsoft Graph's cloud communications API shows it.
 *
 * Rule: resources have the shapes of Graph's documentation, with the properties and enumerations of its published model.
 * @module
 */
import type { NetworkFace } from '../network/face.ts'
import type { GraphDialect } from './dialect.ts'
import type { ServiceResponse } from './operations.ts'
import { fail } from './refusals.ts'
import { answerRequest } from './requests/answer.ts'
import { readCalled } from './requests/read.ts'
import { switchReadings } from './settings.ts'
import { writeNotice } from './write/notifications.ts'

/** Graph's face. */
export const graphFace: NetworkFace<GraphDialect> = {
  switchReadings,
  nameThread: (conversationId) => `19:meeting_${conversationId.replaceAll('-', '')}@thread.v2`,
  answer: answerRequest,
  render: (state, notice, leg) => [{ body: writeNotice(state, notice, leg) }],
  route: ({ operation, callId }) => ({ operation, callId }),
  calledBy: readCalled,
  fail,
  emptied,
}

function emptied(response: ServiceResponse): ServiceResponse {
  return Array.isArray(response.body?.['value'])
    ? { ...response, nextSkip: undefined, body: { ...response.body, value: [] } }
    : response
}
