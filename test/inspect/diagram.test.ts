import { describe, expect, test } from 'vitest'
import { chartTransitions, toMermaid, type ChartNode } from '../../src/inspect/diagram.ts'
import { participantConfig } from '../../src/participant/machine-config.ts'
import { participantMachine } from '../../src/participant/machine.ts'

const lamp: ChartNode = {
  id: 'lamp',
  initial: 'off',
  states: {
    off: { on: { pressed: [{ guard: 'hasPower', target: 'on' }, { actions: ['complain'] }] } },
    on: {
      initial: 'dim',
      on: { pressed: [{ target: 'off' }], broken: [{ target: '#lamp.dead' }] },
      states: {
        dim: { on: { turned: [{ target: 'bright' }], pulled: [{ target: '#lamp.off' }] } },
        bright: { on: { turned: [{ target: 'dim' }], tapped: [{ target: 'bright' }] } },
      },
    },
    dead: { type: 'final' },
  },
}

describe('a statechart as Mermaid', () => {
  test('draws composite states with their inner edges inside, and leaving edges from their border', () => {
    expect(toMermaid(lamp)).toBe(`stateDiagram-v2
  [*] --> off
  state on {
    [*] --> on_dim
    state "dim" as on_dim
    state "bright" as on_bright
    on_dim --> on_bright : turned
    on_bright --> on_dim : turned
    on_bright --> on_bright : tapped
  }
  dead --> [*]
  off --> on : pressed
  on --> off : pressed<br/>pulled
  on --> dead : broken
`)
  })

  test('stops at the given depth', () => {
    expect(toMermaid(lamp, { depth: 1 })).toBe(`stateDiagram-v2
  [*] --> off
  dead --> [*]
  off --> on : pressed
  on --> off : pressed<br/>pulled
  on --> dead : broken
`)
  })

  test('is the same for a configuration and for the machine created from it', () => {
    expect(toMermaid(participantMachine)).toBe(toMermaid(participantConfig))
  })

  test('of the participant shows all six states and every removal phase', () => {
    const diagram = toMermaid(participantMachine)
    for (const state of ['invited', 'ringing', 'lobby', 'active']) expect(diagram).toContain(`  state ${state} {`)
    for (const state of ['removed', 'cancelled']) expect(diagram).toContain(`  ${state} --> [*]`)
    for (const phase of ['idle', 'held', 'sent', 'accepted', 'refused'])
      expect(diagram).toContain(`state "${phase}" as active_${phase}`)
  })
})

test('the transitions of a chart are listed outer nodes first, with guard, target and actions', () => {
  expect(chartTransitions(lamp).slice(0, 4)).toEqual([
    { from: ['off'], event: 'pressed', guard: 'hasPower', to: ['on'], actions: [] },
    { from: ['off'], event: 'pressed', guard: undefined, to: undefined, actions: ['complain'] },
    { from: ['on'], event: 'pressed', guard: undefined, to: ['off'], actions: [] },
    { from: ['on'], event: 'broken', guard: undefined, to: ['dead'], actions: [] },
  ])
})
