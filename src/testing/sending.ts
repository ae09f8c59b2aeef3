/**
 * Sending: the moment a request leaves, for transports that stand around another.
 * @module
 */
import type { RequestOptions, Transport } from '../host/ports/ports.ts'

/**
 * Tells once of a request that is about to leave: when it is claimed, or, of a transport that claims nothing, now. Returns
 * the options to pass on.
 */
export function tellOfSending(
  { fencesSends }: Transport,
  options: RequestOptions | undefined,
  leaves: () => void,
): RequestOptions | undefined {
  const { beforeSend } = options ?? {}
  let isTold = false
  const tell = (): void => {
    if (!isTold) leaves()
    isTold = true
  }
  if (fencesSends !== true || beforeSend === undefined) {
    tell()
    return options
  }
  return {
    ...options,
    async beforeSend() {
      const isClaimed = await beforeSend()
      if (isClaimed) tell()
      return isClaimed
    },
  }
}
