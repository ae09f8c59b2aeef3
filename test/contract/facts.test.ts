/**
 * What the service says of a participant beside where they are, and what an invite says of a person: all of it gets
 * through, from the wire to the application and back.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { memoryStore, type PublishedChange } from '../../src/index.ts'
import { payload } from '../graph/payload-files.ts'
import { graphError } from './graph-by-the-facts.ts'
import { appId, bobId, callIs, establishedStage, itself, person, roster, settle, stage, words } from './stage.ts'

const bob = { user: { id: bobId } }
const bobIs = 'aaaaaaaa-0000-0000-0000-00000000000b'

/** Bob's roster entry, with another `info` and other properties. */
function bobAt(info: Record<string, unknown> = {}, more: Record<string, unknown> = {}): ReturnType<typeof person> {
  const entry = person(bobIs, bobId, more)
  return { ...entry, info: { ...(entry['info'] as object), ...info } }
}

function stream(mediaType: string, direction: string): object {
  return { '@odata.type': '#microsoft.graph.mediaStream', mediaType, sourceId: '1', direction, serverMuted: false }
}

describe('a mailbox that answers', () => {
  test.each(['voicemail', 'Voicemail'])(
    'as %s is not the person a pager waits for, and the pager is told at once',
    async (endpointType) => {
      const set = await establishedStage()
      const { key } = await set.call.invite(bob)
      const person = set.call.waitFor(key, { state: 'active', endpoint: 'person' }).catch((error: unknown) => error)
      const mailbox = set.call.waitFor(key, { state: 'active', endpoint: 'voicemail' })
      const anyEndpoint = set.call.waitFor(key, 'present')
      await set.post(roster(itself(), bobAt({ endpointType })))
      expect(await person).toMatchObject({
        code: 'ENDPOINT_DIFFERS',
        details: { key, state: 'active', endpoint: 'voicemail' },
      })
      expect(await mailbox).toMatchObject({ key, state: 'active', endpoint: 'voicemail' })
      expect(await anyEndpoint).toMatchObject({ endpoint: 'voicemail' })
    },
  )

  test('is told from a person by a predicate, too', async () => {
    const set = await establishedStage()
    const { key } = await set.call.invite(bob)
    const met = set.call
      .waitFor(key, ({ state, endpoint }) => state === 'active' && endpoint !== 'voicemail', { timeoutMs: 5_000 })
      .catch((error: unknown) => error)
    await set.post(roster(itself(), bobAt({ endpointType: 'voicemail' })))
    await set.clock.advance(5_000)
    expect(await met).toMatchObject({ code: 'WAIT_TIMEOUT' })
  })

  test('leaves its endpoint on the participant when it has gone', async () => {
    const set = await establishedStage()
    const { key } = await set.call.invite(bob)
    await set.post(roster(itself(), bobAt({ endpointType: 'voicemail' })))
    await set.clock.advance(5_000)
    await set.post(roster(itself()))
    expect(await set.call.waitFor(key, 'ended')).toMatchObject({ state: 'removed', endpoint: 'voicemail' })
  })
})

describe('a person who answers', () => {
  test.each([
    ['default', 'default'],
    ['skypeForBusiness', 'skypeForBusiness'],
    ['pager', 'pager'],
    [null, undefined],
  ])('at the endpoint %s is one', async (endpointType, endpoint) => {
    const set = await establishedStage()
    const { key } = await set.call.invite(bob)
    const met = set.call.waitFor(key, { state: ['lobby', 'active'], endpoint: 'person' })
    await set.post(roster(itself(), bobAt({ endpointType })))
    expect((await met).endpoint).toBe(endpoint)
  })

  test('carries everything else the service says of them, opaque, and nothing that is said elsewhere', async () => {
    const set = await establishedStage()
    const { key } = await set.call.invite(bob)
    await set.post(
      roster(
        itself(),
        bobAt(
          { region: 'westus', endpointId: 'e1', languageId: null },
          {
            isIdentityAnonymized: true,
            metadata: 'blob',
            meetingRole: 'none',
            publishedStates: [{ type: 'handRaised' }],
            recordingInfo: null,
          },
        ),
      ),
    )
    expect((await set.call.read()).participants.get(key)).toMatchObject({
      isAnonymous: true,
      details: {
        metadata: 'blob',
        meetingRole: 'none',
        publishedStates: [{ type: 'handRaised' }],
        info: { region: 'westus', endpointId: 'e1' },
      },
    })
  })

  test.each([
    ['mediaStreams', 'none', 'mediaStreams'],
    ['mediaStreams', [1], 'mediaStreams'],
    ['isIdentityAnonymized', 'yes', 'isIdentityAnonymized'],
  ])('is there although %s is %j, which stands among the details', async (property, value, name) => {
    const set = await establishedStage()
    expect(await set.post(roster(itself(), bobAt({}, { [property]: value })))).toBe(202)
    expect((await set.call.read()).participants.get(bobIs)).toMatchObject({
      state: 'active',
      details: { [name]: value },
    })
  })
})

