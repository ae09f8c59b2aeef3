/**
 * `docs/lifecycle.md`: the participant statechart and the cause table, generated from their definitions.
 * @module
 */
import { chartTransitions, toMermaid, type ChartTransition } from '../../src/inspect/diagram.ts'
import { causeRows } from '../../src/graph/wire/result-codes.ts'
import { participantConfig } from '../../src/participant/machine-config.ts'
import type { OpenNode } from '../../src/participant/machine-shape.ts'
import { participantMachine } from '../../src/participant/machine.ts'
import { table } from './markdown.ts'

/** The document's text. */
export function lifecycleDocument(): string {
  const transitions = chartTransitions(participantMachine)
  return `# The participant lifecycle

A participant is one presence of one endpoint of one identity in one call. No service tells a bot the state of a
participant in this chart. rollcall infers it from its own requests, the service's answers and the roster.

${table(['state', 'meaning', 'tags'], Object.entries(participantConfig.states).map(stateRow))}

Every transient state can be skipped: a roster may show the invitee before the answer to the invite arrives, and an
uninvited participant is created in \`invited\` and arrives in the same step.

\`\`\`mermaid
${toMermaid(participantMachine, { depth: 1 })}\`\`\`

## Phases of a removal

Each open state has a phase, which is the progress of a removal. An arrival or an admission keeps the phase, except
when only a cancel was requested (\`cancel.requested\`): an answer ends a cancel.

${table(
  ['phase', 'meaning'],
  [
    ...Object.entries(participantConfig.states.active.states).map(([phase, { description }]) => [
      `\`${phase}\``,
      description,
    ]),
    ['`confirmed`', 'The removal is proved. Only ended participants have this phase.'],
  ],
)}

The whole chart follows. A transition to another state is drawn from the border of the composite state, whatever its
phase; the table below has the phases, guards and actions.

\`\`\`mermaid
${toMermaid(participantMachine)}\`\`\`

## Transitions

An event is first matched with the transitions of the phase, then with those of the state. The first row whose guard
holds is used; without such a row the event changes nothing. "stays" means that only facts are recorded.

${table(['in', 'event', 'when', 'becomes', 'does'], transitions.map(transitionRow))}

## Endings

If the service reports that an invitation failed, \`ending.cause\` and \`ending.by\` come from this table. A
\`DiagCode: code#subcode\` in the message is more specific and wins. \`*\` is any code. A code that is not in the table
means \`failed\` if it is 300 or more and \`unknown\` otherwise, and is counted. Code 200 does not mean answered.

${table(
  ['code/subcode', 'cause', 'by'],
  causeRows.map(({ code, cause, by }) => [`\`${code}\``, cause, by]),
)}
`
}

function stateRow([state, { description, tags }]: readonly [
  string,
  Pick<OpenNode, 'description' | 'tags'>,
]): readonly string[] {
  return [`\`${state}\``, description, tags.map((tag) => `\`${tag}\``).join(', ')]
}

function transitionRow({ from, event, guard, to, actions }: ChartTransition): readonly string[] {
  return [
    from.join(' · '),
    `\`${event}\``,
    guard ?? '',
    to === undefined ? 'stays' : to.join(' · '),
    actions.join(', '),
  ]
}
