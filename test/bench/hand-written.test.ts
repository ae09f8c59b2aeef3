import { expect, test } from 'vitest'
import { transition } from '../../src/participant/transition.ts'
import { transitionByXState } from '../participant/xstate-transition.ts'
import { eventMix } from './event-mix.ts'
import { handWritten } from './hand-written.ts'

const mix = eventMix().map(
  ({ participant, event }, index) =>
    [index, participant.state, participant.removal ?? 'idle', event.type, { participant, event }] as const,
)

test.each(mix)(
  'sample %i, %s.%s × %s: the three sides of the benchmark give the same answer',
  (_index, _state, _removal, _type, { participant, event }) => {
    expect(handWritten(participant, event)).toEqual(transition(participant, event))
    expect(transitionByXState(participant, event)).toEqual(transition(participant, event))
  },
)
