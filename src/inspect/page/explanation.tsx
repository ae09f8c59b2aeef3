/**
 * Explains the chosen participant at the moment: its state, and the evidence for it. Without one, the call itself.
 * @module
 */
import type { JSX } from 'preact'
import type { Call, Counters, Evidence } from '../../call/model/call.ts'
import { explain } from '../../call/explain.ts'
import type { Participant } from '../../participant/participant.ts'
import { formatCount, formatDuration, printable, shorten, shownName } from '../../trace/labels.ts'
import { ChartDrawing } from './chart.tsx'
import { Icon } from './icon.tsx'
import { call, choose, chosen, goTo, moment, callAtMoment, view } from './state.ts'
import { StateChip } from './state-chip.tsx'

/** The explanation panel. */
export function ExplanationPanel(): JSX.Element {
  const now = callAtMoment.value
  const { key } = view.value
  return (
    <section class="panel explanation" aria-label="Explanation">
      {now === undefined ? (
        <p class="empty">No call yet.</p>
      ) : key === undefined ? (
        <CallSummary now={now} />
      ) : chosen.value === undefined ? (
        <UnknownParticipant wanted={key} />
      ) : (
        <ParticipantExplanation now={now} participant={chosen.value} />
      )}
    </section>
  )
}

function UnknownParticipant({ wanted }: { readonly wanted: string }): JSX.Element {
  const first = call.value?.history.rowsAbout(wanted, moment.value)[0]
  return (
    <div class="empty">
      <p>
        The call does not know <code>{shorten(wanted)}</code> at this moment.
      </p>
      {first === undefined ? (
        ''
      ) : (
        <button type="button" onClick={() => goTo(first.entry + 1)}>
          go to its first event
        </button>
      )}{' '}
      <button type="button" onClick={() => choose(undefined)}>
        clear the choice
      </button>
    </div>
  )
}

function ParticipantExplanation({
  now,
  participant,
}: {
  readonly now: Call
  readonly participant: Participant
}): JSX.Element {
  const {
    key,
    identity,
    id,
    participantId,
    state,
    removal,
    ending,
    refusal,
    invitation,
    removalAttempts,
    isMuted,
    isOnHold,
    isAnonymous,
    endpoint,
    isHidden,
  } = participant
  const explanation = explain(now, key)
  return (
    <>
      <header class="person-head">
        <h2>{shownName(identity)}</h2>
        <StateChip state={state} removal={removal} />
        <button
          type="button"
          class="icon"
          aria-label="Clear the choice"
          title="Clear the choice (Esc)"
          onClick={() => choose(undefined)}
        >
          <Icon of="close" />
        </button>
      </header>
      <ChartDrawing style="compact" />
      <h3>Why</h3>
      <p class="sentence visually-hidden">{explanation?.sentence}</p>
      <ol class="evidence">
        {(explanation?.evidence ?? []).map((piece, index, all) => (
          <EvidenceItem key={index} piece={piece} before={all[index - 1]} of={key} />
        ))}
      </ol>
      <h3>Details</h3>
      <dl class="facts">
        <Fact name="key" value={key} isId />
        <Fact name="roster id" value={id === key ? undefined : id} isId />
        <Fact name="invitee id" value={participantId === id ? undefined : participantId} isId />
        {Object.entries(identity).map(([kind, one]) => (
          <Fact key={kind} name={kind} value={one?.id} isId />
        ))}
        <Fact name="joined by" value={invitation === undefined ? 'itself' : 'invitation'} />
        <Fact
          name="ended"
          value={
            ending === undefined
              ? undefined
              : `${ending.cause} by ${ending.by}${ending.code === undefined ? '' : ` (${ending.code}/${ending.subcode ?? 0})`}`
          }
        />
        <Fact name="refused" value={refusal === undefined ? undefined : `${refusal.status ?? ''} ${refusal.code}`} />
        <Fact name="DELETEs sent" value={removalAttempts === 0 ? undefined : String(removalAttempts)} />
        <Fact name="endpoint" value={endpoint} />
        <Fact
          name="is"
          value={
            [
              ...(isMuted ? ['muted'] : []),
              ...(isOnHold ? ['on hold'] : []),
              ...(isAnonymous ? ['anonymous'] : []),
              ...(isHidden === true ? ['hidden'] : []),
            ].join(', ') || undefined
          }
        />
      </dl>
    </>
  )
}

