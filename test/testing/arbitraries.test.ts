/**
 * The arbitraries: what they generate is what they say, covers what is known of the service, and shrinks to something
 * a person can read.
 * @module
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseNotifications } from '../../src/graph/wire/notifications.ts'
import { isSameIdentity } from '../../src/participant/identity.ts'
import { decideRequest, createNetwork } from '../../src/simulator/network/network.ts'
import * as kit from '../../src/testing/index.ts'
import { calleeScripts } from '../../src/testing/arbitraries/callee-scripts.ts'
import { faultKinds, faultPlans, longestDelay } from '../../src/testing/arbitraries/fault-plans.ts'
import { identities, personIds, samePerson } from '../../src/testing/arbitraries/identities.ts'
import { notifications, notifiedCallId } from '../../src/testing/arbitraries/notifications.ts'
import { addingQuirks, applyQuirks, quirkNames, type QuirkName } from '../../src/testing/arbitraries/quirks.ts'
import { botEntry, rosterEntries, rosters } from '../../src/testing/arbitraries/rosters.ts'
import { plans } from '../../src/testing/histories/plan.ts'
import { runs } from '../effort/runs.ts'

const seed = Number(process.env['ROLLCALL_SEED'] ?? 20_261_124)

/** What any value shrinks to, found from many. */
function ends<T>(arbitrary: fc.Arbitrary<T>): ReadonlySet<string> {
  return new Set(
    Array.from({ length: 300 }, (_, index) =>
      JSON.stringify(
        (
          fc.check(
            fc.property(arbitrary, () => false),
            { seed: seed + index, numRuns: 1 },
          ).counterexample as unknown as [T]
        )[0],
      ),
    ),
  )
}

/** The smallest value that fits, found by shrinking. */
function smallest<T>(arbitrary: fc.Arbitrary<T>, fits: (value: T) => boolean): T {
  const details = fc.check(
    fc.property(arbitrary, (value) => !fits(value)),
    { seed, numRuns: 5_000 },
  )
  return (details.counterexample as unknown as [T])[0]
}

/** What was read, without details, which are kept as they are written, and without what quirks add. */
function comparable(read: unknown, quirks: readonly QuirkName[]): unknown {
  const left = quirks.some((quirk) => addingQuirks.has(quirk))
    ? ['details', 'isAnonymous', 'identityProvider']
    : ['details']
  return JSON.parse(JSON.stringify(read, (name, value: unknown) => (left.includes(name) ? undefined : value)))
}

describe(`notifications (seed ${seed})`, () => {
  test('say the same with every quirk as without: the library reads the same out of both', () => {
    fc.assert(
      fc.property(notifications(), ({ body, plain, quirks }) => {
        const read = parseNotifications(body).map(({ callId, event }) => [
          callId,
          event.type === 'notification.unrecognised' ? event.type : event,
        ])
        const expected = parseNotifications(plain).map(({ callId, event }) => [
          callId,
          event.type === 'notification.unrecognised' ? event.type : event,
        ])
        expect(comparable(read, quirks)).toEqual(comparable(expected, quirks))
      }),
      { seed, numRuns: runs(1_000, 3_000) },
    )
  })

  test('bring every kind of news', () => {
    const seen = new Set(
      fc
        .sample(notifications(), { seed, numRuns: 2_000 })
        .flatMap(({ plain }) =>
          parseNotifications(plain).map(({ event }) =>
            event.type === 'roster.reported'
              ? `${event.type} ${event.kind}`
              : event.type === 'operation.reported'
                ? `${event.type} ${event.status}`
                : event.type === 'call.reported'
                  ? `${event.type} ${event.state}`
                  : event.type,
          ),
        ),
    )
    for (const what of [
      'roster.reported full',
      'roster.reported delta',
      'operation.reported running',
      'operation.reported completed',
      'operation.reported failed',
      'call.reported established',
      'call.reported terminated',
      'call.reported ringing',
      'notification.unrecognised',
    ])
      expect(seen).toContain(what)
  })

  const plainOnes = fc.sample(notifications({ quirks: [] }), { seed, numRuns: 200 })

  test.each(quirkNames)('with the quirk "%s" are written differently', (name) => {
    const changed = plainOnes.filter(
      ({ plain }) => JSON.stringify(applyQuirks(plain, [name])) !== JSON.stringify(plain),
    )
    expect(changed.length).toBeGreaterThan(10)
  })

  test('shrink to a piece of news or two without a quirk', () => {
    const found = smallest(notifications(), ({ plain }) =>
      parseNotifications(plain).some(
        ({ event }) => event.type === 'roster.reported' && event.entries.some(({ isInLobby }) => isInLobby),
      ),
    )
    expect(found.quirks).toEqual([])
    expect(parseNotifications(found.body).length).toBeLessThanOrEqual(2)
    expect(JSON.stringify(found.body).length).toBeLessThan(2_000)
  })
})

interface Item {
  readonly changeType: string
  readonly resource: string
  readonly callbackUri?: string
  readonly resourceData: unknown
}