describe('what waitFor takes', () => {
  test.each([
    [{ state: 'gone' }],
    [{ endpoint: '' }],
    [{ state: 'active', where: 'here' }],
    ['everywhere'],
    [[]],
    [null],
  ])('is not %j', async (wanted) => {
    const set = await establishedStage()
    await expect(set.call.waitFor('key', wanted as never)).rejects.toThrow(TypeError)
  })
})

describe('the documented invite', () => {
  test.each([
    'docs-invite-one-request.json',
    'docs-invite-pstn-request.json',
    'docs-invite-replace-p2p-request.json',
    'docs-invite-move-request.json',
  ])('%s is sent as it stands, byte for byte', async (name) => {
    const set = await establishedStage()
    const documented = payload(name)
    const [{ identity, replacesCallId, participantId }] = documented.participants
    const { clientContext } = documented
    const invited = await set.call.invite(identity, { clientContext, replacesCallId, participantId })
    expect(invited).toMatchObject({ key: clientContext, invitation: clientContext })
    await settle()
    expect(set.graph.sent('POST', /invite$/).map(({ body }) => JSON.stringify(body))).toEqual([
      JSON.stringify(documented),
    ])
  })

  test('carries properties of an identity that nobody here knows, and the participant keeps them', async () => {
    const set = await establishedStage()
    const strange = {
      user: {
        id: bobId,
        identityProvider: 'AAD',
        displayName: 'Bob',
        homeRealm: { name: 'x', levels: [1] },
        nothing: null,
      },
    }
    const { identity } = await set.call.invite(strange as never)
    expect(identity).toEqual({
      user: { id: bobId, identityProvider: 'AAD', displayName: 'Bob', homeRealm: { name: 'x', levels: [1] } },
    })
    expect(Object.isFrozen(identity['user']?.['homeRealm'])).toBe(true)
    await settle()
    const [sent] = set.graph.sent('POST', /invite$/)
    expect(sent?.body.participants[0].identity.user).toEqual({
      '@odata.type': '#microsoft.graph.identity',
      id: bobId,
      identityProvider: 'AAD',
      homeRealm: { name: 'x', levels: [1] },
    })
  })

  test('carries what is said under a key without an id, beside one with an id; a display name alone says nothing', async () => {
    const set = await establishedStage()
    await set.call.invite({
      phone: { id: '+15550100' },
      assertedIdentity: { identityProvider: 'None' },
      device: { displayName: 'Hall' },
    })
    await settle()
    const [sent] = set.graph.sent('POST', /invite$/)
    expect(sent?.body.participants[0].identity).toEqual({
      '@odata.type': '#microsoft.graph.identitySet',
      phone: { '@odata.type': '#microsoft.graph.identity', id: '+15550100' },
      assertedIdentity: { '@odata.type': '#microsoft.graph.identity', identityProvider: 'None' },
    })
  })
})

