/**
 * Style: the habits of this code that a machine can see. Each check takes files and returns violations as sentences.
 * @module
 */
import ts from 'typescript'
import type { SourceFile } from './source-file.ts'

/** A longer file makes a reader scroll. */
const LONGEST_FILE = 420

/** Loose ends; in halves, or this file would hold them itself. */
const looseEnds = anyOf('TO/DO', 'FIX/ME', 'XX/X')

/** Paths of one machine. */
const machinePaths = anyOf('>wo/rk>', '>tm/p>', '>ro/ot>', '>ho/me>')

/** Files that a reader cannot take in at once. */
export function longFiles(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter(({ text }) => text.split('\n').length - 1 > LONGEST_FILE)
    .map(({ path }) => `${path} has more than ${LONGEST_FILE} lines`)
}

/** Modules that do not open by saying what they are for. */
export function headless(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter(({ text }) => !/^(?:#!.*\n)?\/\*\*\n \* \S[\s\S]*?@module\n \*\/\n/.test(text))
    .map(({ path }) => `${path} does not open with a module comment`)
}

/** Exports without a summary. */
export function undocumentedExports(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) =>
    file.tree.statements.filter(isExported).flatMap((statement) => {
      const summary = ts
        .getJSDocCommentsAndTags(statement)
        .map((comment) => ts.getTextOfJSDocComment(comment.comment) ?? '')
        .join('')
      if (summary.trim() !== '') return []
      const { line } = file.tree.getLineAndCharacterOfPosition(statement.getStart(file.tree))
      return [`${file.path}:${line + 1} is exported without a summary`]
    }),
  )
}

/** Lines that no reader should meet: loose ends and paths of one machine. */
export function unwantedLines(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const at = `${path}:${index + 1}`
      if (looseEnds.test(line)) return [`${at} has a loose end: ${line.trim()}`]
      if (machinePaths.test(line)) return [`${at} names a path of one machine: ${line.trim()}`]
      return []
    }),
  )
}

/** Matches any of the texts, once their halves are put together: `/` joins, `>` stands for a slash. */
function anyOf(...halves: readonly string[]): RegExp {
  return new RegExp(halves.map((text) => text.replaceAll('/', '').replaceAll('>', '/')).join('|'))
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)
  )
}
