/**
 * Limits: reads the named constants that limit the effect of outside input from the source, with the comment above each.
 * @module
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { table } from './markdown.ts'

/** One limit. */
export interface Limit {
  readonly name: string
  readonly value: string
  readonly why: string
  readonly file: string
}

const declaration = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:export )?const ([A-Z][A-Z0-9_]*) = (.+)/g

/** The documented constants of one file. */
export function constantsOf(file: string): readonly Limit[] {
  const source = readFileSync(join(repositoryFolder, file), 'utf8')
  return [...source.matchAll(declaration)].map(([, comment = '', name = '', value = '']) => ({
    name,
    value,
    file,
    why: comment.replaceAll(/\s*\n\s*\*\s?/g, ' ').trim(),
  }))
}

/** A table of the limits of these names. @throws Error for a name without a documented constant */
export function limitsTable(names: Readonly<Record<string, readonly string[]>>): string {
  const rows = Object.entries(names).flatMap(([file, wanted]) => {
    const known = constantsOf(file)
    return wanted.map((name) => {
      const limit = known.find((one) => one.name === name)
      if (limit === undefined) throw new Error(`${file} has no documented constant ${name}`)
      return [`\`${name}\``, `\`${limit.value}\``, limit.why, `[${file.replace('src/', '')}](../${file})`]
    })
  })
  return table(['limit', 'value', 'meaning and reason', 'where'], rows)
}
