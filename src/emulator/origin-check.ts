/**
 * Origin check: accepts requests of programs for this emulator, and refuses requests that pages of other sites send
 * from a browser on this machine.
 *
 * Rule 1: the `Host` must be an IP address, `localhost`, the name the emulator listens on, or an allowed name. A site
 * can point its own name at this machine (DNS rebinding); the browser then sends that name.
 * Rule 2: requests from pages of other origins are refused. Browsers mark them with `Sec-Fetch-Site` and `Origin`,
 * which pages cannot change; programs send neither.
 * @module
 */
import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'

/** `Sec-Fetch-Site` of requests by the user or by a page of the same origin. */
const ownSites = new Set(['none', 'same-origin'])

/** The reason to refuse a request; undefined to accept it. `names` are further allowed host names. */
export function originRefusal(headers: IncomingHttpHeaders, names: ReadonlySet<string>): string | undefined {
  const { host, origin } = headers
  if (host === undefined || !isOwnHost(host, names)) {
    return 'This Host is not allowed; start the emulator with --allowed-host NAME (allowedHosts) to allow it.'
  }
  const site = headers['sec-fetch-site']
  if (site !== undefined && !ownSites.has(String(site))) return 'Pages of other sites may not use this emulator.'
  if (origin !== undefined && !isOrigin(origin, host)) return 'Pages of other origins may not use this emulator.'
  return undefined
}

/** A host name in lower case, without a trailing dot. */
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
