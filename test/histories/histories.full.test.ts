/**
 * Histories find systems that are wrong: one that breaks a law, one that does not hear what a roster says.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { checkHistories } from '../verification/histories/check.ts'
import type { LawName } from '../../src/testing/laws.ts'
import { rollcallSystem, type CallSystem } from '../../src/testing/system.ts'
import { removingOnCancel } from '../explore/broken.ts'
import { mutants } from '../laws/mutants.ts'

const seed = Number(process.env['ROLLCALL_SEED'] ?? 20_261_124)

describe(`random histories (seed ${seed})`, () => {
  // What idempotence, determinism and the codec promise shows in no single history; their laws find those mutants.
  const found: readonly LawName[] = [
    'absorption',
    'proof',
    'oneDelete',
    'oneInvite',
    'noResurrection',
    'conservation',
    'liveness',
    'roundTrip',
    'asking',
    'telling',
    'ignoring',
  ]

  test.each(found)('find a system that breaks the law of %s', async (law) => {
    const { failure, histories } = await checkHistories({
      seed,
      count: 2_000,
      hostEvery: 0,
      system: mutants[law].system,
    })
    expect(failure?.wrong, mutants[law].mistake).toBeDefined()
    expect(
      failure?.plan.actions.length,
      `after ${histories} histories: ${JSON.stringify(failure?.plan.actions)}`,
    ).toBeLessThanOrEqual(4)
  })

  test.each([
    ['takes the lobby for the call', 'isInLobby', /is in the lobby and is believed active$/],
    ['does not hear who is muted', 'isMuted', /is muted and is believed to be not muted$/],
    ['does not hear of holds', 'media', /is on hold and is believed to be not on hold$/],
    [
      'takes a mailbox for a person',
      'endpoint',
      /is at the endpoint voicemail and is believed to be at the endpoint default$/,
    ],
  ] as const)('find a system that %s', async (_, field, wrong) => {
    const deaf = { isInLobby: false, isMuted: false, media: undefined, endpoint: 'default' }[field]
    const system: CallSystem = {
      ...rollcallSystem,
      step: (call, event) =>
        rollcallSystem.step(
          call,
          event.type === 'roster.reported'
            ? { ...event, entries: event.entries.map((entry) => ({ ...entry, [field]: deaf })) }
            : event,
        ),
    }
    const { failure } = await checkHistories({ seed, count: 2_000, hostEvery: 0, system })
    expect(failure?.wrong).toMatch(wrong)
  })

  test('find a system that asks for the call once, and so takes the bot for a participant', async () => {
    const system: CallSystem = {
      ...rollcallSystem,
      step(call, event) {
        const result = rollcallSystem.step(call, event)
        return {
          ...result,
          effects: result.effects.filter((effect) => effect.type !== 'call.fetch' || effect.id === 'call'),
        }
      },
    }
    const { failure } = await checkHistories({ seed, count: 2_000, hostEvery: 0, system })
    expect(failure?.plan.switches).toMatchObject({ ownParticipantId: 'absent' })
    expect(failure?.plan.isUnnamed).toBe(true)
    expect(failure?.wrong).toMatch(/is believed to be in the call and is not$/)
  })

  test('find a system that removes who answered before their invitation was cancelled', async () => {
    const { failure } = await checkHistories({ seed, count: 2_000, hostEvery: 0, system: removingOnCancel })
    expect(failure?.wrong).toMatch(
      /^noUnaskedRemoval: cancel.requested started a removal of .*, which the application did not request$/,
    )
    expect(failure?.plan.actions.map(({ does }) => does)).toEqual([expect.stringMatching(/^invite/), 'cancel'])
  })
})
