/**
 * The kit for bots: what it demands, what it excuses, and how it says so.
 * @module
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseNotifications } from '../../src/graph/wire/notifications.ts'
import { assertBot, BotWrong, checkBot } from '../../src/testing/bots/check-bot.ts'
import type { BotUnderTest, CreateBot } from '../../src/testing/bots/bot-under-test.ts'
import { historyFromTrace } from '../../src/testing/report/history-from-trace.ts'
import { runs } from '../effort/runs.ts'

const seed = Number(process.env['ROLLCALL_SEED'] ?? 20_261_124)

/** How many runs a bot without a mistake is let off after. */
const RUNS = runs(100, 300)
const delta = { rosterMode: 'delta' } as const

/** Keeps presences by their ids; asks for nothing. */
function watcher(): Pick<BotUnderTest, 'notified' | 'present'> {
  const present = new Map<string, string>()
  const gone = new Set<string>()
  return {
    notified(body) {
      for (const { event } of parseNotifications(body)) {
        if (event.type !== 'roster.reported') continue
        for (const { id = '', identity, removed } of event.entries) {
          const user = identity['user']?.id
          if (user === undefined) continue
          if (removed !== undefined) {
            gone.add(id)
            present.delete(id)
          } else if (!gone.has(id)) present.set(id, user)
        }
      }
    },
    present: () => present.values(),
  }
}

const unable = (): Promise<never> => Promise.reject(new Error('not me'))
const idle: Pick<BotUnderTest, 'invite' | 'remove'> = { invite: unable, remove: unable }

const watching: CreateBot = () => ({ ...watcher(), ...idle })

