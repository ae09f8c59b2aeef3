/**
 * Maps of declarations, completed: the plugin that bundles declarations maps the names of what is exported, and types that are
 * referred to. Here the names of members are added, so that an editor leads from `call.remove` to its source.
 * @module
 */
import { decode, encode, type SourceMapMappings, type SourceMapSegment } from '@jridgewell/sourcemap-codec'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import ts from 'typescript'

interface SourceMapFile {
  readonly sources: readonly string[]
  mappings: string
}

/** A place in a text, from 0. */
interface Place {
  readonly line: number
  readonly column: number
}

/** A declaration, or a type with members. */
type Owner = ts.Node

/** Adds the members of every mapped declaration to the map of a file of declarations. */
export function addMembers(declarations: string): void {
  const mapPath = `${declarations}.map`
  const map = JSON.parse(readFileSync(mapPath, 'utf8')) as SourceMapFile
  const mappings = decode(map.mappings)
  const written = parse(declarations)
  const sources = map.sources.map((source) => parse(resolve(dirname(declarations), source)))
  for (const statement of written.statements) {
    for (const [name, owner] of namesOf(statement)) {
      const found = segmentAt(mappings, placeOf(written, name))
      const source = found === undefined ? undefined : sources[found[1] as number]
      if (source === undefined) continue
      for (const other of source.statements)
        for (const [otherName, otherOwner] of namesOf(other))
          if (otherName.getText() === name.getText() && other.kind === statement.kind) {
            const add = (at: ts.Node, to: ts.Node): void =>
              insert(mappings, placeOf(written, at), found?.[1] as number, placeOf(source, to))
            add(name, otherName)
            pairMembers(owner, otherOwner, add)
          }
    }
  }
  map.mappings = encode(mappings)
  writeFileSync(mapPath, JSON.stringify(map))
}

function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
}

function placeOf(file: ts.SourceFile, node: ts.Node): Place {
  const { line, character } = file.getLineAndCharacterOfPosition(node.getStart(file))
  return { line, column: character }
}

/** What a statement declares: each name, and the node that has its members. */
function namesOf(statement: ts.Statement): readonly (readonly [name: ts.Node, owner: Owner])[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map((one) => [one.name, one.type ?? one] as const)
  const { name } = statement as ts.Statement & { readonly name?: ts.Node }
  return name === undefined ? [] : [[name, statement]]
}

/** The last segment of a line that begins at the place or before it. */
function segmentAt(mappings: SourceMapMappings, { line, column }: Place): SourceMapSegment | undefined {
  return mappings[line]?.findLast((segment) => segment.length > 1 && segment[0] <= column)
}

function insert(mappings: SourceMapMappings, from: Place, source: number, to: Place): void {
  while (mappings.length <= from.line) mappings.push([])
  const kept = (mappings[from.line] ?? []).filter(([column]) => column !== from.column)
  mappings[from.line] = [...kept, [from.column, source, to.line, to.column] as SourceMapSegment].sort(
    ([one], [other]) => one - other,
  )
}

/** Pairs members by their names, in order, and what their types have inside. */
function pairMembers(owner: Owner, other: Owner, add: (at: ts.Node, to: ts.Node) => void): void {
  const [mine, theirs] = [membersIn(owner), membersIn(other)]
  for (const [name, nodes] of mine)
    for (const [index, node] of nodes.entries()) {
      const match = theirs.get(name)?.[index] ?? theirs.get(name)?.at(-1)
      if (match !== undefined) add(node, match)
    }
}

/** The names of all members inside a node, nested ones too, by their text. */
function membersIn(owner: Owner): ReadonlyMap<string, readonly ts.Node[]> {
  const found = new Map<string, ts.Node[]>()
  const look = (node: ts.Node): void => {
    if (ts.isBlock(node)) return
    const { name } = node as ts.Node & { readonly name?: ts.Node }
    const isMember = (ts.isTypeElement(node) || ts.isClassElement(node)) && name !== undefined
    if (isMember) found.set(name.getText(), [...(found.get(name.getText()) ?? []), name])
    ts.forEachChild(node, look)
  }
  ts.forEachChild(owner, look)
  return found
}
