/**
 * The whole page.
 * @module
 */
import type { JSX } from 'preact'
import type { Panel } from '../deep-link.ts'
import { ChartPanel } from './chart.tsx'
import { Help } from './help.tsx'
import { Icon } from './icon.tsx'
import { LadderPanel } from './ladder.tsx'
import { LogPanel } from './log.tsx'
import { RosterPanel } from './roster.tsx'
import { Scrubber } from './scrubber.tsx'
import { connection, changeView, notices, callAtMoment, view } from './state.ts'
import { ExplanationPanel } from './explanation.tsx'
import { TopBar } from './top-bar.tsx'

const tabs: readonly { readonly panel: Panel; readonly title: string; readonly isAlwaysThere: boolean }[] = [
  { panel: 'roster', title: 'Roster', isAlwaysThere: true },
  { panel: 'ladder', title: 'Ladder', isAlwaysThere: false },
  { panel: 'chart', title: 'Statechart', isAlwaysThere: false },
  { panel: 'log', title: 'Log', isAlwaysThere: false },
  { panel: 'explanation', title: 'Explanation', isAlwaysThere: true },
]

/** The page. A wide page always shows roster and explanation, with one of the other panels between them. */
export function App(): JSX.Element {
  const { panel } = view.value
  return (
    <div class={`app shows-${panel}`}>
      <TopBar />
      <Scrubber />
      <Notices />
      <nav class="tabs" aria-label="Parts">
        {tabs.map(({ panel: one, title, isAlwaysThere }) => (
          <button
            type="button"
            key={one}
            class={isAlwaysThere ? 'on-narrow' : ''}
            aria-current={panel === one || (one === 'ladder' && isSide(panel)) ? 'page' : undefined}
            data-panel={one}
            onClick={() => changeView({ panel: one })}
          >
            {title}
          </button>
        ))}
      </nav>
      <main>
        <RosterPanel />
        <div class="middle">
          {callAtMoment.value === undefined && connection.value.state === 'live' ? (
            <section class="panel" aria-label="Waiting">
              <p class="empty is-large">The host has no call yet. It is shown here as soon as something happens.</p>
            </section>
          ) : panel === 'chart' ? (
            <ChartPanel />
          ) : panel === 'log' ? (
            <LogPanel />
          ) : (
            <LadderPanel />
          )}
        </div>
        <ExplanationPanel />
      </main>
      <Help />
    </div>
  )
}

/** True for panels that a wide page shows beside the ladder. */
function isSide(panel: Panel): boolean {
  return panel === 'roster' || panel === 'explanation'
}

function Notices(): JSX.Element {
  return (
    <div class="notices" role="status">
      {notices.value.map((text) => (
        <p key={text}>
          {text}{' '}
          <button
            type="button"
            class="plain"
            aria-label="Dismiss"
            onClick={() => {
              notices.value = notices.value.filter((other) => other !== text)
            }}
          >
            <Icon of="close" />
          </button>
        </p>
      ))}
    </div>
  )
}
