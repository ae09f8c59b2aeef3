/**
 * A process that commits to a file others commit to as well: `writer.ts <path> <name> <count>`.
 * @module
 */
import { isRollcallError } from '../../src/call/model/errors.ts'
import { sqliteStore } from '../../src/sqlite/store.ts'

const [path = '', name = '', count = '0'] = process.argv.slice(2)
const store = sqliteStore(path, { synchronous: 'normal', busyTimeoutMs: 2 ** 31 - 1 })
for (let written = 0; written < Number(count); ) {
  const version = (await store.load('shared'))?.version ?? 0
  try {
    await store.commit({
      callId: 'shared',
      expectedVersion: version,
      instanceId: name,
      at: 0,
      core: null,
      participants: new Map([[`${name}-${written}`, written]]),
      deletedParticipants: [],
      effects: [],
      acknowledgedEffects: [],
      changes: [],
      isEnded: false,
    })
    written += 1
  } catch (error) {
    if (!isRollcallError(error) || error.code !== 'STORE_CONFLICT') throw error
  }
}
await store.close()
