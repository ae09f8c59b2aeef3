/**
 * The samples for mutants: every documented notification, a delta, and all of them in one body.
 * @module
 */
import { payload, payloadNames } from './payload-files.ts'

const deltaSample = {
  value: [
    {
      changeType: 'updated',
      resourceUrl: '/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896/participants',
      resourceData: [
        {
          '@odata.type': '#microsoft.graph.deltaParticipants',
          sequenceNumber: 10,
          participants: [
            {
              id: 'a',
              info: { identity: { user: { id: 'u' } } },
              removedState: { reason: 'left' },
              rosterSequenceNumber: 9,
            },
          ],
        },
      ],
    },
  ],
}
/** The documented notifications, by name. */
export const names = payloadNames.filter((name) => name.includes('notification'))
/** Bodies of callbacks. */
export const samples: readonly unknown[] = [
  ...names.map(payload),
  deltaSample,
  { value: [...names.map((name) => payload(name).value[0])] },
]
