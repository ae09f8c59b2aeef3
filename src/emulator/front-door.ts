/**
 * Front door: which requests are for this emulator and come from a program, not from a page of another site that a
 * browser on this machine has open.
 *
 * Rule 1: a `Host` is this machine's: an address, `localhost`, the name the emulator listens on, or one it was told. A
 * site can have its own name lead here (DNS rebinding); the browser then sends that name.
 * Rule 2: a request that a page of another origin made is refused, whatever it asks for. Browsers say so, in
 * `Sec-Fetch-Site` and `Origin`, and let no page change that; programs say nothing.
 * @module
 */
import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'

/** What a browser says of a request that the user made, or a page of the same origin. */
const ownSites = new Set(['none', 'same-origin'])

/** Why a request is not let in; undefined for one that is. `names` are further names this emulator goes by. */
export function doorRefusal(headers: IncomingHttpHeaders, names: ReadonlySet<string>): string | undefined {
  const { host, origin } = headers
  if (host === undefined || !isOwnHost(host, names)) {
    return 'This emulator does not go by that Host; start it with --allow-host NAME (allowedHosts) to let it.'
  }
  const site = headers['sec-fetch-site']
  if (site !== undefined && !ownSites.has(String(site))) return 'A page of another site may not use this emulator.'
  if (origin !== undefined && !isOrigin(origin, host)) return 'A page of another origin may not use this emulator.'
  return undefined
}

/** A name as it is compared: lower case, without the dot that may end it. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}

function isOwnHost(host: string, names: ReadonlySet<string>): boolean {
  if (/[^\w.:[\]-]/.test(host) || !URL.canParse(`http://${host}`)) return false
  const name = plainName(new URL(`http://${host}`).hostname)
  const address = name.replace(/^\[(.*)\]$/, '$1')
  return isIP(address) !== 0 || name === 'localhost' || name.endsWith('.localhost') || names.has(name)
}

function isOrigin(origin: string, host: string): boolean {
  return ['http', 'https'].some((scheme) => origin.toLowerCase() === `${scheme}://${host.toLowerCase()}`)
}
