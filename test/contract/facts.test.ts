/**
 * Facts of participants besides their state, and properties of an invite: all of them get through, from the wire to the
 * application and back.
 * @module
 */
import { describe, expect, test } from 'vitest'
import { payload } from '../graph/payload-files.ts'
import { graphError } from './graph-by-the-facts.ts'
import { appId, bobId, establishedStage, itself, roster, settle } from './stage.ts'
import { bobIs, bobAt } from './bob-on-roster.ts'

const bob = { user: { id: bobId } }

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

  test('can be distinguished from a person by a predicate, too', async () => {
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

  test('keeps all other properties of the service, opaque, and none that has its own field', async () => {
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

  test('carries unknown properties of an identity, and the participant keeps them', async () => {
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

  test('carries a key without an id beside one with an id; a display name alone is not an identity', async () => {
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
  test('is chosen per invite; the others get one from the host', async () => {
    const set = await establishedStage({ createId: () => 'made-by-the-host' })
    await set.call.invite(bob, { clientContext: 'page 7/bob' })
    await set.call.invite({ phone: { id: '+15550100' } })
    await settle()
    expect(set.graph.sent('POST', /invite$/).map(({ body }) => body.clientContext)).toEqual([
      'page 7/bob',
      'made-by-the-host',
    ])
  })

  test('correlates the notifications of the invite', async () => {
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

  test('of another invitation of the call is refused; the same invite again returns its invitees', async () => {
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
  test.each(refusals)('with %i/%s explains the reason and what to do', async (status, code, says, never) => {
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
