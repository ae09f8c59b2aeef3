/**
 * The page's state: calls received and the current view. Everything shown is derived from these signals.
 * @module
 */
import { computed, signal } from '@preact/signals'
import { plainView, readLink, writeLink, type View } from '../deep-link.ts'
import type { Timeline } from '../../trace/timeline.ts'

/** One call received from the feed. */
export interface ShownCall {
  readonly id: number
  readonly callId: string
  readonly history: Timeline
  /** The version of the header its entries follow. */
  readonly version: number
  /** How many older entries of the call are not held. */
  readonly first: number
  readonly remarks: readonly string[]
  /** The host no longer holds the call. */
  readonly isGone: boolean
}

/** State of the connection to the server. */
export type FeedConnection = 'connecting' | 'live' | 'saved' | 'lost'

/** Calls by their number in the feed. */
export const calls = signal<ReadonlyMap<number, ShownCall>>(new Map())

/** Increases whenever a timeline grows. */
export const grown = signal(0)

/** The current view. */
export const view = signal<View>(readLink(location.hash))

/** The connection, with the reason if it is lost. */
export const connection = signal<{ readonly state: FeedConnection; readonly why?: string }>({ state: 'connecting' })

/** False if the server shows identities. */
export const isRedacted = signal(true)

/** Warnings, newest last; they stay until dismissed. */
export const notices = signal<readonly string[]>([])

/** Whether the help is open. */
export const isHelpOpen = signal(false)

/** Whether playback runs. */
export const isPlaying = signal(false)

/** The call shown. */
export const call = computed((): ShownCall | undefined => {
  const all = [...calls.value.values()]
  return all.find(({ callId }) => callId === view.value.callId) ?? all[0]
})

/** The latest moment. */
export const latest = computed(() => {
  grown.value
  return call.value?.history.length ?? 0
})

/** The moment shown, counted from the first entry held. */
export const moment = computed(() => {
  const { moment: wanted } = view.value
  return wanted === undefined ? latest.value : Math.max(0, Math.min(wanted - (call.value?.first ?? 0), latest.value))
})

/** Whether the view follows the latest moment. */
export const isFollowing = computed(() => view.value.moment === undefined)

/** The call as it was at the moment. */
export const callAtMoment = computed(() => {
  moment.value
  return call.value?.history.callAt(moment.value)
})

/** The chosen participant at the moment; undefined if the call did not know it then. */
export const chosen = computed(() => {
  const { key } = view.value
  return key === undefined ? undefined : callAtMoment.value?.participants.get(key)
})

/** Changes the view and the address. */
export function changeView(change: Partial<View>): void {
  view.value = { ...view.value, ...change }
  const link = writeLink(view.value)
  history.replaceState(null, '', link === '' ? location.pathname : `#${link}`)
}

/** Shows a moment; at the latest moment, follows new entries. */
export function goTo(wanted: number): void {
  const within = Math.max(0, Math.min(wanted, latest.value))
  changeView({ moment: within === latest.value ? undefined : within + (call.value?.first ?? 0) })
}

/** Chooses a participant; undefined clears the choice. */
export function choose(key: string | undefined): void {
  changeView({ key, ...(key === undefined ? { isNarrowed: false } : {}) })
}

/** Shows another call. */
export function chooseCall(callId: string): void {
  changeView({
    callId,
    moment: undefined,
    key: undefined,
    isNarrowed: false,
    states: plainView.states,
    search: plainView.search,
  })
}

/** Adds a warning. */
export function addNotice(text: string): void {
  if (!notices.value.includes(text)) notices.value = [...notices.value, text]
}

addEventListener('hashchange', () => {
  view.value = readLink(location.hash)
})
