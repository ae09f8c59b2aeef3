/**
 * A bot as one writes it in an afternoon. It asked for delta rosters when it created its call. It works in a quick try,
 * and it has three mistakes.
 */
import type { BotSurroundings, BotUnderTest } from 'rollcall/testing'

interface Change {
  readonly id: string
  readonly removedState?: object | null
  readonly info: { readonly identity: { readonly user?: { readonly id: string } | null } }
}

export function createBot({ callId, fetch }: BotSurroundings): BotUnderTest {
  const participants = `https://graph.microsoft.com/v1.0/communications/calls/${callId}/participants`
  /** Participant ids, by user. */
  const invited = new Map<string, string>()
  const present = new Map<string, string>()
  /** Participant ids that have left: the message that they joined may arrive later. */
  const gone = new Set<string>()

  async function invite(userId: string, attempt = 1): Promise<void> {
    const body = JSON.stringify({ participants: [{ identity: { user: { id: userId } } }] })
    try {
      const response = await fetch(`${participants}/invite`, { method: 'POST', body })
      const operation = (await response.json()) as { participants?: { participantId: string }[] }
      if (operation.participants?.[0] !== undefined) invited.set(userId, operation.participants[0].participantId)
    } catch (error) {
      if (attempt === 3) throw error
      await invite(userId, attempt + 1) // no answer: try again
    }
  }

  async function remove(userId: string): Promise<void> {
    const id = present.get(userId) ?? invited.get(userId)
    if (id === undefined) throw new Error(`${userId} is not here`)
    const { status } = await fetch(`${participants}/${id}`, { method: 'DELETE' })
    if (status === 204) present.delete(userId) // gone
  }

  function change({ id, removedState, info: { identity } }: Change): void {
    const userId = identity.user?.id
    if (userId === undefined) return
    if (removedState) {
      gone.add(id)
      present.delete(userId) // left
    } else if (!gone.has(id)) present.set(userId, id)
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
    present: () => present.keys(),
  }
}