function Fact({
  name,
  value,
  isId = false,
}: {
  readonly name: string
  readonly value: string | undefined
  readonly isId?: boolean
}): JSX.Element | null {
  if (value === undefined) return null
  return (
    <>
      <dt>{name}</dt>
      <dd>{isId ? <code title={value}>{value}</code> : value}</dd>
    </>
  )
}

function EvidenceItem({
  piece,
  before,
  of,
}: {
  readonly piece: Evidence
  readonly before: Evidence | undefined
  readonly of: string
}): JSX.Element {
  const history = call.value?.history
  const begin = history?.timeAt(1) ?? piece.at
  const row = history
    ?.rowsAbout(of, moment.value)
    .find(
      ({ at, conclusions }) =>
        at === piece.at && conclusions.some(({ key, note }) => key === of && note === piece.note),
    )
  const isMove = before?.state !== piece.state || before.removal !== piece.removal
  return (
    <li class={row?.entry === moment.value - 1 ? 'is-here' : ''}>
      <button
        type="button"
        class="plain"
        disabled={row === undefined}
        title={row === undefined ? 'before the oldest entry held' : 'go to this moment'}
        onClick={() => row !== undefined && goTo(row.entry + 1)}
      >
        <span class="number">{formatDuration(piece.at - begin)}</span>
        <span class="note">{printable(piece.note)}</span>
        {isMove ? <StateChip state={piece.state} removal={piece.removal} /> : ''}
      </button>
    </li>
  )
}

function CallSummary({ now }: { readonly now: Call }): JSX.Element {
  const history = call.value?.history
  const at = history?.timeAt(moment.value) ?? 0
  const deadlines = [...now.deadlines].sort(([, one], [, other]) => one - other)
  const counted = Object.entries(now.counters).filter(([, count]) => count > 0)
  return (
    <>
      <header class="person-head">
        <h2>The call</h2>
      </header>
      <dl class="facts">
        <Fact name="id" value={now.id} isId />
        <Fact name="state" value={now.state} />
        <Fact name="ended" value={now.ending === undefined ? undefined : `${now.ending.cause} by ${now.ending.by}`} />
        <Fact
          name="the bot"
          value={now.self.participantId ?? 'not known yet'}
          isId={now.self.participantId !== undefined}
        />
        <Fact name="introduced" value={formatCount(now.introduced, 'participant')} />
        <Fact name="open invitations" value={String(now.invitations.size)} />
        {counted.map(([name, count]) => (
          <Fact key={name} name={counterNames[name as keyof Counters]} value={count.toLocaleString('en')} />
        ))}
      </dl>
      {(call.value?.remarks ?? []).map((remark) => (
        <p key={remark} class="remark">
          {remark}
        </p>
      ))}
      <h3>Deadlines</h3>
      {deadlines.length === 0 ? (
        <p class="quiet">none</p>
      ) : (
        <ol class="deadlines">
          {deadlines.slice(0, SHOWN_DEADLINES).map(([name, due]) => (
            <li key={name}>
              <code title={name}>{deadlineName(now, name)}</code>
              <span class="number">
                {due < at ? `${formatDuration(at - due)} overdue` : `in ${formatDuration(due - at)}`}
              </span>
            </li>
          ))}
        </ol>
      )}
      {deadlines.length > SHOWN_DEADLINES ? (
        <p class="quiet">and {formatCount(deadlines.length - SHOWN_DEADLINES, 'other')}</p>
      ) : (
        ''
      )}
      <p class="quiet">Choose a participant to see why they are where they are.</p>
    </>
  )
}

/** What the counters are called on the page. */
const counterNames: Readonly<Record<keyof Counters, string>> = {
  unrecognised: 'unknown notifications',
  unclassified: 'unknown result codes',
  suspected: 'rosters not applied',
  unmatchedDropped: 'operations dropped',
  uninvitedDropped: 'participants dropped',
}

/** How many deadlines are listed. */
const SHOWN_DEADLINES = 20

function deadlineName(now: Call, deadline: string): string {
  const [name = '', ...rest] = deadline.split('/')
  const participant = now.participants.get(rest.join('/'))
  return participant === undefined ? deadline : `${name} ${shownName(participant.identity)}`
}
