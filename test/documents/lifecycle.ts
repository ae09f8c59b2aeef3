/**
 * `docs/lifecycle.md`: the participant statechart and the cause table, drawn from the definitions themselves.
 * @module
 */
import { chartTransitions, toMermaid, type ChartTransition } from '../../src/inspect/diagram.ts'
import { causeRows } from '../../src/graph/wire/result-codes.ts'
import { participantMachine } from '../../src/participant/machine.ts'
import { table } from './markdown.ts'

/** The document's text. */
export function lifecycleDocument(): string {
  const transitions = chartTransitions(participantMachine)
  return `# The participant lifecycle

A participant is one presence of one endpoint of one identity in one call. No service tells a bot where a participant
is in this chart; it is inferred from what we asked for, what the service answered, and what the roster shows.

${table(
  ['state', 'meaning'],
  [
    ['`invited`', 'we asked; the service has not taken the request yet'],
    ['`ringing`', 'the service has taken the invite: its operation runs'],
    ['`lobby`', 'on the roster, not admitted'],
    ['`active`', 'on the roster and admitted'],
    ['`removed`', 'final: was on the roster and is not any more'],
    ['`cancelled`', 'final: ended without ever reaching the roster'],
  ],
)}

Every transient state can be skipped: an answer may be seen before the invite's own response, and somebody nobody
invited is introduced in \`invited\` and arrives in the same step.

\`\`\`mermaid
${toMermaid(participantMachine, { depth: 1 })}\`\`\`

## A removal under way

Inside each open state the chart says how far a removal has come. An arrival or an admission keeps that phase, unless
only a cancel was asked for (\`cancel.requested\`): an answer ends that wish.

${table(
  ['phase', 'meaning'],
  [
    ['`idle`', 'nobody asked for a removal'],
    ['`held`', 'wanted; there is nothing to send it to yet, or it waits to be repeated'],
    ['`sent`', 'a DELETE is in flight; there is never a second one'],
    ['`accepted`', 'the service answered 2xx, which is a promise and ends nobody'],
    ['`refused`', 'the service said no for good; the participant stays, and may be asked for again'],
    [
      '`crossed`',
      'they answered while the DELETE of a cancel was in flight or taken: nothing more is sent, and a roster says whether they stay',
    ],
    ['`confirmed`', 'proved; found on ended participants only'],
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

function transitionRow({ from, event, guard, to, actions }: ChartTransition): readonly string[] {
  return [
    from.join(' · '),
    `\`${event}\``,
    guard ?? '',
    to === undefined ? 'stays' : to.join(' · '),
    actions.join(', '),
  ]
}
