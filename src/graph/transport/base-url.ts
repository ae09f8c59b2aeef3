/**
 * Base URL: the address of Graph, in any of its usual spellings.
 * @module
 */
import type { Fault, Shape } from '../../call/codec/schema.ts'
import type { GraphPathPrefix, GraphVersion } from '../wire/shapes.ts'

/** The target of requests. */
export interface GraphAddress {
  readonly origin: string
  /** Everything up to `calls`: `https://graph.microsoft.com/v1.0/communications`. */
  root(version?: GraphVersion): string
}

/** An absolute http(s) URL without credentials, query or fragment. */
export const baseUrlShape: Shape<string> = (value) => {
  const fault = (expected: string): Fault => ({ path: '', expected, found: value })
  if (typeof value !== 'string' || !URL.canParse(value))
    return fault('an absolute URL such as https://graph.microsoft.com')
  const { protocol, username, password, search, hash } = new URL(value)
  if (protocol !== 'https:' && protocol !== 'http:') return fault('an http or https URL')
  if (username !== '' || password !== '') return fault('a URL without credentials')
  return search === '' && hash === '' ? undefined : fault('a URL without query and fragment')
}

/** Reads `baseUrl`, which may end with a slash, with `/v1.0` or with `/beta`; an explicit `version` wins over that. */
export function readBaseUrl(
  baseUrl: string,
  version: GraphVersion | undefined,
  pathPrefix: GraphPathPrefix,
): GraphAddress {
  const url = new URL(baseUrl)
  const path = url.pathname.replace(/\/+$/, '')
  const found = /\/(v1\.0|beta)$/i.exec(path)
  const base = `${url.origin}${found === null ? path : path.slice(0, found.index)}`
  const own = version ?? (found?.[1]?.toLowerCase() === 'beta' ? 'beta' : 'v1.0')
  return { origin: url.origin, root: (other = own) => `${base}/${other}/${pathPrefix}` }
}
