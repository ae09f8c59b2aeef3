/**
 * Reads server-sent events from a stream of text.
 * @module
 */
import { isObject } from '../call/codec/schema.ts'

/** One server-sent event. */
export interface ReadMessage {
  readonly type: string
  readonly id?: string | undefined
  readonly data: Readonly<Record<string, unknown>>
}

/** Joins chunks of text to messages. */
export class FeedReader {
  #rest = ''

  /** The messages completed by this chunk. Comments are skipped. */
  read(piece: string): readonly ReadMessage[] {
    // Long messages come in many chunks: only the new one is searched for an end.
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
