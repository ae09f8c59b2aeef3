/**
 * Compares bodies of the emulator with Graph's published model.
 *
 * Rule: enumeration members match in any casing, because documentation and model differ in it, and the emulator has a
 * switch for it. Every other difference must be expected by name.
 * @module
 */
import { readFileSync } from 'node:fs'
import { faultsOfType } from '../graph/graph-model.ts'

const { enums } = JSON.parse(readFileSync(new URL('../graph/model.json', import.meta.url), 'utf8')) as {
  enums: Readonly<Record<string, readonly string[]>>
}

/** Errors in the body of an answer, one line each. */
export function faultsOfAnswer(body: unknown, version: 'v1.0' | 'beta'): readonly string[] {
  if (!isObject(body)) return ['$: not an object']
  const context = body['@odata.context']
  const isOfVersion =
    context === undefined || String(context).startsWith(`https://graph.microsoft.com/${version}/$metadata#`)
  return isOfVersion ? faultsOfBody(body) : [`$.@odata.context: not of ${version}`, ...faultsOfBody(body)]
}

function faultsOfBody(body: Readonly<Record<string, unknown>>): readonly string[] {
  if ('error' in body) return tolerant(faultsOfType('graph.publicError', body['error']))
  if ('value' in body) return tolerant(faultsOfType('Collection(graph.participant)', body['value'], '$.value'))
  const type = body['@odata.type']
  return typeof type === 'string' ? tolerant(faultsOfType(type, body)) : ['$: no @odata.type']
}

/** Errors in a notification, one line each. */
export function faultsOfNotification(body: unknown): readonly string[] {
  const faults = [...faultsOfType('graph.commsNotifications', body)]
  const items = isObject(body) && Array.isArray(body['value']) ? body['value'] : []
  if (items.length === 0) faults.push('$.value: no item')
  items.forEach((item: { resourceData: unknown }, index) => {
    const path = `$.value[${index}].resourceData`
    for (const [place, resource] of Array.isArray(item.resourceData)
      ? item.resourceData.entries()
      : [['', item.resourceData] as const]) {
      const type = isObject(resource) ? resource['@odata.type'] : undefined
      if (typeof type === 'string')
        faults.push(...faultsOfType(type, resource, `${path}${place === '' ? '' : `[${place}]`}`))
      else faults.push(`${path}: no @odata.type`)
    }
  })
  return tolerant(faults)
}

function tolerant(faults: readonly string[]): readonly string[] {
  return faults.filter((fault) => {
    const [, value, type] = /: (\w+) is no (\w+)$/.exec(fault) ?? []
    return (
      value === undefined || enums[type ?? '']?.some((member) => member.toLowerCase() === value.toLowerCase()) !== true
    )
  })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
