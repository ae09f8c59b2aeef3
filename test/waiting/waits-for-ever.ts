/** A process that waits for something that never happens, and says so. */
import { untilSettled } from './waiting.ts'

const waiting = untilSettled('pigs fly', new Promise(() => undefined), { seed: 7, again: 'npm run crash -- --seed 7' })
await untilSettled('a moment has passed', Promise.resolve())
console.log('it waits')
process.stdin.resume()
await waiting
