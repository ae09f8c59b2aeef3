/**
 * Expectations of the kit's user: what they see, when they are checked, and how the kit reports one that does not hold.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { createRollcall, type Rollcall } from '../../src/host/api/rollcall.ts'
import { graphTransport } from '../../src/graph/transport/transport.ts'
import { isBeingRemoved, isOpen, isPresent } from '../../src/participant/participant.ts'
import type { CreateBot } from '../../src/testing/bots/bot-under-test.ts'
import { checkBot, type CheckBotOptions } from '../../src/testing/bots/check-bot.ts'
import { embeddedBot } from '../../src/testing/bots/embedded-bot.ts'
import type { Expectation, WorldView } from '../../src/testing/bots/expectation.ts'
import { ExternalBot } from '../../src/testing/bots/external-bot.ts'
import type { Plan } from '../../src/testing/histories/plan.ts'
import { playPlan } from '../../src/testing/histories/run-plan.ts'
import { runs } from '../effort/runs.ts'

const seed = Number(process.env['ROLLCALL_SEED'] ?? 20_261_127)

/** How many runs a bot without a mistake has to pass. */
const RUNS = runs(20, 300)

const onlyOneStays: Expectation = { name: 'only one stays', check: ({ present }) => present.length <= 1 }

const options: CheckBotOptions = {
  seed,
  runs: RUNS,
  actions: ['invite', 'join', 'leave', 'answer', 'decline'],
  expectations: [onlyOneStays],
  // The bot removes people whom its application has not asked it to remove.
  except: ['no unasked removal'],
  traces: false,
}

/** A bot on rollcall that does something of its own after every change. */
function botThat(acts: (rollcall: Rollcall, callId: string) => Promise<unknown>): CreateBot {
  return embeddedBot(({ callId, fetch, random, host }) => {
    const transport = graphTransport({ token: async () => 'token', fetch, random })
    const rollcall = createRollcall({ ...host, transport })
    rollcall.subscribe(() => void acts(rollcall, callId).catch(() => undefined))
    return rollcall
  })
}

/** Removes everyone but the first who is in the call, by the given method. */
function keepsFirst(how: 'remove' | 'cancel'): CreateBot {
  return botThat(async (rollcall, callId) => {
    const call = rollcall.call(callId)
    const open = [...(await call.read()).participants.values()].filter(isOpen)
    const first = open.find((one) => isPresent(one) && !isBeingRemoved(one))
    const others = open.filter((one) => first !== undefined && one.key !== first.key && !isBeingRemoved(one))
    await Promise.all(others.map(({ key }) => call[how](key)))
  })
}

