/**
 * Sending: the moment at which a request is sent, for transports that wrap another.
 * @module
 */
import type { RequestOptions, Transport } from '../host/ports/ports.ts'

/**
 * Calls back once when a request is about to be sent: when it is claimed, or now if the transport does not claim. Returns
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
