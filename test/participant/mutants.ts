/**
 * Definitions broken in one place each: a candidate dropped, its guard dropped, one of its actions dropped, its target
 * moved, or two candidates in the wrong order. What runs the right definition has to differ from each of them.
 * @module
 */
import type { Candidate, ParticipantConfig, Phase, Reactions, Target } from '../../src/participant/machine-shape.ts'
import type { ParticipantEventType } from '../../src/participant/events.ts'
import type { OpenState } from '../../src/participant/participant.ts'

/** A definition that is wrong in one place, and where. */
export interface Mutant {
  readonly name: string
  readonly definition: ParticipantConfig
  /** Set on a mutant that only asks a candidate before the one it stands behind: the candidates up to it. */
  readonly swapped?:
    | {
        readonly state: OpenState
        readonly phase?: Phase
        readonly type: ParticipantEventType
        readonly candidates: readonly Candidate[]
      }
    | undefined
}

interface Mutation {
  readonly what: string
  readonly upTo?: readonly Candidate[]
  readonly candidates: readonly Candidate[]
}

/** Every mutant of a definition. */
export function mutants(definition: ParticipantConfig): readonly Mutant[] {
  const found: Mutant[] = []
  for (const state of ['invited', 'ringing', 'lobby', 'active'] as const) {
    const node = definition.states[state]
    const replace = (phase: Phase | undefined, on: Reactions, put: (on: Reactions) => typeof node): void => {
      for (const [type, candidates] of Object.entries(on) as [ParticipantEventType, readonly Candidate[]][]) {
        for (const { what, candidates: broken, upTo } of mutationsOf(candidates)) {
          const mutated = { ...definition, states: { ...definition.states, [state]: put({ ...on, [type]: broken }) } }
          const where = phase === undefined ? state : `${state}.${phase}`
          const swapped = upTo && { state, type, candidates: upTo, ...(phase === undefined ? {} : { phase }) }
          found.push({ name: `${where} × ${type}: ${what}`, definition: mutated, swapped })
        }
      }
    }
    replace(undefined, node.on, (on) => ({ ...node, on }))
    for (const [phase, { on = {} }] of Object.entries(node.states) as [Phase, { readonly on?: Reactions }][]) {
      replace(phase, on, (mutated) => ({ ...node, states: { ...node.states, [phase]: { on: mutated } } }))
    }
  }
  return found
}

function mutationsOf(candidates: readonly Candidate[]): readonly Mutation[] {
  return candidates.flatMap((candidate, index): readonly Mutation[] => {
    const put = (...others: readonly Candidate[]): readonly Candidate[] => candidates.toSpliced(index, 1, ...others)
    const { guard, target, actions = [] } = candidate
    const { guard: _guard, ...unguarded } = candidate
    return [
      { what: `without candidate ${index}`, candidates: put() },
      ...(guard === undefined ? [] : [{ what: `without ${guard}`, candidates: put(unguarded) }]),
      ...actions.map((action) => ({
        what: `without ${action}`,
        candidates: put({ ...candidate, actions: actions.filter((other) => other !== action) }),
      })),
      ...(target === undefined
        ? []
        : [{ what: `without the way to ${target}`, candidates: put({ ...candidate, target: otherThan(target) }) }]),
      ...(index === 0
        ? []
        : [
            {
              what: `candidate ${index} first`,
              candidates: candidates.toSpliced(index, 1).toSpliced(index - 1, 0, candidate),
              upTo: candidates.slice(0, index + 1),
            },
          ]),
    ]
  })
}

function otherThan(target: Target): Target {
  if (target === '#participant.removed') return '#participant.cancelled'
  if (target === '#participant.cancelled') return '#participant.removed'
  return target.endsWith('.held')
    ? (target.replace('.held', '.idle') as Target)
    : (target.replace(/\.\w+$/, '.held') as Target)
}
