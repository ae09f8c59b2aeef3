import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { isPacked, relativeTargets, repositoryTargets, toAbsolute, toRelative, type LinkSource } from './links.ts'
import { packedDocuments } from './pack-links.ts'

const read = (path: string): string => readFileSync(join(repositoryFolder, path), 'utf8')
const manifest = JSON.parse(read('package.json')) as LinkSource & {
  readonly homepage: string
  readonly bugs: { readonly url: string }
  readonly author: string
  readonly scripts: Readonly<Record<string, string>>
}
const page = manifest.repository.url.replace(/^git\+/, '').replace(/\.git$/, '')
const documents = packedDocuments(manifest)

test('the package says where it comes from, with one address', () => {
  expect(page).toMatch(/^https:\/\/github\.com\/[\w-]+\/rollcall$/)
  expect(manifest.homepage).toBe(`${page}#readme`)
  expect(manifest.bugs.url).toBe(`${page}/issues`)
  expect(read('LICENSE')).toContain(manifest.author)
})

describe('the README as packed', () => {
  const packed = toAbsolute('README.md', read('README.md'), manifest)

  test('has no relative link or picture, which a registry could not follow', () => {
    expect(relativeTargets(packed)).toEqual([])
    expect(relativeTargets(read('README.md')).length).toBeGreaterThan(0)
  })

  test('links to files that the repository has, and loads its pictures as pictures', () => {
    const targets = repositoryTargets(packed, manifest)
    expect(targets).toContain('docs/pictures/light.png')
    expect(targets.filter((path) => !existsSync(join(repositoryFolder, path)))).toEqual([])
    for (const [, picture] of packed.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g))
      expect(picture).toMatch(/^https:\/\/raw\.githubusercontent\.com\/.+\/HEAD\/docs\/pictures\//)
  })
})

describe.each(documents)('%s as packed', (path) => {
  const packed = toAbsolute(path, read(path), manifest)

  test('links only to what is packed, or absolutely to what the repository has', () => {
    const beside = relativeTargets(packed).map((target) => join(path, '..', target.split('#')[0] ?? ''))
    expect(beside.filter((target) => !isPacked(target, manifest))).toEqual([])
    expect(repositoryTargets(packed, manifest).filter((one) => !existsSync(join(repositoryFolder, one)))).toEqual([])
  })

  test('becomes again what the repository has, also when it was packed twice', () => {
    expect(toRelative(path, packed, manifest)).toBe(read(path))
    expect(toAbsolute(path, packed, manifest)).toBe(packed)
    expect(toRelative(path, read(path), manifest)).toBe(read(path))
  })
})

test('pictures are not packed, and the scripts of packing change the links and change them back', () => {
  expect(isPacked('docs/pictures/light.png', manifest)).toBe(false)
  expect(isPacked('docs/inspect.md', manifest)).toBe(true)
  expect(isPacked('src/index.ts', manifest)).toBe(true)
  expect(isPacked('src/inspect/page/main.tsx', manifest)).toBe(false)
  expect(manifest.scripts['prepack']).toMatch(/node test\/package\/pack-links\.ts absolute$/)
  expect(manifest.scripts['postpack']).toBe('node test/package/pack-links.ts relative')
})
