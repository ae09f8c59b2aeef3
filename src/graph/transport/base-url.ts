/**
 * Base URL: the address of Graph, in any of its usual spellings.
 * @module
 */
import type { GraphPathPrefix, GraphVersion } from '../wire/shapes.ts'

/** The target of requests. */
export interface GraphAddress {
  readonly origin: string
  /** Everything up to `calls`: `https://graph.microsoft.com/v1.0/communications`. */
  root(version?: GraphVersion): string
}

/**
 * Reads `baseUrl`, which may end with a slash, with `/v1.0` or with `/beta`; an explicit `version` wins over that.
 * @throws TypeError when it is not an absolute http(s) URL, or carries credentials, a query or a fragment
 */
export function readBaseUrl(
  baseUrl: string,
  version: GraphVersion | undefined,
  pathPrefix: GraphPathPrefix,
): GraphAddress {
  if (!URL.canParse(baseUrl))
    throw new TypeError('baseUrl: expected an absolute URL such as https://graph.microsoft.com')
  const url = new URL(baseUrl)
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new TypeError('baseUrl: expected an http or https URL')
  if (url.username !== '' || url.password !== '') throw new TypeError('baseUrl: expected a URL without credentials')
  if (url.search !== '' || url.hash !== '') throw new TypeError('baseUrl: expected a URL without query and fragment')
  const path = url.pathname.replace(/\/+$/, '')
  const found = /\/(v1\.0|beta)$/i.exec(path)
  const base = `${url.origin}${found === null ? path : path.slice(0, found.index)}`
  const own = version ?? (found?.[1]?.toLowerCase() === 'beta' ? 'beta' : 'v1.0')
  return { origin: url.origin, root: (other = own) => `${base}/${other}/${pathPrefix}` }
}
