/**
 * Examples: the programs in the `@example` tags of the exported names, and what is wrong with them.
 *
 * An example is a module of its own. What an application has anyway (`rollcall`, `call`, `bob`, …) need not be declared in it.
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** One example. */
export interface Example {
  /** `Owner.member`, or the exported name itself. */
  readonly name: string
  readonly program: string
}

/** What an example may use without saying where it comes from. */
const given = `
import type { CallHandle, Participant, Rollcall, Transport } from 'rollcall'
import type { TokenCredentialLike } from 'rollcall/graph'
declare global {
  const rollcall: Rollcall
  const call: CallHandle
  const bob: Participant
  const transport: Transport
  const credential: TokenCredentialLike
  const isRollcallError: typeof import('rollcall').isRollcallError
  const present: typeof import('rollcall').present
  /** The body of a callback, and a call as \`encodeCall\` made it. */
  const body: unknown
  const stored: unknown
}
`

const fence = /```ts\n(?<program>[\s\S]*?)```/g

/** The examples of what the entries of a program export, and of its members. */
export function examplesOf(program: ts.Program, root: string, entries: readonly string[]): readonly Example[] {
  const checker = program.getTypeChecker()
  const source = join(root, 'src')
  const found: Example[] = []
  const seen = new Set<ts.Symbol>()
  const take = (symbol: ts.Symbol, name: string): void => {
    if (seen.has(symbol)) return
    seen.add(symbol)
    const tags = symbol.getJsDocTags(checker).filter((tag) => tag.name === 'example')
    for (const { text } of tags)
      for (const { groups } of ts.displayPartsToString(text).matchAll(fence))
        found.push({ name, program: groups?.['program'] ?? '' })
  }
  for (const entry of entries) {
    const file = program.getSourceFile(entry)
    const module = file === undefined ? undefined : checker.getSymbolAtLocation(file)
    for (const exported of module === undefined ? [] : checker.getExportsOfModule(module)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
      take(symbol, symbol.name)
      for (const member of symbol.members?.values() ?? [])
        if (member.declarations?.some((one) => one.getSourceFile().fileName.startsWith(source)) === true)
          take(member, `${symbol.name}.${member.name}`)
    }
  }
  return found
}

/** What the compiler says of the examples, each as its own module; nothing, when they are right. */
export function compileExamples(
  root: string,
  examples: readonly Example[],
): readonly (readonly [name: string, complaint: string])[] {
  mkdirSync(join(root, '.tmp'), { recursive: true })
  const folder = mkdtempSync(join(root, '.tmp', 'examples-'))
  try {
    writeFileSync(join(folder, 'given.d.ts'), given)
    const files = examples.map(({ program }, index) => {
      const file = join(folder, `example-${index}.ts`)
      writeFileSync(file, `${program}\nexport {}\n`)
      return file
    })
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as {
      readonly config: { readonly compilerOptions: Readonly<Record<string, unknown>> }
    }
    const settings = { ...config.compilerOptions, noUnusedLocals: false, noUnusedParameters: false }
    const { options } = ts.convertCompilerOptionsFromJson(settings, root)
    const program = ts.createProgram([join(folder, 'given.d.ts'), ...files], options)
    return files.flatMap((file, index) => {
      const source = program.getSourceFile(file)
      const wrong = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
      return wrong.map(
        ({ messageText }) => [examples[index]?.name ?? '', ts.flattenDiagnosticMessageText(messageText, ' ')] as const,
      )
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