describe(`checkBot (seed ${seed})`, () => {
  test('finds nothing wrong with a bot that only looks, while nothing gets lost', async () => {
    for (const faults of ['none', 'late'] as const)
      expect(
        (await checkBot(watching, { seed, runs: RUNS, faults, switches: delta, traces: false })).failure?.text,
      ).toBe(undefined)
  })

  test('plays the very same run again by its seed and path', async () => {
    const wrong: CreateBot = () => ({ ...watching({} as never), present: () => [] })
    const first = await checkBot(wrong, { seed, faults: 'none', traces: false })
    const again = await checkBot(wrong, { seed, faults: 'none', path: first.failure?.path, traces: false })
    expect(again.failure?.text).toBe(first.failure?.text)
    expect(first.failure?.wrong).toMatch(/is in the call and is not believed to be$/)
  })

  test.each(['0:999999', '0:0:0:0:0:999'])(
    'does not take the path %s, which leads to no run, for a bot without a mistake',
    async (path) => {
      const message = `path: "${path}" leads to no run; a path is of the seed and the options it was found with`
      const wrong: CreateBot = () => ({ ...watching({} as never), present: () => ['nobody'] })
      await expect(checkBot(wrong, { seed, faults: 'none', path, traces: false })).rejects.toThrow(
        new TypeError(`checkBot: ${message}`),
      )
      await expect(assertBot(wrong, { seed, faults: 'none', path, traces: false })).rejects.toThrow(
        new TypeError(`assertBot: ${message}`),
      )
    },
  )

  test('plays nothing for a folder without a name', async () => {
    const message = 'checkBot: traces: expected the name of a folder, or false; found an empty string'
    await expect(
      checkBot(
        () => {
          throw new Error('a run was played')
        },
        { seed, traces: '' },
      ),
    ).rejects.toThrow(new TypeError(message))
  })

  test('shows that a bot is told to recover, which may be what breaks it', async () => {
    const forgets: CreateBot = () => {
      const inner = watcher()
      let isNew = false
      return {
        ...idle,
        notified: inner.notified,
        present: () => (isNew ? [] : inner.present()),
        recover: () => {
          isNew = true
        },
      }
    }
    const { failure } = await checkBot(forgets, { seed, faults: 'none', switches: delta, traces: false })
    expect(failure?.ladder).toMatch(/│ recover\(\) is called +│\n[\s\S]*✗ /)
    const { failure: other } = await checkBot(() => ({ ...watching({} as never), present: () => ['nobody'] }), {
      seed,
      faults: 'none',
      switches: delta,
      traces: false,
    })
    expect(other?.ladder).not.toContain('recover()')
  })

  test('writes the trace where it is told, and what the bot was told into it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-traces-'))
    const { failure } = await checkBot(() => ({ ...watching({} as never), present: () => ['nobody'] }), {
      seed,
      faults: 'none',
      traces: folder,
    })
    expect(failure?.tracePath?.startsWith(folder)).toBe(true)
    expect(existsSync(failure?.tracePath ?? '')).toBe(true)
    expect(historyFromTrace(failure?.trace ?? '').events.map(({ type }) => type)).toContain('roster.reported')
    const other = await checkBot(() => ({ ...watching({} as never), present: () => [] }), {
      seed,
      faults: 'none',
      traces: folder,
    })
    expect(other.failure?.tracePath).not.toBe(failure?.tracePath)
    expect(existsSync(failure?.tracePath ?? '')).toBe(true)
    rmSync(folder, { recursive: true })
  })

  test('throws the report from assertBot, and nothing when there is none', async () => {
    await assertBot(watching, { seed, runs: 50, faults: 'none', switches: delta })
    const thrown: unknown = await assertBot(() => ({ ...watching({} as never), present: () => ['ann'] }), {
      seed,
      faults: 'none',
      traces: false,
    }).catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(BotWrong)
    expect((thrown as BotWrong).message).toContain('seconds  bot')
    expect((thrown as BotWrong).failure.wrong).toMatch(/believed to be/)
  })

  test.each([
    [
      'throws at a notification',
      () => ({
        notified: () => {
          throw new Error('oh')
        },
      }),
      /the bot threw when it received a notification: oh/,
    ],
    [
      'rejects a notification',
      () => ({ notified: () => Promise.reject(new Error('oh')) }),
      /the bot threw when it received a notification: oh/,
    ],
    [
      'throws when it is asked',
      () => ({
        present: () => {
          throw new Error('oh')
        },
      }),
      /the bot threw when it was asked who is present: oh/,
    ],
    [
      'throws when it recovers',
      () => ({
        recover: () => {
          throw new Error('oh')
        },
      }),
      /the bot threw when it was asked to recover: oh/,
    ],
  ] as const)('says of a bot that %s', async (_, broken, wrong) => {
    const { failure } = await checkBot(() => ({ ...watching({} as never), ...broken() }), {
      seed,
      faults: 'none',
      switches: delta,
      traces: false,
    })
    expect(failure?.wrong).toMatch(wrong)
  })

  test('says of a bot that cannot even be made', async () => {
    const { failure } = await checkBot(
      () => {
        throw new Error('no')
      },
      { seed, faults: 'none', traces: false },
    )
    expect(failure?.wrong).toBe('the bot threw when it was created: no')
  })

  test('comes to an end with a bot that does not', async () => {
    const { failure } = await checkBot(
      ({ fetch, callId }) => {
        const ask = async (): Promise<void> => {
          for (;;) await fetch(`https://graph.microsoft.com/v1.0/communications/calls/${callId}`)
        }
        return { ...watching({} as never), invite: ask }
      },
      { seed, faults: 'none', switches: delta, actions: ['invite'], traces: false },
    )
    expect(failure?.wrong).toMatch(/sent more than \d+ requests/)
  })

  test('says so when the bot does not do the same a second time', async () => {
    let made = 0
    const fickle: CreateBot = () => {
      made += 1
      return made === 1 ? { ...watching({} as never), present: () => ['nobody'] } : watching({} as never)
    }
    await expect(checkBot(fickle, { seed, faults: 'none', switches: delta, traces: false })).rejects.toThrow(
      /but not when it was repeated/,
    )
  })

  test('demands that a requested removal happens, unless the bot says that it cannot', async () => {
    const silent: CreateBot = () => ({ ...watcher(), ...idle, remove: () => undefined })
    const { failure } = await checkBot(silent, { seed, faults: 'none', switches: delta, traces: false })
    expect(failure?.wrong).toMatch(/was to be removed and is still in the call/)
    expect(failure?.plan.actions.map(({ does }) => does)).toEqual(['join', 'remove'])
  })

  test('does not blame a bot for a roster that overtook another, where rosters have no numbers', async () => {
    const latest: CreateBot = () => {
      let present: readonly string[] = []
      return {
        ...idle,
        notified(body) {
          for (const { event } of parseNotifications(body))
            if (event.type === 'roster.reported')
              present = event.entries.flatMap(({ identity }) => identity['user']?.id ?? [])
        },
        present: () => present,
      }
    }
    const { failure } = await checkBot(latest, {
      seed,
      runs: RUNS,
      faults: 'late',
      switches: { rosterMode: 'full' },
      traces: false,
    })
    expect(failure?.text).toBe(undefined)
  })

  test('keeps people to one device each where that is asked for', async () => {
    const byUser: CreateBot = () => {
      const present = new Set<string>()
      return {
        ...idle,
        notified(body) {
          for (const { event } of parseNotifications(body)) {
            if (event.type !== 'roster.reported') continue
            for (const { identity, removed } of event.entries) {
              const user = identity['user']?.id
              if (user === undefined) continue
              if (removed === undefined) present.add(user)
              else present.delete(user)
            }
          }
        },
        present: () => present,
      }
    }
    expect(
      (await checkBot(byUser, { seed, runs: RUNS, faults: 'none', switches: delta, devices: 'one', traces: false }))
        .failure?.text,
    ).toBe(undefined)
    expect(
      (await checkBot(byUser, { seed, faults: 'none', switches: delta, devices: 'several', traces: false })).failure
        ?.wrong,
    ).toBeDefined()
  })
})
