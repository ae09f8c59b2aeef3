/**
 * The documents as they are packed: a relative link that leads out of the package becomes an absolute one.
 *
 * Rule 1: in the README every relative link becomes absolute, because a registry shows it without the files beside it.
 * In the other documents only a link to a file that is not packed (pictures, sources, tests) does.
 * Rule 2: `toRelative` undoes `toAbsolute` exactly, so that the repository keeps its relative links: `prepack` calls
 * the one, `postpack` the other, and a pack that was interrupted is undone by the next.
 * @module
 */
import { posix } from 'node:path'

/** The fields of package.json that the links follow from. */
export interface LinkSource {
  readonly repository: { readonly url: string }
  readonly files: readonly string[]
}

const README = 'README.md'

/** Files that npm packs whatever `files` says. */
const alwaysPacked = [README, 'LICENSE', 'package.json']

/** A Markdown link or picture: what stands before the target, the target, and what follows it. */
const link = /(?<start>!?\[(?:[^[\]]|\[[^\]]*\])*\]\()(?<target>[^)\s]+)(?<end>\))/g

const isPicture = (path: string): boolean => /\.(?:png|svg|gif|jpe?g|webp)$/.test(path)

/** The repository's page without `git+` and `.git`. */
function pageOf({ repository }: LinkSource): string {
  return repository.url.replace(/^git\+/, '').replace(/\.git$/, '')
}

/** Where files are read as pages, and where pictures are loaded from; `HEAD` is the default branch. */
function prefixesOf(source: LinkSource): { readonly page: string; readonly raw: string } {
  const page = pageOf(source)
  return {
    page: `${page}/blob/HEAD/`,
    raw: `${page.replace('https://github.com/', 'https://raw.githubusercontent.com/')}/HEAD/`,
  }
}

/** True for a path that is in the packed package. */
export function isPacked(path: string, { files }: LinkSource): boolean {
  const isUnder = (folder: string): boolean => path === folder || path.startsWith(`${folder}/`)
  const [excluded, included] = [
    files.filter((name) => name.startsWith('!')),
    files.filter((name) => !name.startsWith('!')),
  ]
  if (excluded.some((name) => isUnder(name.slice(1)))) return false
  return alwaysPacked.includes(path) || included.some(isUnder)
}

/** The document with absolute links where relative ones would lead nowhere. `path` is the document's own, from the top. */
export function toAbsolute(path: string, markdown: string, source: LinkSource): string {
  const { page, raw } = prefixesOf(source)
  return markdown.replaceAll(link, (whole, start: string, target: string, end: string) => {
    if (/^[a-z]+:|^#/.test(target)) return whole
    const [file = '', anchor] = target.split('#')
    const full = posix.join(posix.dirname(path), file)
    if (path !== README && isPacked(full, source)) return whole
    return `${start}${isPicture(full) ? raw : page}${full}${anchor === undefined ? '' : `#${anchor}`}${end}`
  })
}

/** The document with relative links, as the repository has it. */
export function toRelative(path: string, markdown: string, source: LinkSource): string {
  const { page, raw } = prefixesOf(source)
  return markdown.replaceAll(link, (whole, start: string, target: string, end: string) => {
    const prefix = [page, raw].find((one) => target.startsWith(one))
    if (prefix === undefined) return whole
    const [file = '', anchor] = target.slice(prefix.length).split('#')
    const relative = posix.relative(posix.dirname(path), file)
    return `${start}${relative}${anchor === undefined ? '' : `#${anchor}`}${end}`
  })
}

/** The links of a document that a reader of it alone cannot follow: relative ones, anchors of its own aside. */
export function relativeTargets(markdown: string): readonly string[] {
  return [...markdown.matchAll(link)]
    .map(({ groups }) => groups?.['target'] ?? '')
    .filter((target) => !/^[a-z]+:|^#/.test(target))
}

/** The files of the repository that absolute links lead to. */
export function repositoryTargets(markdown: string, source: LinkSource): readonly string[] {
  const { page, raw } = prefixesOf(source)
  return [...markdown.matchAll(link)].flatMap(({ groups }) => {
    const target = groups?.['target'] ?? ''
    const prefix = [page, raw].find((one) => target.startsWith(one))
    return prefix === undefined ? [] : [target.slice(prefix.length).split('#')[0] ?? '']
  })
}
