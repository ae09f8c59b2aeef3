/**
 * Starts the page: renders it, follows the feed, listens to keys.
 * @module
 */
import { effect } from '@preact/signals'
import { render } from 'preact'
import { App } from './app.tsx'
import { followFeed } from './feed-client.ts'
import { listenToKeys } from './keyboard.ts'
import { call } from './state.ts'
import { applyTheme } from './theme.ts'

const page = document.getElementById('page')
if (page !== null) render(<App />, page)
effect(applyTheme)
effect(() => {
  document.title = call.value === undefined ? 'rollcall' : `rollcall · ${call.value.callId}`
})
listenToKeys()
void followFeed()
