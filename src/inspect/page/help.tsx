/**
 * The help: keys, and the meaning of the marks.
 * @module
 */
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { isHelpOpen } from './state.ts'

const keys: readonly (readonly [string, string])[] = [
  ['← →', 'one event back or forward; with shift, ten'],
  ['Home End', 'the beginning; the end, following new events'],
  ['space', 'play or pause'],
  ['j k', 'the next or previous participant'],
  ['o', 'show only the chosen participant, or everything'],
  ['1 – 5', 'roster, ladder, statechart, log, explanation'],
  ['/', 'find a participant'],
  ['t', 'colours: system, light, dark'],
  ['Esc', 'clear the choice'],
]

const marks: readonly (readonly [string, string])[] = [
  ['lost', 'the message never arrived; only a simulator knows that'],
  ['late', 'it arrived after the outcome was final and changed nothing'],
  ['ignored', 'it changed nothing: it was known already or does not apply'],
  ['refused', 'the service refused the request: it had no effect'],
  ['unconfirmed', 'no definite answer: the request may have had an effect'],
]

/** The help, a dialog. */
export function Help(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (isHelpOpen.value) dialog.current?.showModal()
    else dialog.current?.close()
  }, [isHelpOpen.value])
  return (
    <dialog
      ref={dialog}
      aria-label="Help"
      onClose={() => {
        isHelpOpen.value = false
      }}
    >
      <h2>Keys</h2>
      <dl>
        {keys.map(([key, meaning]) => (
          <>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </>
        ))}
      </dl>
      <h2>Marks</h2>
      <dl>
        {marks.map(([mark, meaning]) => (
          <>
            <dt>
              <i class={`mark mark-${mark}`}>{mark}</i>
            </dt>
            <dd>{meaning}</dd>
          </>
        ))}
      </dl>
      <p class="quiet">
        The address in the browser is a link to what is shown: call, moment, participant, filters. Nothing here can
        change the call.
      </p>
      <form method="dialog">
        <button type="submit" autofocus>
          Close
        </button>
      </form>
    </dialog>
  )
}
