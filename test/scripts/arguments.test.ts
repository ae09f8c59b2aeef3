import { expect, test } from 'vitest'
import { helpOf, parseArguments, type Script } from './arguments.ts'

const script: Script<'count' | 'only' | 'all'> = {
  command: 'npm run sort --',
  summary: 'Sorts numbers.',
  options: {
    count: { value: 'N', default: '7', help: 'how many' },
    only: { value: 'TEXT', help: 'which' },
    all: { help: 'everything' },
  },
}

test('a script says how it is called, what it does, and what each option means', () => {
  expect(helpOf(script)).toBe(
    [
      'usage: npm run sort -- [--count N] [--only TEXT] [--all]',
      '',
      'Sorts numbers.',
      '',
      '  --count N    how many (7)',
      '  --only TEXT  which',
      '  --all        everything',
      '  --help       prints this',
    ].join('\n'),
  )
})

test('options are read by name, with their defaults', () => {
  const given = parseArguments(script, ['--only', 'odd', '--all'])
  if (typeof given === 'string') throw new Error(given)
  expect([given.text('count'), given.text('only'), given.has('all')]).toEqual(['7', 'odd', true])
})

test('operands are taken where the script has some', () => {
  const given = parseArguments({ ...script, operands: '[NUMBER …]' }, ['1', '2'])
  expect(typeof given === 'string' ? given : given.operands).toEqual(['1', '2'])
})

test.each([
  [['--cuont', '1'], "Unknown option '--cuont'; the options are --help, --count, --only, --all"],
  [['--count'], "Option '--count <value>' argument missing; the options are --help, --count, --only, --all"],
  [['--all=yes'], "Option '--all' does not take an argument; the options are --help, --count, --only, --all"],
  [['7'], "Unexpected argument '7'"],
] as const)('%j is refused in one line', (args, says) => {
  const refusal = parseArguments(script, args)
  expect(refusal).toContain(says)
  expect(String(refusal).split('\n')).toHaveLength(1)
})
