/**
 * The naive bot without its three mistakes: it takes a 204 for a promise, invites once, and keeps presences instead of
 * people.
 */
import type { BotSurroundings, BotUnderTest } from 'rollcall/testing'

interface Change {
  readonly id: string
  readonly removedState?: object | null
  readonly info: { readonly identity: { readonly user?: { readonly id: string } | null } }
}

export function createBot({ callId, fetch }: BotSurroundings): BotUnderTest {
  const participants = `https://graph.microsoft.com/v1.0/communications/calls/${callId}/participants`
  const invited = new Map<string, string>()
  /** User ids by participant id: a person may be here twice, and return under another id. */
  const present = new Map<string, string>()
  /** Participant ids that have left: the message that they joined may arrive later. */
  const gone = new Set<string>()

  async function invite(userId: string): Promise<void> {
    const body = JSON.stringify({ participants: [{ identity: { user: { id: userId } } }] })
    const response = await fetch(`${participants}/invite`, { method: 'POST', body }) // without an answer it may still ring
    const operation = (await response.json()) as { participants?: { participantId: string }[] }
    if (operation.participants?.[0] !== undefined) invited.set(userId, operation.participants[0].participantId)
  }

  async function remove(userId: string): Promise<void> {
    const here = [...present].filter(([, user]) => user === userId).map(([id]) => id)
    const asked = invited.get(userId)
    const ids = here.length === 0 && asked !== undefined ? [asked] : here
    if (ids.length === 0) throw new Error(`${userId} is not here`)
    for (const id of ids) await fetch(`${participants}/${id}`, { method: 'DELETE' }) // the roster says when they are gone
  }

  function change({ id, removedState, info: { identity } }: Change): void {
    const userId = identity.user?.id
    if (userId === undefined) return
    if (removedState) {
      gone.add(id)
      present.delete(id)
    } else if (!gone.has(id)) present.set(id, userId)
  }

  return {
    invite,
    remove,
    notified(body) {
      for (const { resourceData } of (body as { value: { resourceData: unknown }[] }).value) {
        const [delta] = [resourceData].flat() as { participants?: Change[] }[]
        if (Array.isArray(resourceData)) delta?.participants?.forEach(change)
      }
    },
    present: () => present.values(),
  }
}
