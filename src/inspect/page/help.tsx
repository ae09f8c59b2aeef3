/**
 * The help: keys, and what the marks mean.
 * @module
 */
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { isHelpOpen } from './state.ts'

const keys: readonly (readonly [string, string])[] = [
  ['← →', 'one event back, one on; with shift, ten'],
  ['Home End', 'the beginning; the end, and whatever comes next'],
  ['space', 'let time run, or stop it'],
  ['j k', 'the next participant, the one before'],
  ['o', 'only what is about the chosen participant, or everything'],
  ['1 – 5', 'people, ladder, statechart, log, story'],
  ['/', 'find somebody'],
  ['t', 'colours: as the machine has it, light, dark'],
  ['Esc', 'choose nobody'],
]

const marks: readonly (readonly [string, string])[] = [
  ['lost', 'the message never arrived; only a simulator can know'],
  ['late', 'it came after the matter was settled and changed nothing'],
  ['ignored', 'it changed nothing: it was known, or does not fit'],
  ['refused', 'the service said no: it certainly did not happen'],
  ['unconfirmed', 'no answer that says: it may have happened'],
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
