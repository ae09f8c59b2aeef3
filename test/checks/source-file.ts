/**
 * Source files as the checks see them: a path from the repository's top and a parsed text.
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { repositoryFolder } from './repository-folder.ts'

/** One file, with its syntax tree. */
export interface SourceFile {
  /** From the repository's top, with forward slashes. */
  readonly path: string
  readonly text: string
  readonly tree: ts.SourceFile
}

/** A file made of a text, as if it stood at the path. */
export function sourceFile(path: string, text: string): SourceFile {
  return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true) }
}

/** Every TypeScript file below a folder of the repository, in the order of their paths. */
export function sourceFilesIn(folder: string): readonly SourceFile[] {
  return readdirSync(join(repositoryFolder, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(repositoryFolder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
    .map((path) => sourceFile(path, readFileSync(join(repositoryFolder, path), 'utf8')))
}

/** What a file imports, types and re-exports included, in the order of the text. */
export function importsOf(file: SourceFile): readonly string[] {
  const found: string[] = []
  visit(file.tree, (node) => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier)
      found.push(textOf(node.moduleSpecifier))
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) found.push(textOf(node.argument.literal))
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      found.push(textOf(node.arguments[0]))
  })
  return found
}

/** The path a relative import leads to, or undefined when it names a package. */
export function resolveImport(file: SourceFile, specifier: string): string | undefined {
  return specifier.startsWith('.') ? join(dirname(file.path), specifier).replaceAll('\\', '/') : undefined
}

/** Calls `see` with every node of a tree, parents first. */
export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node)
  ts.forEachChild(node, (child) => visit(child, see))
}

function textOf(node: ts.Node | undefined): string {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : '(computed)'
}
