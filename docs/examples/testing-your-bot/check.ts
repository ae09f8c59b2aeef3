/**
 * Checks a bot: `node check.ts BOT [--faults none|late|lossy|KIND,…] [--deeds DEED,…] [--devices one] [--runs N] [--seed N]`.
 */
import { parseArgs } from 'node:util'
import { checkBot, type CheckBotOptions, type CreateBot } from 'rollcall/testing'

const {
  values,
  positionals: [name = 'naive-bot'],
} = parseArgs({
  allowPositionals: true,
  options: {
    faults: { type: 'string', default: 'lossy' },
    deeds: { type: 'string' },
    devices: { type: 'string', default: 'several' },
    runs: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
  },
})
const { createBot } = (await import(`./${name}.ts`)) as { createBot: CreateBot }

const levels = ['none', 'late', 'lossy']
const { runs, failure } = await checkBot(createBot, {
  seed: Number(values.seed),
  runs: Number(values.runs),
  faults: (levels.includes(values.faults) ? values.faults : values.faults.split(',')) as CheckBotOptions['faults'],
  ...(values.deeds === undefined ? {} : { deeds: values.deeds.split(',') as CheckBotOptions['deeds'] }),
  devices: values.devices as CheckBotOptions['devices'],
  switches: { rosterMode: 'delta', cancelBeforeAnswer: 'supported', inviteResponseId: 'participantId' },
})
console.log(failure === undefined ? `${runs} runs, nothing wrong` : failure.text)
process.exitCode = failure === undefined ? 0 : 1