/** Forms of notifications that are known, by what marks them. */
const forms: Readonly<Record<string, (item: Item, text: string) => boolean>> = {
  'a call that comes in': ({ changeType }, text) => changeType === 'created' && text.includes('"incoming"'),
  'a roster on operations/participants': ({ resource, resourceData }) =>
    resource.endsWith('/operations/participants') && Array.isArray(resourceData),
  'an operation on operations/participants': ({ resource, resourceData }) =>
    resource.endsWith('/operations/participants') && !Array.isArray(resourceData),
  'media streams, with direction and mediaType': (_, text) =>
    text.includes('"direction":"sendReceive"') && text.includes('"mediaType":"audio"'),
  'a delta with an id': (_, text) => /"#microsoft.graph.deltaParticipants","id":/.test(text),
  'a call with who ended it': (_, text) => text.includes('"terminationSender":'),
  'a call with meetingProperties, coOrganizers and replacesContext': (_, text) =>
    ['meetingProperties', 'coOrganizers', 'replacesContext'].every((name) => text.includes(`"${name}":`)),
  'a call that came in from somebody in its context': (_, text) => text.includes('"incomingContext":'),
}

describe(`forms of notifications (seed ${seed})`, () => {
  const known = (item: Item): boolean =>
    parseNotifications({ value: [item] }).every(({ event }) => event.type !== 'notification.unrecognised')
  const itemsOf = ({ plain }: { readonly plain: object }): readonly Item[] =>
    (plain as { readonly value: readonly Item[] }).value

  const items = fc
    .sample(notifications({ quirks: [] }), { seed, numRuns: 3_000 })
    .flatMap(itemsOf)
    .map((item) => ({ item, text: JSON.stringify(item) }))

  test.each(Object.entries(forms))('there is %s, which is read', (_, isIt) => {
    const found = items.filter(({ item, text }) => isIt(item, text)).map(({ item }) => item)
    expect(found.length).toBeGreaterThan(10)
    expect(found.filter((item) => !known(item))).toEqual([])
  })

  test('there is a callbackUri in the envelope, which changes nothing of what is read', () => {
    const found = fc
      .sample(notifications({ quirks: [] }), { seed, numRuns: 1_000 })
      .flatMap(itemsOf)
      .filter(({ callbackUri }) => callbackUri !== undefined)
    expect(found.length).toBeGreaterThan(10)
    for (const { callbackUri, ...rest } of found)
      expect(parseNotifications({ value: [{ ...rest, callbackUri }] })).toEqual(parseNotifications({ value: [rest] }))
  })

  test('have an identity provider of people, and none of telephones, with the quirk', () => {
    const providers = (kind: string): ReadonlySet<string | undefined> =>
      new Set(
        fc
          .sample(notifications({ quirks: ['an identity provider'] }), { seed, numRuns: 1_000 })
          .filter(({ quirks }) => quirks.length > 0)
          .flatMap(({ body }) =>
            [
              ...JSON.stringify(body).matchAll(new RegExp(`"${kind}":{[^}]*?(?:"identityProvider":"([^"]*)")?}`, 'g')),
            ].map(([, provider]) => provider),
          ),
      )
    expect([...providers('user')]).toEqual(['AAD'])
    expect([...providers('phone')]).toEqual(['None'])
  })

  test('shrink to bodies without what is not needed', () => {
    const ending = smallest(notifications(), (notification) =>
      itemsOf(notification).some(
        ({ changeType, resourceData }) =>
          changeType === 'deleted' && JSON.stringify(resourceData).includes('"terminated"'),
      ),
    )
    const coming = smallest(notifications(), (notification) =>
      itemsOf(notification).some(({ changeType }) => changeType === 'created'),
    )
    const text = JSON.stringify([ending.body, coming.body])
    for (const name of [
      'mediaStreams',
      'terminationSender',
      'meetingProperties',
      'terminationReason',
      'identityProvider',
      'callChainId',
      'incomingContext',
    ])
      expect(text).not.toContain(`"${name}"`)
  })
})

describe(`what shrinking ends at (seed ${seed})`, () => {
  test('is always a user with an id and nothing else', () => {
    expect([...ends(identities())]).toEqual([JSON.stringify({ user: { id: personIds[0] } })])
  })

  test('is always an entry of such a user, in the call and not muted', () => {
    for (const isDelta of [false, true])
      expect([...ends(rosterEntries({ isDelta }))].map((text) => JSON.parse(text) as unknown)).toEqual([
        {
          id: '11111111-0000-4000-8000-000000000000',
          identity: { user: { id: personIds[0] } },
          isInLobby: false,
          isMuted: false,
        },
      ])
  })

  test('is always a full roster with the bot on it', () => {
    expect([...ends(rosters())]).toEqual([JSON.stringify({ kind: 'full', entries: [botEntry] })])
  })

  test('is always one such roster, posted, without a quirk', () => {
    const found = [...ends(notifications())].map(
      (text) => JSON.parse(text) as { readonly body: { readonly value: readonly Item[] }; readonly quirks: unknown },
    )
    expect(found).toHaveLength(1)
    expect(found[0]?.quirks).toEqual([])
    expect(parseNotifications(found[0]?.body)).toEqual([
      { callId: notifiedCallId, event: { type: 'roster.reported', kind: 'full', entries: [botEntry] } },
    ])
    expect(found[0]?.body.value.map((item) => Object.keys(item))).toEqual([
      ['@odata.type', 'changeType', 'resource', 'resourceUrl', 'resourceData'],
    ])
  })

  test('is always a callee that answers', () => {
    expect([...ends(calleeScripts())]).toEqual([JSON.stringify({ type: 'answer', afterMs: 100 })])
  })
})

