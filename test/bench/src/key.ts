import { hash } from 'node:crypto'
import { keyOfArguments } from '../../../sdk/dist/cache/key.js'
import { atMost, type Benchmark, median } from './benchmark.ts'

const ROUNDS = 21
const KEYS = 5_000

const prompt = 'Find a quiet hotel near the station, and say why it is the right one.'

/** Arguments of calls, from the cheapest to a conversation of about a kilobyte. */
const examples: Readonly<Record<string, readonly unknown[]>> = {
  'a short string': ['hotels in Rome'],
  'a string and a number': ['hotels in Rome', 5],
  'an object of 90 characters': [{ question: 'hotels in Rome', filters: { stars: 4, tags: ['pool', 'bar'] }, limit: 10 }],
  'a conversation of 1 kB': [
    { model: 'small', messages: Array.from({ length: 8 }, (_, turn) => ({ role: 'user', content: `${turn} ${prompt}` })) },
  ],
}

/** What is written without thinking of anything: it takes NaN for null and the order of fields for a difference. */
function plainKey(args: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(args), 'base64url')
}

/** Microseconds of CPU that the key of these arguments takes. */
function cpuTime(keyOf: (args: readonly unknown[]) => string | undefined, args: readonly unknown[]): number {
  const before = process.cpuUsage()
  for (let count = 0; count < KEYS; count++) if (keyOf(args) === undefined) throw new Error('no key')
  const { user, system } = process.cpuUsage(before)
  return (user + system) / KEYS
}

export default {
  what: 'What it costs to make the key of a call from its arguments, beside SHA-256 of JSON.stringify.',
  async run(progress) {
    const notes: Record<string, number> = {}
    let largest = 0
    for (const [name, args] of Object.entries(examples)) {
      const [own, plain]: [number[], number[]] = [[], []]
      for (let round = 0; round < ROUNDS; round++) {
        own.push(cpuTime(keyOfArguments, args))
        plain.push(cpuTime(plainKey, args))
      }
      notes[`µs for ${name}`] = median(own)
      notes[`µs for ${name}, SHA-256 of JSON.stringify`] = median(plain)
      progress(`${name}: ${median(own).toFixed(2)} µs, SHA-256 of JSON.stringify ${median(plain).toFixed(2)} µs`)
      largest = Math.max(largest, median(own))
    }
    const what = 'the key of a conversation of 1 kB, the dearest of the examples'
    return { goals: [atMost(10, 'µs', { id: 'conversation', what, figure: largest })], peers: [], notes }
  },
} satisfies Benchmark
