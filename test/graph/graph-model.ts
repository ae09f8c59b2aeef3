/**
 * Graph's published v1.0 model, and a check of JSON against it: property names, types, enum members.
 *
 * Rule: open types may have more properties than the model lists; closed ones, and action parameters, may not.
 * @module
 */
import { readFileSync } from 'node:fs'

interface Property {
  readonly type: string
  readonly nullable?: boolean
}

interface ModelType {
  readonly base: string | null
  readonly open: boolean
  readonly properties: Readonly<Record<string, Property>>
}

const model = JSON.parse(readFileSync(new URL('model.json', import.meta.url), 'utf8')) as {
  readonly types: Readonly<Record<string, ModelType>>
  readonly enums: Readonly<Record<string, readonly string[]>>
  readonly actions: Readonly<
    Record<string, readonly { readonly boundTo: string; readonly parameters: Readonly<Record<string, string>> }[]>
  >
}

const bare = (name: string): string => name.replace(/^#/, '').replace(/^(microsoft\.)?graph\./, '')

/** What is wrong with `value` as a `typeName`, one line a fault. */
export function faultsOfType(typeName: string, value: unknown, path = '$'): readonly string[] {
  const collection = /^Collection\((.*)\)$/.exec(typeName)
  if (collection !== null) {
    if (!Array.isArray(value)) return [`${path}: not an array`]
    return value.flatMap((item, index) => faultsOfType(collection[1] ?? '', item, `${path}[${index}]`))
  }
  if (typeName.startsWith('Edm.')) return faultsOfPrimitive(typeName, value, path)
  const members = model.enums[bare(typeName)]
  if (members !== undefined)
    return members.includes(String(value)) ? [] : [`${path}: ${String(value)} is no ${bare(typeName)}`]
  return faultsOfObject(bare(typeName), value, path)
}

/** What is wrong with the body of an action, one line a fault. */
export function faultsOfAction(
  action: string,
  boundTo: string,
  body: Readonly<Record<string, unknown>>,
): readonly string[] {
  const overload = model.actions[action]?.find((candidate) => candidate.boundTo.endsWith(boundTo))
  if (overload === undefined) return [`no action ${action} of ${boundTo}`]
  return Object.entries(body).flatMap(([name, value]) => {
    const type = overload.parameters[name]
    return type === undefined ? [`$.${name}: no parameter of ${action}`] : faultsOfType(type, value, `$.${name}`)
  })
}

function faultsOfPrimitive(typeName: string, value: unknown, path: string): readonly string[] {
  const kind = typeName === 'Edm.Boolean' ? 'boolean' : /Int|Double/.test(typeName) ? 'number' : 'string'
  return typeof value === kind ? [] : [`${path}: not a ${kind}`]
}

function faultsOfObject(typeName: string, value: unknown, path: string): readonly string[] {
  // Nor can a type or enum the excerpt leaves out altogether, such as `rejectReason`.
  if (model.types[typeName] === undefined) return []
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path}: not an object`]
  const named = (value as Record<string, unknown>)['@odata.type']
  const actual = typeof named === 'string' ? bare(named) : typeName
  // A derived type the model excerpt leaves out (media configurations, prompts) cannot be checked.
  if (model.types[actual] === undefined) return []
  const { properties, isOpen } = flatten(actual)
  return Object.entries(value)
    .filter(([name]) => !name.includes('@odata.'))
    .flatMap(([name, item]) => {
      const property = properties.get(name)
      if (property === undefined) return isOpen ? [] : [`${path}.${name}: no property of ${actual}`]
      if (item === null) return property.nullable === false ? [`${path}.${name}: null`] : []
      return faultsOfType(property.type, item, `${path}.${name}`)
    })
}

function flatten(typeName: string): { properties: Map<string, Property>; isOpen: boolean } {
  const type = model.types[bare(typeName)]
  if (type === undefined) return { properties: new Map(), isOpen: true }
  const inherited = type.base === null ? { properties: new Map<string, Property>(), isOpen: false } : flatten(type.base)
  // `communicationsIdentitySet` lists no base in the excerpt; it derives from `identitySet` all the same.
  const base = bare(typeName) === 'communicationsIdentitySet' ? flatten('identitySet').properties : inherited.properties
  return { properties: new Map([...base, ...Object.entries(type.properties)]), isOpen: type.open || inherited.isOpen }
}
