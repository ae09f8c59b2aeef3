/**
 * `docs/lifecycle.md`: the participant statechart and the cause table, drawn from the definitions themselves.
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

A participant is one presence of one endpoint of one identity in one call. No service tells a bot where a participant
is in this chart; it is inferred from what we asked for, what the service answered, and what the roster shows.

${table(['state', 'meaning', 'tags'], Object.entries(participantConfig.states).map(stateRow))}

Every transient state can be skipped: a roster may show an answer before the invite's own response comes, and a
participant that was not invited is introduced in \`invited\` and arrives in the same step.

\`\`\`mermaid
${toMermaid(participantMachine, { depth: 1 })}\`\`\`

## A removal under way

Inside each open state the chart says how far a removal has come. An arrival or an admission keeps that phase, unless
only a cancel was asked for (\`cancel.requested\`): an answer ends that wish.

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

The whole chart. An edge that leaves a composite state is drawn from its border, whichever phase it starts in; the
table below has the phases, the guards and the actions.

\`\`\`mermaid
${toMermaid(participantMachine)}\`\`\`

## Transitions

An event is offered to the phase first and to the state after it; the first line whose guard holds is taken, and an
event that no line takes changes nothing. "stays" only notes facts.

${table(['in', 'event', 'when', 'becomes', 'does'], transitions.map(transitionRow))}

## Endings

\`ending.cause\` and \`ending.by\` of an invitation the service reports as failed come from this table; a
\`DiagCode: code#subcode\` in the message is more specific and wins. \`*\` is any code. A code that is not here is
\`failed\` when it is 300 or more and \`unknown\` otherwise, and is counted. Code 200 does not mean answered.

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
