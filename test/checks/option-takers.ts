/**
 * Option takers: what of a package's public names takes an object of options, read off the sources.
 *
 * An option taker is an exported function, a constructor of an exported class, or a method of an exported interface or
 * class, one of whose parameters is of a type whose name ends in `Options` or `Filter`, is an object type written in place, or has
 * `{}` as its default.
 * @module
 */
import ts from 'typescript'
import { resolveImport, type SourceFile } from './source-file.ts'

/** The option takers of an entry point: `createRollcall`, `Driver`, `CallHandle.invite`. */
export function optionTakersOf(entry: SourceFile, files: ReadonlyMap<string, SourceFile>): readonly string[] {
  return exportsOf(entry).flatMap(({ name, specifier }) => {
    const path = resolveImport(entry, specifier)
    const file = path === undefined ? undefined : files.get(path)
    return file === undefined ? [] : takersIn(name, name, file, files)
  })
}

interface Export {
  readonly name: string
  /** The module that declares it. */
  readonly specifier: string
}

function exportsOf(entry: SourceFile): readonly Export[] {
  return entry.tree.statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement) || statement.exportClause === undefined) return []
    const { exportClause, moduleSpecifier } = statement
    if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier) || !ts.isNamedExports(exportClause))
      return []
    return exportClause.elements.map(({ name, propertyName }) => ({
      name: (propertyName ?? name).text,
      specifier: moduleSpecifier.text,
    }))
  })
}

type Declaration = ts.FunctionDeclaration | ts.ClassDeclaration | ts.InterfaceDeclaration

function isDeclarationOf(statement: ts.Statement, name: string): statement is Declaration {
  return (
    (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement)) &&
    statement.name?.text === name
  )
}

/** The takers of a declaration, the methods that an interface inherits included, all named after `owner`. */
function takersIn(
  owner: string,
  name: string,
  file: SourceFile,
  files: ReadonlyMap<string, SourceFile>,
): readonly string[] {
  const declaration = file.tree.statements.find((statement) => isDeclarationOf(statement, name))
  if (declaration === undefined) return []
  const own = takersOf(owner, declaration)
  if (!ts.isInterfaceDeclaration(declaration)) return own
  const bases = (declaration.heritageClauses ?? []).flatMap(({ types }) => types.map(({ expression }) => expression))
  const inherited = bases.flatMap((base) => {
    if (!ts.isIdentifier(base)) return []
    const from = files.get(importedFrom(file, base.text) ?? '') ?? file
    return takersIn(owner, base.text, from, files)
  })
  return [...new Set([...own, ...inherited])]
}

/** The path that a name is imported from, or undefined. */
function importedFrom(file: SourceFile, name: string): string | undefined {
  for (const statement of file.tree.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue
    const bindings = statement.importClause?.namedBindings
    if (bindings === undefined || !ts.isNamedImports(bindings)) continue
    if (bindings.elements.some((element) => element.name.text === name))
      return resolveImport(file, statement.moduleSpecifier.text)
  }
  return undefined
}

function takersOf(name: string, declaration: Declaration): readonly string[] {
  if (ts.isFunctionDeclaration(declaration)) return takesOptions(declaration) ? [name] : []
  const members: readonly (ts.ClassElement | ts.TypeElement)[] = declaration.members
  const found = members.flatMap((member) => {
    if (ts.isConstructorDeclaration(member)) return takesOptions(member) ? [name] : []
    const isMethod = ts.isMethodSignature(member) || ts.isMethodDeclaration(member)
    return isMethod && takesOptions(member) && ts.isIdentifier(member.name) ? [`${name}.${member.name.text}`] : []
  })
  return [...new Set(found)]
}

function takesOptions({ parameters }: ts.SignatureDeclarationBase): boolean {
  return parameters.some(
    ({ type, initializer }) =>
      (type !== undefined && isOptions(type)) ||
      (initializer !== undefined && ts.isObjectLiteralExpression(initializer) && initializer.properties.length === 0),
  )
}

function isOptions(type: ts.TypeNode): boolean {
  if (ts.isTypeLiteralNode(type)) return type.members.some(({ questionToken }) => questionToken !== undefined)
  if (ts.isUnionTypeNode(type) || ts.isIntersectionTypeNode(type)) return type.types.some(isOptions)
  if (!ts.isTypeReferenceNode(type)) return false
  const isNamedSo = /(Options|Filter)$/.test(type.typeName.getText())
  return isNamedSo || (type.typeArguments?.some(isOptions) ?? false)
}
