/**
 * The library's error, and how other copies of the package recognise it.
 * @module
 */
import { expect, test } from 'vitest'
import { errorCodes, isRollcallError, RollcallError, type ErrorCode } from '../../src/call/model/errors.ts'

test.each(Object.keys(errorCodes) as ErrorCode[])(
  '%s is an error with its name, message, details and cause, and says whether it is definite',
  (code) => {
    const cause = new Error('why')
    const error = new RollcallError(code, 'what', { callId: 'c' }, { cause })
    expect(error).toMatchObject({
      name: 'RollcallError',
      code,
      message: 'what',
      details: { callId: 'c' },
      cause,
      definite: errorCodes[code].isDefinite,
      status: errorCodes[code].status,
    })
    expect(error).toBeInstanceOf(Error)
    expect(new RollcallError(code, 'what').details).toEqual({})
    expect(isRollcallError(error)).toBe(true)
  },
)

test('errors of another copy of the package are recognised, too', () => {
  expect(isRollcallError({ [Symbol.for('rollcall.error')]: true })).toBe(true)
})

test.each([
  undefined,
  null,
  'RollcallError',
  7,
  true,
  () => undefined,
  {},
  [],
  new Error('no'),
  { name: 'RollcallError' },
  { [Symbol.for('rollcall.error')]: 'yes' },
])('%j is not an error', (value) => {
  expect(isRollcallError(value)).toBe(false)
})

test('a function is not an error, whatever its properties', () => {
  expect(isRollcallError(Object.assign(() => undefined, { [Symbol.for('rollcall.error')]: true }))).toBe(false)
})
