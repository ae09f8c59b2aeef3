/**
 * An example history that uses every kind of act and fault, from a seed; as a program it prints the history.
 * @module
 */
import { TestService } from './service.ts'

/** Runs the example and returns its history. */
export async function runExample(seed: string, historyLimit?: number): Promise<string> {
  const service = new TestService({
    seed,
    historyLimit,
    settings: { switches: { rosterMode: seed === 'two' ? 'delta' : 'full' } },
    scripts: {
      ann: {
        type: 'answer',
        afterMs: { min: 100, max: 9_000 },
        leaves: { afterMs: { min: 1, max: 60_000 }, rejoins: { afterMs: 500 }, repeats: true },
      },
      bob: { type: 'noAnswer', answersOnCancel: true },
      carl: ({ attempt }) => (attempt === 0 ? { type: 'busy' } : { type: 'answer' }),
    },
    faults: [
      { on: 'both', probability: 0.3, fault: { type: 'delay', ms: { min: 1, max: 2_000 } } },
      { on: 'notification', probability: 0.1, fault: { type: 'duplicate' } },
      { on: 'notification', probability: 0.1, fault: { type: 'lose' } },
      { on: 'request', probability: 0.1, fault: { type: 'status', status: 429, retryAfterSeconds: 2.128 } },
    ],
  })
  const callId = service.call(['dan'])
  for (let round = 0; round < 8; round += 1) {
    void service.send({
      operation: 'participants.invite',
      callId,
      body: {
        participants: ['ann', 'bob', 'carl'].map((id) => ({ identity: { user: { id } } })),
        clientContext: String(round),
      },
    })
    service.advance(3_000)
    for (const { id } of service.truth(callId).ringing)
      void service.send({ operation: 'participant.delete', callId, participantId: id })
    service.act({
      act: 'join',
      callId,
      person: `person ${round}`,
      stay: { lobby: { admittedAfterMs: { min: 0, max: 10_000 } } },
    })
    void service.send({ operation: 'participants.list', callId })
    service.advance(40_000)
  }
  void service.send({ operation: 'call.delete', callId })
  service.advance(60_000)
  return service.driver.history()
}

if (process.argv[1] === import.meta.filename) process.stdout.write(await runExample(process.argv[2] ?? ''))
