import { useSelector } from '@xstate/react'
import { createElement, type ReactElement } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'
import { createActor, type ActorRefFrom } from 'xstate'
import { participantMachine } from '../../src/machine.ts'

const identity = { user: { id: 'bob', displayName: 'Bob' } }

function Participant({ actor }: { readonly actor: ActorRefFrom<typeof participantMachine> }): ReactElement {
  const name = useSelector(actor, ({ context }) => context.identity['user']?.displayName)
  const isPresent = useSelector(actor, (snapshot) => snapshot.hasTag('present'))
  const isMuted = useSelector(actor, ({ context }) => context.isMuted)
  return createElement('li', null, `${name}: ${isPresent ? 'here' : 'not here'}${isMuted ? ', muted' : ''}`)
}

test('a React component shows what it selects of a participant, by the same XState as the machine', () => {
  const actor = createActor(participantMachine, { input: { key: 'bob', identity } }).start()
  const shown = () => renderToString(createElement(Participant, { actor }))
  expect(shown()).toBe('<li>Bob: not here</li>')
  actor.send({ type: 'roster.showed', at: 1, id: 'r1', identity, isInLobby: false, isMuted: true })
  expect(shown()).toBe('<li>Bob: here, muted</li>')
})
