import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { readTrace, replay } from '../../src/trace/trace.ts'
import { chapterCommands, chapterPath, isLong, runCommand } from './chapter.ts'

const commands = chapterCommands(readFileSync(join(repositoryFolder, chapterPath), 'utf8'))

describe('the commands of the chapter on testing bots', () => {
  test('are there: one for each mistake of the naive bot, and those of the bots without', () => {
    expect(commands.map(({ command }) => command.split(' ').slice(1, 4).join(' '))).toEqual([
      'naive-bot --faults none',
      'naive-bot --faults loseResponse',
      'naive-bot --faults late',
      'careful-bot --faults late',
      'careful-bot',
      'rollcall-bot --runs 1000',
    ])
  })

  test.each(commands.filter((one) => !isLong(one)).map(({ command, output }) => [command, output] as const))(
    '%s prints what it says there',
    async (command, output) => {
      expect(await runCommand(command)).toBe(output)
      const trace = /^trace: (.*)$/m.exec(output)?.[1]
      if (trace !== undefined)
        expect(replay(readTrace(readFileSync(join(repositoryFolder, trace), 'utf8'))).length).toBeGreaterThan(0)
    },
  )

  test('find each mistake, and no other', () => {
    const wrongs = commands.map(({ output }) => output.split('\n')[0])
    expect(wrongs[0]).toContain('has not left, and is not believed to be there any more')
    expect(wrongs[1]).toContain('was invited 2 times and the application asked once')
    expect(wrongs[2]).toContain('is in the call and is not believed to be')
    expect(commands[2]?.output).toMatch(/−(?:ann|bob) \((?:again|late)\)[\s\S]*✗/)
    expect(wrongs[3]).toBe('1000 runs, nothing wrong')
    expect(commands[4]?.output).toContain('lost ✕───')
    expect(wrongs[5]).toBe('1000 runs, nothing wrong')
  })
})