describe(`identities (seed ${seed})`, () => {
  test('of one person are recognised as such, whatever their kinds and names', () => {
    fc.assert(
      fc.property(samePerson(), ([one, other]) => isSameIdentity(one, other)),
      { seed },
    )
  })
})

describe(`fault plans (seed ${seed})`, () => {
  test('that are bounded end: after that everything arrives', () => {
    fc.assert(
      fc.property(faultPlans({ untilMs: 1_000 }), (rules) => {
        const { outcome } = decideRequest(createNetwork('x', rules), 1_000, 'participants.invite', 'call')
        expect(outcome).toEqual({ requestDelayMs: 0, responseDelayMs: 0, delivery: 'arrives', status: undefined })
      }),
      { seed },
    )
  })

  test('have the kinds that were asked for, and no other', () => {
    const types = new Set(
      fc
        .sample(faultPlans({ kinds: ['delay', 'reorder'] }), { seed, numRuns: 200 })
        .flat()
        .map(({ fault }) => fault.type),
    )
    expect([...types]).toEqual(['delay'])
    const all = new Set(
      fc
        .sample(faultPlans({ kinds: faultKinds }), { seed, numRuns: 500 })
        .flat()
        .map(({ fault }) => fault.type),
    )
    expect([...all].sort()).toEqual(['delay', 'duplicate', 'emptyList', 'lose', 'loseResponse', 'slow', 'status'])
  })

  test('are late by no more than was allowed', () => {
    fc.assert(
      fc.property(faultPlans({ longestDelayMs: 400, rules: 1 }), (rules) => longestDelay(rules) <= 400),
      { seed },
    )
  })

  test('shrink to one gentle rule', () => {
    expect(smallest(faultPlans(), (rules) => rules.some(({ fault }) => fault.type === 'duplicate'))).toHaveLength(1)
  })
})

describe(`callee scripts (seed ${seed})`, () => {
  test('shrink to a callee that answers', () => {
    expect(smallest(calleeScripts(), () => true)).toMatchObject({ type: 'answer', afterMs: 100 })
  })

  test('shrink to a callee that does one thing', () => {
    expect(smallest(calleeScripts(), (script) => 'leaves' in script && script.leaves?.rejoins !== undefined)).toEqual({
      type: 'answer',
      afterMs: 100,
      leaves: { afterMs: 100, rejoins: { afterMs: 100 } },
    })
    expect(smallest(calleeScripts(), (script) => 'secondDevice' in script)).toEqual({
      type: 'answer',
      afterMs: 100,
      secondDevice: { afterMs: 100 },
    })
  })

  test('keep people to one device where that was asked for', () => {
    fc.assert(
      fc.property(calleeScripts('one'), (script) => !JSON.stringify(script).includes('secondDevice')),
      { seed },
    )
  })
})

describe(`plans (seed ${seed})`, () => {
  test('shrink to people who answer and stay', () => {
    const { callees, faults } = smallest(
      plans(),
      ({ actions }) => actions.filter(({ does }) => does === 'join').length > 1,
    )
    expect(callees).toEqual(Array.from({ length: 4 }, () => ({ type: 'answer', afterMs: 100 })))
    expect(faults).toEqual([])
  })

  test('leave to chance what was not fixed, and fix the rest', () => {
    for (const { switches } of fc.sample(plans({ switches: { rosterMode: 'delta' } }), { seed, numRuns: 50 }))
      expect(switches.rosterMode).toBe('delta')
  })
})

describe(`histories (seed ${seed})`, () => {
  test('are played with what the kit exports: every move that means something is an event of the call', () => {
    let told = 0
    fc.assert(
      fc.property(kit.histories(10), (moves) => {
        const player = new kit.CallHarness(kit.rollcallSystem)
        for (const one of moves) {
          player.at += one.waitMs
          const message: kit.Message | undefined = kit.interpret(player, one)
          if (message === undefined) continue
          expect(player.tell(message).call).toBe(player.call)
          expect(player.history.at(-1)).toEqual({ ...message, at: player.at })
          told += 1
        }
      }),
      { seed, numRuns: 200 },
    )
    expect(told).toBeGreaterThan(500)
  })

  test('stories are told in messages that a player takes', () => {
    fc.assert(
      fc.property(kit.stories(), (story) => {
        const { intents, evidence } = kit.tellStory(story)
        const messages: readonly kit.Message[] = [...intents, ...evidence]
        const player = new kit.CallHarness(kit.rollcallSystem)
        for (const message of messages) player.tell(message)
        expect(player.history.map(({ type }) => type)).toEqual(messages.map(({ type }) => type))
      }),
      { seed, numRuns: 100 },
    )
  })
})