describe('a clientContext', () => {
  test('is chosen per invite; the others have one of the host', async () => {
    const set = await establishedStage({ createId: () => 'made-by-the-host' })
    await set.call.invite(bob, { clientContext: 'page 7/bob' })
    await set.call.invite({ phone: { id: '+15550100' } })
    await settle()
    expect(set.graph.sent('POST', /invite$/).map(({ body }) => body.clientContext)).toEqual([
      'page 7/bob',
      'made-by-the-host',
    ])
  })

  test('correlates what the service says of the invite', async () => {
    const set = await establishedStage()
    const { key } = await set.call.invite(bob, { clientContext: 'mine' })
    await set.post({
      value: [
        {
          changeType: 'deleted',
          resourceUrl: `/communications/calls/${set.call.id}/operations/x`,
          resourceData: {
            '@odata.type': '#microsoft.graph.inviteParticipantsOperation',
            clientContext: 'mine',
            status: 'failed',
            resultInfo: { code: 603, subcode: 8538 },
          },
        },
      ],
    })
    expect((await set.call.read()).participants.get(key)?.ending).toMatchObject({ cause: 'declined' })
  })

  test.each([
    ['', 'REQUEST_INVALID'],
    ['x'.repeat(257), 'REQUEST_INVALID'],
    ['\uD800', 'REQUEST_INVALID'],
  ])('%j is refused before anything is stored', async (clientContext, code) => {
    const set = await establishedStage()
    await expect(set.call.invite(bob, { clientContext })).rejects.toMatchObject({ code })
    expect((await set.call.read()).participants.size).toBe(0)
  })

  test('of another invitation of the call is refused; asked again for whom it was for, they are returned', async () => {
    const set = await establishedStage()
    const first = await set.call.invite(bob, { clientContext: 'mine' })
    expect((await set.call.invite(bob, { clientContext: 'mine' })).key).toBe(first.key)
    await expect(set.call.invite({ user: { id: 'someone-else' } }, { clientContext: 'mine' })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
    })
    await settle()
    expect(set.graph.sent('POST', /invite$/)).toHaveLength(1)
  })
})

describe('a removal that is refused', () => {
  const refusals: readonly (readonly [status: number, code: string, says: RegExp, never: RegExp])[] = [
    [403, '8552', /organizer of a meeting cannot be removed/, /AllowRemoveParticipantAppIds/],
    [403, '7504', new RegExp(`AllowRemoveParticipantAppIds @\\{Add="${appId}"\\}`), /organizer/],
    [403, 'Forbidden', new RegExp(`AllowRemoveParticipantAppIds @\\{Add="${appId}"\\}`), /organizer/],
    [403, '7505', /another tenant/, /AllowRemoveParticipantAppIds/],
    [403, '8560', /meeting is locked/, /AllowRemoveParticipantAppIds/],
    [403, '8599', /The service says so/, /AllowRemoveParticipantAppIds|permission/],
  ]
  test.each(refusals)('with %i/%s says what that means and what to do', async (status, code, says, never) => {
    const set = await establishedStage({ wire: { appId } })
    await set.post(roster(itself(), bobAt()))
    set.graph.next('DELETE', /participants/, graphError(status, code, 'The service says so to 4:+61412345678.'))
    const error = (await set.call.remove(bobIs).catch((thrown: unknown) => thrown)) as Error
    expect(error).toMatchObject({ code: 'REMOVAL_REFUSED', details: { status, serviceCode: code } })
    expect(error.message).toMatch(says)
    expect(error.message).not.toMatch(never)
    expect(error.message).not.toContain('61412345678')
  })
})

