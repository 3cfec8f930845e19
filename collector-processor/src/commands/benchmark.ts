import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { benchmark, type BenchmarkOptions, type BenchmarkResult } from '../benchmark/benchmark.ts'
import { markdownReport, textReport } from '../benchmark/report.ts'
import type { Compared } from '../benchmark/outcome.ts'
import { type Command, type CommandIo, UsageError } from './command.ts'

/** What a file for `pitwall benchmark` exports, by name or as members of its default export. */
interface BenchmarkFile {
  readonly original: Compared<unknown, unknown>
  readonly optimized: Compared<unknown, unknown>
  readonly inputs: readonly unknown[] | (() => readonly unknown[])
  readonly equal: BenchmarkOptions['equal'] | undefined
}

const options = {
  time: { type: 'string', value: 'SECONDS', description: 'How long to measure, 0.1 to 3600. Default 3.' },
  json: { type: 'boolean', description: 'One JSON document instead of the report.' },
  markdown: { type: 'boolean', description: 'The report as a table in Markdown.' },
} as const satisfies Command['options']

/** Two functions that are meant to do the same, from a file: whether they do, and which is faster by how much. */
export default {
  summary: 'Compare two versions of a function: whether they return the same, and how much faster one is, with an interval.',
  options,
  operands: 'FILE',
  examples: ['pitwall benchmark search.bench.ts', 'pitwall benchmark --time 10 --markdown search.bench.js'],
  async run({ time, json, markdown }, io, [file, ...rest]) {
    if (file === undefined) throw new UsageError('name a file that exports original, optimized and inputs.')
    if (rest.length > 0) throw new UsageError(`options stand before the file: what is '${rest.join(' ')}'?`)
    const seconds = Number(time ?? 3)
    if (!(seconds >= 0.1 && seconds <= 3_600))
      throw new UsageError(`--time must be a number of seconds from 0.1 to 3600, not '${String(time)}'.`)
    const { original, optimized, inputs, equal } = await load(file)
    exposeCollection()
    if (seconds > 2) io.err(`comparing for ${seconds} s …\n`)
    const result = await benchmark(original, optimized, inputs, { timeMs: seconds * 1_000, signal: io.signal, ...(equal && { equal }) })
    print(result, { json: json === true, markdown: markdown === true }, io)
    if (result.verdict === 'different results' || result.verdict === 'slower') return 1
    return result.verdict === 'too noisy' ? 3 : 0
  },
} satisfies Command

async function load(file: string): Promise<BenchmarkFile> {
  const path = resolve(file)
  if (!existsSync(path)) throw new UsageError(`there is no file ${file}.`)
  const module: Partial<BenchmarkFile> & { readonly default?: Partial<BenchmarkFile> } = await import(pathToFileURL(path).href).catch(
    (error: unknown) => {
      throw new UsageError(`${file} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`)
    },
  )
  const { original, optimized, inputs, equal } = { ...module.default, ...module }
  if (typeof original !== 'function') throw new UsageError(`${file} must export a function 'original'.`)
  if (typeof optimized !== 'function') throw new UsageError(`${file} must export a function 'optimized'.`)
  if (typeof inputs !== 'function' && !(Array.isArray(inputs) && inputs.length > 0))
    throw new UsageError(`${file} must export 'inputs': an array of at least one input, or a function that makes it.`)
  if (equal !== undefined && typeof equal !== 'function') throw new UsageError(`'equal' of ${file} must be a function of two results.`)
  return { original, optimized, inputs, equal }
}

/** Lets garbage be collected before allocations are counted, as `--expose-gc` does. */
function exposeCollection(): void {
  if (globalThis.gc !== undefined) return
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  Object.defineProperty(globalThis, 'gc', { value: collect, configurable: true })
}

function print(result: BenchmarkResult, { json, markdown }: { readonly json: boolean; readonly markdown: boolean }, io: CommandIo): void {
  if (json) io.out(`${JSON.stringify(result, null, 2)}\n`)
  else io.out(markdown ? markdownReport(result) : textReport(result))
}
