/**
 * The reading side of the feed: server-sent events from a stream of text, whole ones only.
 * @module
 */
import { isObject } from '../call/codec/schema.ts'

/** One server-sent event. */
export interface ReadMessage {
  readonly type: string
  readonly id?: string | undefined
  readonly data: Readonly<Record<string, unknown>>
}

/** Puts text that comes in pieces together to messages. */
export class FeedReader {
  #rest = ''

  /** The messages that are complete with this piece. A comment is none. */
  read(piece: string): readonly ReadMessage[] {
    // Long messages come in many pieces: only the new one is looked at for an end.
    if (!piece.includes('\n')) {
      this.#rest += piece
      return []
    }
    const blocks = (this.#rest + piece).split('\n\n')
    this.#rest = blocks.pop() ?? ''
    return blocks.flatMap(readBlock)
  }
}

function readBlock(block: string): readonly ReadMessage[] {
  let [type, id, data]: [string | undefined, string | undefined, string | undefined] = [undefined, undefined, undefined]
  for (const line of block.split('\n')) {
    if (line.startsWith('event: ')) type = line.slice(7)
    else if (line.startsWith('id: ')) id = line.slice(4)
    else if (line.startsWith('data: ')) data = line.slice(6)
  }
  if (type === undefined || data === undefined) return []
  const value: unknown = JSON.parse(data)
  return isObject(value) ? [{ type, id, data: value }] : []
}
