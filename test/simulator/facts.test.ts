import { describe, expect, test } from 'vitest'
import { TestService } from './service.ts'

interface Entry {
  readonly info: { readonly endpointType: string; readonly identity: { readonly [kind: string]: unknown } }
  readonly mediaStreams: readonly {
    readonly mediaType: string
    readonly direction: string
    readonly sourceId: string
  }[]
  readonly removedState?: { readonly reason: string }
}

/** The newest entry of a person on the latest roster. */
function latest(service: TestService): Entry {
  const found = (service.received('roster').at(-1) as Entry[]).find(({ info }) => info.identity['user'] !== undefined)
  if (found === undefined) throw new Error('The roster shows no person.')
  return found
}

/** Kinds and directions of the streams. */
function streamsOf({ mediaStreams }: Entry): readonly string[] {
  return mediaStreams.map(({ mediaType, direction }) => `${mediaType} ${direction}`)
}

describe('the simulated service', () => {
  test('a mailbox that answers is on the roster with the endpoint voicemail', async () => {
    const service = new TestService({ scripts: [['ann', { type: 'answer', afterMs: 100, endpoint: 'voicemail' }]] })
    const callId = service.call()
    await service.invite(callId, 'ann')
    service.advance(100)
    expect(latest(service).info.endpointType).toBe('voicemail')
    expect(service.truth(callId).present).toMatchObject([{ endpoint: 'voicemail' }])
  })

  test('a person has the default endpoint, and keeps its endpoint when admitted under a new id', () => {
    const service = new TestService({ settings: { switches: { lobbyAdmission: 'new-id' } } })
    const callId = service.call(['ann'])
    expect(latest(service).info.endpointType).toBe('default')
    service.act({
      act: 'join',
      callId,
      person: 'bob',
      stay: { endpoint: 'skypeForBusiness', lobby: { admittedAfterMs: 50 } },
    })
    service.advance(50)
    expect(latest(service).info.endpointType).toBe('skypeForBusiness')
  })

  test('a hold makes the audio inactive and changes nothing else', () => {
    const service = new TestService()
    const callId = service.call(['ann'])
    service.act({
      act: 'media',
      callId,
      who: 'ann',
      streams: [
        { mediaType: 'audio', direction: 'sendReceive' },
        { mediaType: 'video', direction: 'sendOnly' },
      ],
    })
    service.act({ act: 'hold', callId, who: 'ann' })
    expect(streamsOf(latest(service))).toEqual(['audio inactive', 'video sendOnly'])
    service.act({ act: 'resume', callId, who: 'ann' })
    expect(streamsOf(latest(service))).toEqual(['audio sendReceive', 'video sendOnly'])
  })

  test('a script can put the call on hold and resume it', async () => {
    const service = new TestService({
      scripts: [['ann', { type: 'answer', afterMs: 0, holds: { afterMs: 100, resumesAfterMs: 50 } }]],
    })
    const callId = service.call()
    await service.invite(callId, 'ann')
    service.advance(100)
    expect(streamsOf(latest(service))).toEqual(['audio inactive'])
    service.advance(50)
    expect(streamsOf(latest(service))).toEqual(['audio sendReceive'])
  })

  test('a shared screen is on the next roster', () => {
    const service = new TestService()
    const callId = service.call(['ann'])
    const before = service.received('roster').length
    const streams = [
      { mediaType: 'audio', direction: 'sendReceive' },
      { mediaType: 'videoBasedScreenSharing', direction: 'sendOnly' },
    ]
    service.act({ act: 'media', callId, who: 'ann', streams })
    service.act({ act: 'media', callId, who: 'ann', streams })
    expect(service.received('roster')).toHaveLength(before + 1)
    expect(streamsOf(latest(service))).toEqual(['audio sendReceive', 'videoBasedScreenSharing sendOnly'])
    expect(new Set(latest(service).mediaStreams.map(({ sourceId }) => sourceId)).size).toBe(2)
  })

  test('the reason of a removal may have a diagnosis that distinguishes a lobby timeout from a denial', () => {
    const reasons = (removalReason: 'text' | 'diagnosed'): readonly (string | undefined)[] => {
      const service = new TestService({
        settings: { switches: { rosterMode: 'delta', removalReason }, timing: { lobbyMs: 1_000 } },
      })
      const callId = service.call()
      for (const person of ['ann', 'bob', 'cem']) service.act({ act: 'join', callId, person, stay: { lobby: {} } })
      service.act({ act: 'remove', callId, who: 'ann' })
      service.act({ act: 'leave', callId, who: 'cem' })
      service.advance(1_000)
      return service
        .received('roster')
        .slice(-3)
        .map(([{ participants }]: [{ participants: Entry[] }]) => participants[0]?.removedState?.reason)
    }
    const text = 'Participant has left the meeting call.'
    expect(reasons('text')).toEqual([text, text, text])
    expect(reasons('diagnosed')).toEqual([`${text} DiagCode: 200#5300.@`, text, `${text} DiagCode: 200#5855.@`])
  })
})
