/**
 * Checks of the options of `explore`: unknown options are refused by name before anything is explored.
 * @module
 */
import { defaultCallOptions } from '../../../src/call/model/options.ts'
import type { ExploreOptions } from './exploration.ts'
import { PEOPLE, type Act, type Faults, type Readings, type Scope } from './world.ts'

const actions: Readonly<Record<Act['does'], true>> = {
  invite: true,
  inviteBriefly: true,
  remove: true,
  cancel: true,
  answer: true,
  answerInLobby: true,
  decline: true,
  join: true,
  knock: true,
  admit: true,
  leave: true,
}

const readings: { readonly [R in keyof Required<Readings>]: readonly Required<Readings>[R][] } = {
  cancelBeforeAnswer: ['supported', 'not-found'],
  inviteResponseId: ['participantId', 'null'],
  rosterMode: ['full', 'numbered', 'delta'],
  removedInvitee: ['failed-operation', 'silence'],
  admission: ['same-id', 'new-id'],
  newcomerId: ['given', 'null', 'never'],
  changes: ['at-once', 'gathered'],
  news: ['told', 'lost'],
  answers: ['in-time', 'slow'],
  devices: ['one', 'two'],
  beginning: ['established', 'establishing', 'incoming'],
  ownId: ['shown', 'stale'],
}

const faults: Readonly<Record<keyof Faults, 'needed' | 'optional'>> = {
  losses: 'needed',
  doubles: 'needed',
  crashes: 'needed',
  deadlines: 'needed',
  waits: 'optional',
  empties: 'optional',
}

const optionalReadings: ReadonlySet<string> = new Set([
  'admission',
  'newcomerId',
  'changes',
  'news',
  'answers',
  'devices',
  'beginning',
  'ownId',
])

/** Checks a scope. @throws TypeError naming what is wrong with it */
export function checkScope(scope: Scope): void {
  checkFields('a scope', scope, ['name', 'acts', 'readings', 'faults', 'options', 'isRosterKnown'])
  if (typeof scope.name !== 'string') refuse('scope.name', 'a text', scope.name)
  if (!Array.isArray(scope.acts)) refuse('scope.acts', 'a list', scope.acts)
  for (const [index, act] of scope.acts.entries()) checkAct(act, `scope.acts[${index}]`)
  checkFields('scope.readings', scope.readings, Object.keys(readings))
  for (const [name, known] of Object.entries(readings)) {
    const given: unknown = scope.readings[name as keyof Readings]
    if (given === undefined && optionalReadings.has(name)) continue
    if (!(known as readonly unknown[]).includes(given)) refuse(`scope.readings.${name}`, known.join(' or '), given)
  }
  checkFields('scope.faults', scope.faults, Object.keys(faults))
  for (const [name, need] of Object.entries(faults)) {
    const given: unknown = scope.faults[name as keyof Faults]
    if (given === undefined && need === 'optional') continue
    if (!isCount(given, 0)) refuse(`scope.faults.${name}`, 'a whole number from 0', given)
  }
  if (scope.isRosterKnown !== undefined && typeof scope.isRosterKnown !== 'boolean')
    refuse('scope.isRosterKnown', 'true or false', scope.isRosterKnown)
  if (scope.options === undefined) return
  checkFields('scope.options', scope.options, [...Object.keys(defaultCallOptions), 'applicationId'])
  for (const [name, given] of Object.entries(scope.options)) {
    if (name !== 'applicationId' && given !== undefined && !isCount(given, 0))
      refuse(`scope.options.${name}`, 'a whole number from 0', given)
  }
}

/** Checks the options. @throws TypeError naming one that does not exist, or what is wrong with its value */
export function checkOptions(options: ExploreOptions): void {
  checkFields('the options of explore', options, ['system', 'maxStates', 'onProgress', 'progressEvery'])
  const { maxStates, progressEvery, onProgress, system } = options
  if (maxStates !== undefined && maxStates !== Infinity && !isCount(maxStates, 1))
    refuse('maxStates', 'a whole number from 1, or Infinity', maxStates)
  if (progressEvery !== undefined && !isCount(progressEvery, 1))
    refuse('progressEvery', 'a whole number from 1', progressEvery)
  if (onProgress !== undefined && typeof onProgress !== 'function') refuse('onProgress', 'a function', onProgress)
  if (system === undefined) return
  for (const name of ['open', 'step', 'encode', 'decode'] as const)
    if (typeof (system as Partial<typeof system> | null)?.[name] !== 'function')
      refuse(`system.${name}`, 'a function', (system as Partial<typeof system> | null)?.[name])
}

function checkAct(act: unknown, where: string): void {
  const { does, who } = (act ?? {}) as { readonly does?: unknown; readonly who?: unknown }
  if (does === 'end' || does === 'hangUp') return
  if (typeof does !== 'string' || !Object.hasOwn(actions, does))
    refuse(`${where}.does`, [...Object.keys(actions), 'end', 'hangUp'].join(', '), does)
  if (!isCount(who, 0) || who >= PEOPLE) refuse(`${where}.who`, `a person from 0 to ${PEOPLE - 1}`, who)
}

function checkFields(what: string, given: unknown, known: readonly string[]): void {
  if (typeof given !== 'object' || given === null) refuse(what, 'an object', given)
  const strange = Object.keys(given).find((name) => !known.includes(name))
  if (strange !== undefined) throw new TypeError(`There is no ${strange} in ${what}; there are ${known.join(', ')}.`)
}

function isCount(value: unknown, least: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least
}

function refuse(what: string, expected: string, given: unknown): never {
  throw new TypeError(
    `${what} is ${expected}, not ${typeof given === 'string' ? JSON.stringify(given) : String(given)}.`,
  )
}
