/**
 * The commands of docs/testing-your-bot.md that play many runs; the others are in chapter.test.ts.
 * @module
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repositoryFolder } from '../checks/repository-folder.ts'
import { chapterCommands, chapterPath, isLong, runCommand } from './chapter.ts'

const commands = chapterCommands(readFileSync(join(repositoryFolder, chapterPath), 'utf8')).filter(isLong)

test('there are such commands', () => {
  expect(commands).toHaveLength(2)
})

test.each(commands.map(({ command, output }) => [command, output] as const))(
  '%s prints what it says there',
  async (command, output) => {
    expect(await runCommand(command)).toBe(output)
  },
)
