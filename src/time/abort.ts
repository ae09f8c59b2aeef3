/**
 * Giving up by an `AbortSignal`, without a listener left behind.
 * @module
 */

/**
 * Calls back when the signal is aborted, or at once if it is already. Returns a function that stops listening.
 * Without a signal nothing happens.
 */
export function onAbort(signal: AbortSignal | undefined, run: () => void): () => void {
  if (signal === undefined) return () => undefined
  if (signal.aborted) run()
  else signal.addEventListener('abort', run, { once: true })
  return () => signal.removeEventListener('abort', run)
}

/**
 * Resolves or rejects as the promise does, unless the signal is aborted before. A rejection of the promise after that
 * is dropped.
 * @throws the reason of the signal
 */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, () => reject(signal.reason as Error))
    promise.then(
      (value) => {
        stopListening()
        resolve(value)
      },
      (error: unknown) => {
        stopListening()
        reject(error as Error)
      },
    )
  })
}
