/**
 * The top bar: the call, its state, and the connection to the host.
 * @module
 */
import type { JSX } from 'preact'
import { shorten } from '../../trace/labels.ts'
import { Icon } from './icon.tsx'
import { call, calls, chooseCall, connection, isHelpOpen, isRedacted, callAtMoment } from './state.ts'
import { switchTheme, theme } from './theme.ts'

/** The top bar. */
export function TopBar(): JSX.Element {
  const state = callAtMoment.value?.state
  const ending = callAtMoment.value?.ending
  return (
    <header class="top">
      <h1>rollcall</h1>
      <CallPicker />
      {state === undefined ? (
        ''
      ) : (
        <span
          class={`call-state call-${state}`}
          title={ending === undefined ? undefined : `${ending.cause} by ${ending.by}`}
        >
          {state}
          {ending === undefined ? '' : ` · ${ending.cause}`}
        </span>
      )}
      <span class="gap" />
      {isRedacted.value ? (
        <span class="badge" title="Names, ids and phone numbers were replaced before they reached this page">
          redacted
        </span>
      ) : (
        <span class="badge warns" title="Names, ids and phone numbers are shown">
          identities shown
        </span>
      )}
      <ConnectionBadge />
      <button
        type="button"
        class="icon"
        aria-label={`Colours: ${theme.value}`}
        title={`Colours: ${theme.value} (t)`}
        onClick={switchTheme}
      >
        <Icon of={theme.value} />
      </button>
      <button
        type="button"
        class="icon"
        aria-label="Help"
        title="Help (?)"
        onClick={() => {
          isHelpOpen.value = true
        }}
      >
        <Icon of="help" />
      </button>
    </header>
  )
}

function CallPicker(): JSX.Element {
  const all = [...calls.value.values()]
  const shown = call.value
  if (shown === undefined)
    return <span class="quiet">{connection.value.state === 'connecting' ? 'loading calls…' : 'no call yet'}</span>
  if (all.length === 1)
    return (
      <code class="call-id" title={shown.callId}>
        {shorten(shown.callId)}
      </code>
    )
  return (
    <select aria-label="Call" value={shown.callId} onChange={(event) => chooseCall(event.currentTarget.value)}>
      {all.map(({ id, callId, isGone }) => (
        <option key={id} value={callId}>
          {shorten(callId)}
          {isGone ? ' (no longer held)' : ''}
        </option>
      ))}
    </select>
  )
}

const words = { connecting: 'connecting', live: 'live', saved: 'saved trace', lost: 'not connected' } as const

function ConnectionBadge(): JSX.Element {
  const { state, why } = connection.value
  return (
    <span class={`badge connection is-${state}`} role="status" title={why}>
      {words[state]}
      {state === 'lost' ? `: ${why ?? ''}` : ''}
    </span>
  )
}
