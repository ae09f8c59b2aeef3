/**
 * Maps of the packed package: a debugger finds the source of a module, and an editor that of a declaration.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { dirname, join, normalize } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import ts from 'typescript'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { follow } from '../waiting/waiting.ts'

/** Paths in the tarball. The build is not this test's job. */
let packed: ReadonlySet<string>

beforeAll(async () => {
  const child = spawn('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: repositoryFolder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { stdout } = await follow(child, 'npm pack').ended()
  const [{ files }] = JSON.parse(stdout) as [{ readonly files: readonly { readonly path: string }[] }]
  packed = new Set(files.map(({ path }) => path))
})

function read(path: string): string {
  return readFileSync(join(repositoryFolder, path), 'utf8')
}

/** Modules and declarations in the tarball. */
function mapped(): readonly string[] {
  return [...packed].filter((path) => path.startsWith('dist/') && /\.(js|d\.ts)$/.test(path))
}

describe('every module and every file of declarations', () => {
  test('has a map in the tarball and names it', () => {
    expect(mapped().length).toBeGreaterThan(0)
    for (const path of mapped()) {
      expect(packed.has(`${path}.map`), path).toBe(true)
      expect(read(path), path).toMatch(/\/\/# sourceMappingURL=\S+\.map\s*$/)
    }
  })

  test('has sources that are in the tarball, and are not repeated in the map', () => {
    for (const path of mapped()) {
      const map = JSON.parse(read(`${path}.map`)) as { readonly sources: readonly string[]; sourcesContent?: unknown }
      expect(map.sourcesContent, path).toBeUndefined()
      const missing = map.sources
        .map((source) => normalize(join(dirname(path), source)))
        .filter((at) => !packed.has(at))
      expect(missing, path).toEqual([])
    }
  })
})

test('an editor is led from every exported name, and from every member, to the line that has it', () => {
  const { exports } = JSON.parse(read('package.json')) as {
    readonly exports: Readonly<Record<string, string | { readonly types: string }>>
  }
  const entries = Object.values(exports).flatMap((one) => (typeof one === 'string' ? [] : [normalize(one.types)]))
  const program = ts.createProgram(
    entries.map((path) => join(repositoryFolder, path)),
    { module: ts.ModuleKind.NodeNext, skipLibCheck: true, types: [] },
  )
  const checker = program.getTypeChecker()
  const astray: string[] = []
  let found = 0
  const maps = new Map<string, SourceMap>()
  const mapOf = (file: string): SourceMap => {
    let map = maps.get(file)
    if (map === undefined)
      maps.set(file, (map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')) as SourceMapPayload)))
    return map
  }
  const follow = (name: ts.Node): void => {
    const file = name.getSourceFile()
    if (!file.fileName.startsWith(join(repositoryFolder, 'dist'))) return
    const { line, character } = file.getLineAndCharacterOfPosition(name.getStart())
    const entry = mapOf(file.fileName).findEntry(line, character)
    const isMapped = 'originalSource' in entry
    const source = isMapped ? join(dirname(file.fileName), entry.originalSource) : undefined
    const text = isMapped ? readFileSync(source as string, 'utf8').split('\n')[entry.originalLine] : ''
    if (text?.includes(name.getText()) === true) found += 1
    else astray.push(`${name.getText()} at ${file.fileName}:${line + 1} → ${source}`)
  }
  for (const entry of entries) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(join(repositoryFolder, entry)) as ts.SourceFile)
    for (const exported of checker.getExportsOfModule(module as ts.Symbol)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
      for (const declaration of symbol.declarations ?? []) {
        const { name, members = [] } = declaration as ts.InterfaceDeclaration
        if (name !== undefined) follow(name)
        // `#private` stands for private fields, which have no place of their own.
        for (const { name: own } of members) if (own !== undefined && !ts.isPrivateIdentifier(own)) follow(own)
      }
    }
  }
  expect(astray).toEqual([])
  expect(found).toBeGreaterThan(1_000)
})
