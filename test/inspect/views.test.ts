import { describe, expect, test } from 'vitest'
import { plainView, readLink, writeLink, type View } from '../../src/inspect/deep-link.ts'
import { FeedReader } from '../../src/inspect/sse-reader.ts'
import { rosterView } from '../../src/inspect/roster-view.ts'
import { replay } from '../../src/trace/trace.ts'
import { meeting, traceOf } from './example-traces.ts'

describe('a deep link', () => {
  test('restores the view it was written for', () => {
    const view: View = {
      callId: 'a/b&c=#',
      moment: 17,
      key: '__proto__',
      panel: 'log',
      isNarrowed: true,
      states: ['active', 'lobby'],
      search: 'Zoë & co',
      sort: 'since',
      isDescending: true,
    }
    expect(readLink(`#${writeLink(view)}`)).toEqual(view)
  })

  test('to the default view is empty', () => {
    expect(writeLink(plainView)).toBe('')
    expect(readLink('')).toEqual({ ...plainView, callId: undefined, moment: undefined, key: undefined })
  })

  test('that is invalid leads to the default view', () => {
    expect(readLink('#at=-1&panel=kitchen&states=happy,active&sort=colour')).toMatchObject({
      moment: undefined,
      panel: 'ladder',
      states: ['active'],
      sort: 'order',
    })
  })
})

describe('the roster table', () => {
  const participants = [...(replay(traceOf(meeting())).at(-1)?.call.participants.values() ?? [])]
  const names = (filter: Partial<View>) =>
    rosterView(participants, { ...plainView, ...filter }).rows.map(
      ({ identity }) => identity['user']?.displayName?.split(' ')[0],
    )

  test('keeps the order of introduction by default', () => {
    expect(names({})).toEqual(['Ann', 'Bob', 'Cem', 'Dan', 'Eve'])
    expect(names({ sort: 'name', isDescending: true })).toEqual(['Eve', 'Dan', 'Cem', 'Bob', 'Ann'])
    expect(names({ sort: 'state' })).toEqual(['Ann', 'Dan', 'Eve', 'Bob', 'Cem'])
  })

  test('filters by state, and by name, id, key or ending', () => {
    expect(names({ states: ['removed', 'cancelled'] })).toEqual(['Bob', 'Cem'])
    expect(names({ search: ' DORN ' })).toEqual(['Dan'])
    expect(names({ search: 'person-5' })).toEqual(['Eve'])
    expect(names({ search: 'declined' })).toEqual(['Cem'])
  })

  test('counts all participants, filtered or not', () => {
    const { counts, total } = rosterView(participants, { ...plainView, search: 'matches nothing' })
    expect(total).toBe(5)
    expect(counts).toEqual({ invited: 0, ringing: 0, lobby: 0, active: 3, removed: 1, cancelled: 1 })
  })
})

test('server-sent events are read from chunks of any size, without comments', () => {
  const text = ': hello\n\nid: a:1\nevent: one\ndata: {"x":1}\n\nevent: two\ndata: {"y":"\\n"}\n\nevent: torn'
  for (const size of [1, 2, 7, 1_000]) {
    const reader = new FeedReader()
    const read = Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
      reader.read(text.slice(index * size, (index + 1) * size)),
    ).flat()
    expect(read).toEqual([
      { type: 'one', id: 'a:1', data: { x: 1 } },
      { type: 'two', id: undefined, data: { y: '\n' } },
    ])
  }
})