describe('a subscriber', () => {
  const onHold = bobAt(
    {},
    {
      isMuted: true,
      mediaStreams: [
        stream('audio', 'inactive'),
        stream('videoBasedScreenSharing', 'sendOnly'),
        stream('Video', 'ReceiveOnly'),
      ],
    },
  )

  test('who asks for facts is told of mute, hold and media with the evidence; others hear of states only', async () => {
    const set = await establishedStage()
    const facts: PublishedChange[] = []
    set.rollcall.subscribe(
      (change) => {
        facts.push(change)
      },
      { facts: true },
    )
    await set.post(roster(itself(), bobAt()))
    await set.post(roster(itself(), onHold))
    await set.post(roster(itself(), onHold))
    await set.post(roster(itself(), bobAt()))
    expect(words(set.told)).toEqual(['->active'])
    expect(words(facts)).toEqual(['->active', 'active>active', 'active>active'])
    expect(facts[1]).toMatchObject({
      callId: set.call.id,
      key: bobIs,
      facts: ['isMuted', 'isOnHold', 'media'],
      at: expect.any(Number),
      evidence: { source: 'roster.full', note: expect.stringContaining('muted, on hold') },
      participant: {
        isMuted: true,
        isOnHold: true,
        media: [
          { kind: 'audio', direction: 'inactive' },
          { kind: 'screen', direction: 'sendOnly' },
          { kind: 'video', direction: 'receiveOnly' },
        ],
      },
    })
    expect(facts[2]?.participant).toMatchObject({ isMuted: false, isOnHold: false })
    expect(
      [
        facts[1],
        facts[1]?.facts,
        facts[1]?.evidence,
        facts[1]?.participant?.media,
        facts[1]?.participant?.media?.[0],
      ].every(Object.isFrozen),
    ).toBe(true)
  })

  test('with a cursor is told of facts that changed while nobody listened, when they ask for them', async () => {
    const store = memoryStore()
    const set = await establishedStage({ store })
    const [states, facts]: [PublishedChange[], PublishedChange[]] = [[], []]
    set.rollcall.subscribe(() => undefined, { cursor: 'states' })()
    set.rollcall.subscribe(() => undefined, { cursor: 'facts', facts: true })()
    const stops = [
      set.rollcall.subscribe((change) => void states.push(change), { cursor: 'states' }),
      set.rollcall.subscribe((change) => void facts.push(change), { cursor: 'facts', facts: true }),
    ]
    await settle()
    for (const stop of stops) stop()
    await set.post(roster(itself(), bobAt()))
    await set.post(roster(itself(), onHold))
    set.rollcall.subscribe((change) => void states.push(change), { cursor: 'states' })
    set.rollcall.subscribe((change) => void facts.push(change), { cursor: 'facts', facts: true })
    await settle()
    expect(words(states)).toEqual(['->active'])
    expect(words(facts)).toEqual(['->active', 'active>active'])
  })

  test('can wait for a fact with a predicate, whichever host is told of it', async () => {
    const store = memoryStore()
    const set = await establishedStage({ store })
    set.graph.roster = [itself(), bobAt()]
    await set.post(roster(itself(), bobAt()))
    const other = stage({ store, graph: set.graph, hand: set.clock })
    const held = set.call.waitFor(bobIs, ({ isOnHold }) => isOnHold)
    await settle()
    await other.post(roster(itself(), onHold))
    expect(await held).toMatchObject({ isMuted: true, isOnHold: true })
  })

  test('finds the facts in the explanation', async () => {
    const set = await establishedStage()
    await set.post(roster(itself(), bobAt()))
    await set.post(roster(itself(), onHold))
    expect((await set.call.explain(bobIs)).sentence).toMatch(
      /is active, muted, on hold: .*: muted, on hold, audio inactive, screen sendOnly, video receiveOnly → active\.$/,
    )
  })
})

describe('a participant in the lobby', () => {
  const delta = (sequenceNumber: number, ...participants: readonly object[]): unknown => ({
    value: [
      {
        changeType: 'updated',
        resourceUrl: '/communications/calls/7531d31f-d10d-44de-802f-c569dbca451c/participants',
        resourceData: [{ '@odata.type': '#microsoft.graph.deltaParticipants', sequenceNumber, participants }],
      },
    ],
  })

  test.each([
    ['200#5855', 'lobbyTimeout', 'service'],
    ['200#5300', 'removed', 'remote'],
  ])('whose removal has the diagnosis %s ended as %s by %s', async (diagnosis, cause, by) => {
    const set = await establishedStage()
    await set.post(delta(1, itself(), bobAt({}, { isInLobby: true })))
    await set.post(
      delta(2, bobAt({}, { isInLobby: true, removedState: { reason: `They are gone. DiagCode: ${diagnosis}.@` } })),
    )
    expect((await set.call.read()).participants.get(bobIs)?.ending).toMatchObject({ cause, by })
  })

  test('whose absence is all that is known has left', async () => {
    const set = await establishedStage()
    await set.post(callIs('established'))
    await set.post(roster(itself(), bobAt({}, { isInLobby: true })))
    await set.clock.advance(5_000)
    await set.post(roster(itself()))
    expect((await set.call.read()).participants.get(bobIs)?.ending).toMatchObject({ cause: 'left', by: 'remote' })
  })
})