describe(`expectations of the user's own (seed ${seed})`, () => {
  test('hold for a bot that does as expected', async () => {
    for (const faults of ['none', 'lossy'] as const)
      expect((await checkBot(keepsFirst('remove'), { ...options, faults })).failure?.text).toBe(undefined)
  })

  test('are broken by a bot with a mistake, which is shown by a smallest run that can be played again', async () => {
    const { failure } = await checkBot(keepsFirst('cancel'), { ...options, runs: 300 })
    expect([failure?.expectation, failure?.wrong]).toEqual(['only one stays', 'only one stays'])
    expect(failure?.plan.actions).toHaveLength(2)
    expect([failure?.plan.faults, failure?.ladder.match(/✗/g)]).toEqual([[], ['✗']])
    const again = await checkBot(keepsFirst('cancel'), { ...options, path: failure?.path })
    expect(again.failure?.text).toBe(failure?.text)
  })

  test('say what is wrong by a sentence or an assertion, behind their name', async () => {
    const idle = botThat(async () => undefined)
    const checks: readonly Expectation['check'][] = [
      ({ present }) => (present.length > 1 ? `${present.length} are there at ${present[1]?.joinedAt} ms` : true),
      ({ present }) => expect(present, 'people').toHaveLength(0),
      ({ present }) => {
        if (present.length > 0) throw new Error('a person is there')
      },
    ]
    const wrongs = [/^mine: 2 are there at \d+ ms$/, /^mine: people: expected \[/, /^mine: a person is there$/]
    for (const [index, check] of checks.entries()) {
      const { failure } = await checkBot(idle, { ...options, runs: 300, expectations: [{ name: 'mine', check }] })
      expect(failure?.expectation).toBe('mine')
      expect(failure?.wrong).toMatch(wrongs[index] as RegExp)
      // The sentence tells a time, which changes as the run gets smaller.
      expect(failure?.plan.actions).toHaveLength(index === 0 ? 2 : 1)
    }
  })

  test('are checked after every instant if they have to hold always, otherwise at the end', async () => {
    const always = { ...onlyOneStays, when: 'always' } as const
    const { failure } = await checkBot(keepsFirst('remove'), { ...options, runs: 300, expectations: [always] })
    expect(failure?.expectation).toBe('only one stays')
    expect(failure?.ladder).toMatch(/✗ only one stays[\s\S]+comes/)
  })

  test('must not be async', async () => {
    const promise: Expectation = { name: 'later', check: (async () => true) as never }
    await expect(checkBot(keepsFirst('remove'), { ...options, expectations: [promise] })).rejects.toThrow(
      new TypeError(
        'checkBot: expectations: the check of "later": expected a sentence, true, false or nothing; found a promise',
      ),
    )
  })
})

describe('the world that an expectation sees', () => {
  const plan: Plan = {
    seed: 1,
    switches: { rosterMode: 'delta', inviteResponseId: 'participantId' },
    callees: [
      { type: 'answer', afterMs: 1_000, leaves: { afterMs: 500 } },
      { type: 'decline', afterMs: 700 },
    ],
    actions: [
      { does: 'invite', who: 0, waitMs: 100 },
      { does: 'invite', who: 1, waitMs: 0 },
      { does: 'join', who: 2, waitMs: 2_000 },
      { does: 'remove', who: 2, waitMs: 400 },
      { does: 'join', who: 3, waitMs: 1_000 },
    ],
    faults: [],
  }

  async function worldOf(changed: Partial<Plan> = {}): Promise<WorldView> {
    let world: WorldView | undefined
    const capture: Expectation = {
      name: 'capture',
      check: (given) => {
        world = given
      },
    }
    const lane = (...[environment, taps]: Parameters<Parameters<typeof playPlan>[1]['lane']>): ExternalBot =>
      new ExternalBot(
        botThat(async () => undefined),
        environment,
        taps,
        { expectations: [capture], except: [] },
      )
    const { wrong } = await playPlan({ ...plan, ...changed }, { mode: 'bounded', lane })
    expect(wrong).toBe(undefined)
    return world as WorldView
  }

  test('tells who was in the call and who rang, when and why that ended', async () => {
    const { presences, present, rings, believed, isCallOpen, callId } = await worldOf()
    expect(presences.map(({ participantId: _, ...rest }) => rest)).toEqual([
      { who: 'ann', joinedAt: 1_100, isInLobby: false, wasInvited: true, left: { at: 1_600, by: 'self' } },
      {
        who: 'cy',
        joinedAt: 2_100,
        isInLobby: false,
        wasInvited: false,
        left: { at: expect.closeTo(2_500, -2) as number, by: 'bot' },
      },
      { who: 'dora', joinedAt: 3_500, isInLobby: false, wasInvited: false },
    ])
    expect(present.map(({ who }) => who)).toEqual(['dora'])
    expect(rings.map(({ participantId: _, ...rest }) => rest)).toEqual([
      { who: 'ann', startedAt: 100, ended: { at: 1_100, by: 'answered' } },
      { who: 'bob', startedAt: 100, ended: { at: 800, by: 'self' } },
    ])
    expect(rings[0]?.participantId).toBe(presences[0]?.participantId)
    expect([isCallOpen, callId]).toEqual([true, 'call'])
    // The bot also knows of the person who joins at the end of every run.
    expect([...believed]).toContain('dora')
  })

  test('tells what the application asked and what the bot sent', async () => {
    const { asked, requests, presences, now } = await worldOf()
    expect(asked).toEqual([
      { at: 100, asks: 'invite', who: 'ann' },
      { at: 100, asks: 'invite', who: 'bob' },
      { at: 2_500, asks: 'remove', who: 'cy' },
    ])
    const telling = requests.filter(({ operation }) => /invite|delete/.test(operation))
    expect(telling.map(({ at, operation, who, answer }) => [at, operation, who, answer])).toEqual([
      [100, 'participants.invite', ['ann'], { status: 200, at: 100 }],
      [100, 'participants.invite', ['bob'], { status: 200, at: 100 }],
      [2_500, 'participant.delete', ['cy'], { status: 204, at: 2_500 }],
    ])
    expect(telling[2]?.participantId).toBe(presences[1]?.participantId)
    expect(telling[0]?.body).toMatchObject({ participants: [{ identity: { user: { id: 'ann' } } }] })
    expect(requests.some(({ operation, who }) => operation === 'participants.list' && who.length === 0)).toBe(true)
    expect(now).toBeGreaterThan(240_000)
  })

  test('has no answer for a request whose answer was lost', async () => {
    const { requests } = await worldOf({
      faults: [{ on: 'request', only: 'participants.invite', times: 1, fault: { type: 'loseResponse' } }],
    })
    const [first, second] = requests.filter(({ operation }) => operation === 'participants.invite')
    expect([first?.answer, second?.answer?.status]).toEqual([undefined, 200])
  })

  test('says when the call is over', async () => {
    const { isCallOpen } = await worldOf({ actions: [...plan.actions, { does: 'endCall', who: 0, waitMs: 0 }] })
    expect(isCallOpen).toBe(false)
  })
})
