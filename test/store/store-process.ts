/**
 * A process that does to SQLite stores what its parent tells it; it may have several open.
 * @module
 */
import type { Store } from '../../src/host/ports/ports.ts'
import { isRollcallError } from '../../src/call/model/errors.ts'
import { sqliteStore } from '../../src/sqlite/store.ts'

/** What is asked: to open a store under a number, or to call a method of it. */
export type StoreQuestion =
  | { readonly ask: number; readonly store: number; readonly open: string }
  | { readonly ask: number; readonly store: number; readonly method: keyof Store; readonly args: readonly unknown[] }

/** What came of it. */
export type StoreAnswer = { readonly ask: number } & (
  | { readonly result: unknown }
  | { readonly code: string; readonly message: string }
)

const stores = new Map<number, Store>()

process.on('message', (question: StoreQuestion) => {
  act(question).then(
    (result) => process.send?.({ ask: question.ask, result } satisfies StoreAnswer),
    (error: unknown) =>
      process.send?.({
        ask: question.ask,
        code: isRollcallError(error) ? error.code : 'none',
        message: String(error),
      } satisfies StoreAnswer),
  )
})
process.on('disconnect', () => process.exit())

async function act(question: StoreQuestion): Promise<unknown> {
  if ('open' in question) return void stores.set(question.store, sqliteStore(question.open, { synchronous: 'normal' }))
  const method = stores.get(question.store)?.[question.method] as
    | ((...args: readonly unknown[]) => Promise<unknown>)
    | undefined
  return method?.(...question.args)
}
