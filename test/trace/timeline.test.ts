import { describe, expect, test } from 'vitest'
import { encodeCall } from '../../src/call/codec/codec.ts'
import { openCall } from '../../src/call/step.ts'
import { chartPath } from '../../src/inspect/chart-path.ts'
import { CHECKPOINT_EVERY, Timeline } from '../../src/trace/timeline.ts'
import { replay } from '../../src/trace/trace.ts'
import { crowd, meeting, notes, traceOf } from '../inspect/example-traces.ts'

const trace = crowd(20, 3 * CHECKPOINT_EVERY)
const frames = replay(trace)

describe('a timeline', () => {
  test('shows at every moment, in any order, the call of a plain replay', () => {
    const history = new Timeline(trace, trace.entries)
    const moments = [...frames.keys()].map((moment) => (moment * 37) % frames.length)
    for (const moment of moments)
      expect(encodeCall(history.callAt(moment + 1))).toEqual(encodeCall(frames[moment]?.call ?? openCall('')))
    expect(encodeCall(history.callAt(0))).toEqual(encodeCall(openCall(trace.callId, trace.options)))
  })

  test('is the same whether entries arrive at once or one by one, with reads in between', () => {
    const [whole, grown] = [new Timeline(trace, trace.entries), new Timeline(trace)]
    for (const entry of trace.entries) {
      grown.append([entry])
      grown.callAt(grown.length - 1)
      grown.frameAt(grown.length)
    }
    expect(grown.rows).toEqual(whole.rows)
    expect(encodeCall(grown.callAt(grown.length))).toEqual(encodeCall(whole.callAt(whole.length)))
    for (const moment of [1, CHECKPOINT_EVERY, CHECKPOINT_EVERY + 1, whole.length])
      expect(grown.frameAt(moment)?.event).toBe(frames[moment - 1]?.event)
  })

  test('clamps moments out of range', () => {
    const history = new Timeline(trace, trace.entries)
    expect(history.callAt(-5)).toBe(history.callAt(0))
    expect(history.callAt(1e9)).toBe(history.callAt(history.length))
    expect(history.frameAt(0)).toBeUndefined()
  })

  test('knows the time of a moment, also behind lines without a time', () => {
    const { header, entries } = { header: trace, entries: [...notes(3).entries, { unknown: {} }] }
    expect(new Timeline(header, entries).timeAt(4)).toBe(2)
  })
})

describe('the path through the statechart', () => {
  const history = new Timeline(traceOf(meeting()), meeting().entries)

  test('of a cancel that crossed the answer leads through active and the DELETE to removed', () => {
    const path = chartPath(history.rowsAbout('invite-bob'), 'invite-bob', history.length)
    expect(path.lit).toEqual(['state-removed'])
    expect([...path.taken]).toEqual([
      'edge-invited--ringing',
      'edge-ringing-idle--ringing-held',
      'edge-ringing--active',
      'edge-active-held--active-sent',
      'edge-active-sent--active-accepted',
      'edge-active--removed',
    ])
  })

  test('ends at the moment', () => {
    const rows = history.rowsAbout('invite-bob')
    const ringing = rows.find(({ conclusions }) => conclusions.some(({ to }) => to === 'ringing'))
    expect(chartPath(rows, 'invite-bob', (ringing?.entry ?? 0) + 1)).toMatchObject({
      lit: ['state-ringing', 'state-ringing-idle'],
      latest: 'edge-invited--ringing',
    })
    expect(chartPath(rows, 'invite-bob', 0).lit).toEqual([])
  })
})
