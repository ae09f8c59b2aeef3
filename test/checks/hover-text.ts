/**
 * Hover text: every name that a user of the package can point at in an editor has a doc comment.
 *
 * Names are what the entries of the package export, and the members of their interfaces, classes and object types, written
 * out in unions as well. What is inherited or referred to is checked where it is written. The discriminant of a union needs no
 * comment: its literal type is what there is to say.
 * @module
 */
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript'

/** A name without a doc comment. */
export interface Undocumented {
  /** `Owner.member`, or the exported name itself. */
  readonly name: string
  /** The file, below the root of the program, and the position of the declaration. */
  readonly file: string
  readonly position: number
}

/** The source files of the package's entries, from the build's own table. */
export function entriesOf(root: string): readonly string[] {
  const { tsup } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly tsup: { readonly entry: Readonly<Record<string, string>> }
  }
  return Object.entries(tsup.entry)
    .filter(([name]) => name !== 'cli')
    .map(([, file]) => join(root, file))
}

const programs = new Map<string, ts.Program>()

/** The program of the package's entries, read as the project reads its sources; one for all tests of a process. */
export function packageProgram(root: string): ts.Program {
  let program = programs.get(root)
  if (program === undefined) programs.set(root, (program = programOf(root, entriesOf(root))))
  return program
}

/** The program of some entries, read as the project reads its sources. */
export function programOf(root: string, entries: readonly string[]): ts.Program {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as {
    readonly config: { readonly compilerOptions: unknown }
  }
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
  return ts.createProgram(entries, options)
}

/** What the entries export, and its members, without a doc comment; `counted` is how many names were looked at. */
export function findUndocumented(
  program: ts.Program,
  root: string,
  entries: readonly string[],
): { readonly counted: number; readonly missing: readonly Undocumented[] } {
  const checker = program.getTypeChecker()
  const source = join(root, 'src')
  const seen = new Set<ts.Symbol>()
  const missing: Undocumented[] = []

  const look = (symbol: ts.Symbol, declaration: ts.Declaration, name: string): void => {
    // An editor shows the comment of the overload that is used, and that alone.
    const isDocumented =
      (symbol.declarations?.length ?? 0) > 1
        ? ts.getJSDocCommentsAndTags(declaration).length > 0
        : symbol.getDocumentationComment(checker).length > 0 || symbol.getJsDocTags(checker).length > 0
    if (isDocumented) return
    const file = declaration.getSourceFile()
    missing.push({ name, file: relative(root, file.fileName), position: declaration.getStart() })
  }

  const lookAtMembers = (members: readonly (ts.TypeElement | ts.ClassElement)[], owner: string): void => {
    for (const member of members) {
      const isNamed = member.name !== undefined && (ts.isIdentifier(member.name) || ts.isStringLiteral(member.name))
      if (!isNamed || isHidden(member)) continue
      if (isDiscriminant(member)) continue
      const symbol = checker.getSymbolAtLocation(member.name as ts.Node)
      const name = `${owner}.${(member.name as ts.Identifier).text}`
      if (symbol === undefined) continue
      seen.add(symbol)
      look(symbol, member, name)
      if ('type' in member && member.type !== undefined) lookAtType(member.type as ts.TypeNode, name)
    }
  }

  const lookAtType = (type: ts.Node, owner: string): void => {
    if (ts.isTypeLiteralNode(type)) lookAtMembers([...type.members], owner)
    else ts.forEachChild(type, (child) => lookAtType(child, owner))
  }

  const lookAtExport = (exported: ts.Symbol): void => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
    const own = (symbol.declarations ?? []).filter((one) => one.getSourceFile().fileName.startsWith(source))
    const [first] = own
    if (first === undefined || seen.has(symbol)) return
    seen.add(symbol)
    look(symbol, first, symbol.name)
    for (const declaration of own) {
      if (ts.isInterfaceDeclaration(declaration)) lookAtMembers([...declaration.members], symbol.name)
      else if (ts.isClassDeclaration(declaration)) lookAtMembers([...declaration.members], symbol.name)
      else if (ts.isTypeAliasDeclaration(declaration)) lookAtType(declaration.type, symbol.name)
    }
  }

  for (const entry of entries) {
    const file = program.getSourceFile(entry)
    const module = file === undefined ? undefined : checker.getSymbolAtLocation(file)
    if (module === undefined) throw new TypeError(`there is no module ${entry}`)
    for (const exported of checker.getExportsOfModule(module)) lookAtExport(exported)
  }
  return { counted: seen.size, missing }
}

function isHidden(member: ts.TypeElement | ts.ClassElement): boolean {
  const modifiers = ts.canHaveModifiers(member) ? (ts.getModifiers(member) ?? []) : []
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword)
}

/** A member of a union's variant whose type is one literal. */
function isDiscriminant(member: ts.TypeElement | ts.ClassElement): boolean {
  if (!ts.isPropertySignature(member) || member.type === undefined || !ts.isLiteralTypeNode(member.type)) return false
  let parent: ts.Node = member.parent.parent
  while (ts.isParenthesizedTypeNode(parent) || ts.isIntersectionTypeNode(parent)) parent = parent.parent
  return ts.isUnionTypeNode(parent)
}
