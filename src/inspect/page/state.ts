/**
 * What the page knows and what it looks at. Everything shown follows from these signals.
 * @module
 */
import { computed, signal } from '@preact/signals'
import { plainView, readLink, writeLink, type View } from '../deep-link.ts'
import type { Timeline } from '../../trace/timeline.ts'

/** One call the page was told of. */
export interface ShownCall {
  readonly id: number
  readonly callId: string
  readonly history: Timeline
  /** The version of the header its entries follow. */
  readonly version: number
  /** How many entries it had before the ones that are held. */
  readonly first: number
  readonly remarks: readonly string[]
  /** The host does not hold it any more. */
  readonly isGone: boolean
}

/** How the page stands with what it is told by. */
export type Connection = 'connecting' | 'live' | 'saved' | 'lost'

/** Calls by the feed's number for them. */
export const calls = signal<ReadonlyMap<number, ShownCall>>(new Map())

/** Goes up whenever a history has grown. */
export const grown = signal(0)

/** What is looked at. */
export const view = signal<View>(readLink(location.hash))

/** How the page stands with its server, and why when it is lost. */
export const connection = signal<{ readonly state: Connection; readonly why?: string }>({ state: 'connecting' })

/** True unless identities were asked for. */
export const isRedacted = signal(true)

/** Things that went wrong or missing, newest last; they stay until they are put away. */
export const notices = signal<readonly string[]>([])

/** Whether the help is open. */
export const isHelpOpen = signal(false)

/** Whether time is running by itself. */
export const isPlaying = signal(false)

/** The call looked at. */
export const call = computed((): ShownCall | undefined => {
  const all = [...calls.value.values()]
  return all.find(({ callId }) => callId === view.value.callId) ?? all[0]
})

/** The latest moment there is. */
export const latest = computed(() => {
  grown.value
  return call.value?.history.length ?? 0
})

/** The moment looked at, counted in what is held. */
export const moment = computed(() => {
  const { moment: wanted } = view.value
  return wanted === undefined ? latest.value : Math.max(0, Math.min(wanted - (call.value?.first ?? 0), latest.value))
})

/** Whether the latest moment is looked at, whatever comes. */
export const isFollowing = computed(() => view.value.moment === undefined)

/** The call as it was at the moment. */
export const snapshot = computed(() => {
  moment.value
  return call.value?.history.callAt(moment.value)
})

/** The chosen participant at the moment, when they were known then. */
export const chosen = computed(() => {
  const { key } = view.value
  return key === undefined ? undefined : snapshot.value?.participants.get(key)
})

/** Looks at something else; the address says so. */
export function look(change: Partial<View>): void {
  view.value = { ...view.value, ...change }
  const link = writeLink(view.value)
  history.replaceState(null, '', link === '' ? location.pathname : `#${link}`)
}

/** Looks at a moment; at the end of what there is, at whatever comes next, too. */
export function lookAt(wanted: number): void {
  const within = Math.max(0, Math.min(wanted, latest.value))
  look({ moment: within === latest.value ? undefined : within + (call.value?.first ?? 0) })
}

/** Chooses a participant, or nobody. */
export function choose(key: string | undefined): void {
  look({ key, ...(key === undefined ? { isNarrowed: false } : {}) })
}

/** Looks at another call. */
export function chooseCall(callId: string): void {
  look({
    callId,
    moment: undefined,
    key: undefined,
    isNarrowed: false,
    states: plainView.states,
    search: plainView.search,
  })
}

/** Tells whoever looks of something that is missing. */
export function notice(text: string): void {
  if (!notices.value.includes(text)) notices.value = [...notices.value, text]
}

addEventListener('hashchange', () => {
  view.value = readLink(location.hash)
})
