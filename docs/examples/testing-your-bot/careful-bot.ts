/**
 * The naive bot without its three mistakes: a 204 is a promise, an invite is asked for once, and whoever leaves is the
 * presence that left and not the person.
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
  /** Users, by participant id: somebody may be here twice, and come again under another id. */
  const present = new Map<string, string>()
  /** Participant ids of those who have left, whose arrival may still be on its way. */
  const gone = new Set<string>()

  async function invite(userId: string): Promise<void> {
    const body = JSON.stringify({ participants: [{ identity: { user: { id: userId } } }] })
    const response = await fetch(`${participants}/invite`, { method: 'POST', body }) // no answer: it may ring all the same
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
