/**
 * Dialect: that the layers behind the edges speak no service's language. What a status, a code or a message means is
 * read at the edge of the service (ADR 0030); the participant, the call and the host go by reasons and causes, the
 * simulated world by outcomes and refusals.
 *
 * The check takes files and returns violations as sentences, so that it can be shown to reject bad ones. Comments may
 * say what they like.
 * @module
 */
import ts from 'typescript'
import { causeRows } from '../../src/graph/wire/result-codes.ts'
import { visit, type SourceFile } from './source-file.ts'

/** The layers that speak no service's language. */
export const neutralLayers = ['src/participant', 'src/call', 'src/host', 'src/simulator/world'] as const

/** What looks like a service's word and is none, by file: everything in it, or the one number or text. */
export const exemptions: ReadonlyMap<string, string | number> = new Map<string, string | number>([
  // The status that a webhook answers with: a hint for people who serve HTTP themselves.
  ['src/call/model/errors.ts', 'everything'],
  // A wait in milliseconds.
  ['src/call/roster-fetch.ts', 500],
  ['src/simulator/world/invites.ts', 200],
  // What a caller copies from a service's answer, and the invite leaves out.
  ['src/host/api/invite-options.ts', '@odata.'],
])

/** Every number of Graph's table that nobody would write for another reason; SIP answers and the statuses of HTTP. */
const codes: ReadonlySet<number> = new Set([
  ...causeRows
    .flatMap(({ code }) => code.split('/'))
    .map(Number)
    .filter((code) => code >= 100),
  ...Array.from({ length: 300 }, (_, index) => 400 + index),
  8522,
  8528,
  8543,
  8558,
])

/** Names under which statuses and codes go. */
const codeNames = new Set(['status', 'code', 'subcode', 'serviceCode', 'statusCode'])

/** Names under which the service's own words go. */
const proseNames = new Set(['message', 'reason'])

/** What is asked of a text to find out what it says. Cutting something out of it, which `replace` does, is no question. */
const questions = new Set(['match', 'matchAll', 'search', 'includes', 'startsWith', 'endsWith', 'indexOf', 'split'])

/** What is asked of a pattern. */
const patternQuestions = new Set(['test', 'exec'])

const comparisons = new Set([
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.LessThanToken,
  ts.SyntaxKind.LessThanEqualsToken,
  ts.SyntaxKind.GreaterThanToken,
  ts.SyntaxKind.GreaterThanEqualsToken,
])

/** A word that only messages of Microsoft's services hold. */
const DIAGNOSIS = /DiagCode/i

/** Annotations, type names and URLs that only Graph's wire has. */
const WIRE = /@odata|microsoft\.graph|communications\/calls/i

/** Where files of the neutral layers judge by a status or a code, or read a message. */
export function dialects(files: readonly SourceFile[], exempt = exemptions): readonly string[] {
  return files
    .filter(({ path }) => neutralLayers.some((layer) => path.startsWith(`${layer}/`)))
    .filter(({ path }) => exempt.get(path) !== 'everything')
    .flatMap((file) => {
      const found: string[] = []
      visit(file.tree, (node) => {
        const what = dialectOf(node, exempt.get(file.path))
        if (what === undefined) return
        const { line } = file.tree.getLineAndCharacterOfPosition(node.getStart(file.tree))
        found.push(`${file.path}:${line + 1} ${what}`)
      })
      return found
    })
}

function dialectOf(node: ts.Node, allowed: unknown): string | undefined {
  const code = codeOf(node)
  if (code !== undefined && code !== allowed) return `holds the code ${code}`
  if (isTextual(node) && DIAGNOSIS.test(node.text)) return 'looks for a diagnosis in a message'
  if (isTextual(node) && node.text !== allowed && WIRE.test(node.text)) return `holds words of a wire, ${node.text}`
  if (ts.isBinaryExpression(node) && comparisons.has(node.operatorToken.kind)) {
    const sides = [node.left, node.right]
    const isJudged = sides.some((side) => codeNames.has(nameOf(side)))
    if (isJudged && sides.some(ts.isNumericLiteral))
      return `compares a ${sides.map(nameOf).find(Boolean)} with a number`
  }
  return ts.isCallExpression(node) && isQuestion(node) ? "asks what the service's words say" : undefined
}

/** The code that a literal, a number or its digits as text, may be. What is counted or measured is spelled `5_000`. */
function codeOf(node: ts.Node): number | undefined {
  if (!ts.isNumericLiteral(node) && !ts.isStringLiteralLike(node)) return undefined
  const number = /^\d+$/.test(ts.isNumericLiteral(node) ? node.getText() : node.text) ? Number(node.text) : undefined
  return number !== undefined && codes.has(number) ? number : undefined
}

function isTextual(node: ts.Node): node is ts.LiteralLikeNode {
  return ts.isLiteralExpression(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)
}

/** `message.match(…)`, `reason?.includes(…)`, `pattern.test(message)`. */
function isQuestion({ expression, arguments: given }: ts.CallExpression): boolean {
  if (!ts.isPropertyAccessExpression(expression)) return false
  const asked = expression.name.text
  if (questions.has(asked)) return proseNames.has(nameOf(expression.expression))
  return patternQuestions.has(asked) && given.some((one) => proseNames.has(nameOf(one)))
}

/** The last name of `a`, `b.a` and `b?.a`; nothing of other expressions. */
function nameOf(node: ts.Node): string {
  if (ts.isIdentifier(node)) return node.text
  return ts.isPropertyAccessExpression(node) ? node.name.text : ''
}
