/**
 * Deep links: the current view, written after the `#` of the page's address.
 *
 * Rule: a link may name calls, participants and moments that do not exist; the reader checks.
 * @module
 */
import type { ParticipantState } from '../participant/participant.ts'
import { stateOrder, type SortColumn } from './roster-view.ts'

/** The panels of the page; a narrow page shows one at a time. */
export type Panel = 'roster' | 'ladder' | 'chart' | 'log' | 'explanation'

/** What the page shows. */
export interface View {
  readonly callId?: string | undefined
  /** Number of entries taken; absent: follow the latest. */
  readonly moment?: number | undefined
  /** The key of the chosen participant. */
  readonly key?: string | undefined
  readonly panel: Panel
  /** Ladder and log show only rows about the chosen participant. */
  readonly isNarrowed: boolean
  /** The states shown in the roster; empty: all. */
  readonly states: readonly ParticipantState[]
  readonly search: string
  readonly sort: SortColumn
  readonly isDescending: boolean
}

/** The default view. */
export const plainView: View = {
  panel: 'ladder',
  isNarrowed: false,
  states: [],
  search: '',
  sort: 'order',
  isDescending: false,
}

const panels: ReadonlySet<string> = new Set<Panel>(['roster', 'ladder', 'chart', 'log', 'explanation'])
const states: ReadonlySet<string> = new Set(stateOrder)
const columns: ReadonlySet<string> = new Set<SortColumn>(['order', 'name', 'state', 'since', 'ending'])

/** The view a link asks for; invalid parts are ignored. */
export function readLink(hash: string): View {
  const link = new URLSearchParams(hash.replace(/^#/, ''))
  const [panel, sort, at] = [link.get('panel'), link.get('sort'), link.get('at')]
  return {
    callId: link.get('call') ?? undefined,
    moment: at !== null && /^\d{1,9}$/.test(at) ? Number(at) : undefined,
    key: link.get('who') ?? undefined,
    panel: panel !== null && panels.has(panel) ? (panel as Panel) : plainView.panel,
    isNarrowed: link.get('only') !== null,
    states: (link.get('states') ?? '').split(',').filter((state): state is ParticipantState => states.has(state)),
    search: link.get('search') ?? '',
    sort: sort !== null && columns.has(sort) ? (sort as SortColumn) : plainView.sort,
    isDescending: link.get('descending') !== null,
  }
}

/** The link to a view, without the `#`; default values are left out. */
export function writeLink({
  callId,
  moment,
  key,
  panel,
  isNarrowed,
  states: shown,
  search,
  sort,
  isDescending,
}: View): string {
  const link = new URLSearchParams()
  if (callId !== undefined) link.set('call', callId)
  if (moment !== undefined) link.set('at', String(moment))
  if (key !== undefined) link.set('who', key)
  if (panel !== plainView.panel) link.set('panel', panel)
  if (isNarrowed) link.set('only', '')
  if (shown.length > 0) link.set('states', shown.join(','))
  if (search !== '') link.set('search', search)
  if (sort !== plainView.sort) link.set('sort', sort)
  if (isDescending) link.set('descending', '')
  return link.toString()
}
