import { readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { environment, type Benchmark, type BenchmarkResult, format, type Goal } from './benchmark.ts'
import { page } from './page.ts'

const folder = import.meta.dirname
const notBenchmarks = new Set(['main', 'benchmark', 'page'])
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.js'))
  .map((file) => basename(file, '.js'))
  .filter((name) => !notBenchmarks.has(name))

async function load(name: string): Promise<Benchmark> {
  const module: { default: Benchmark } = await import(pathToFileURL(join(folder, `${name}.js`)).href)
  return module.default
}

async function list(): Promise<void> {
  console.log('npm run bench -- NAME [--json] [--html FILE] [--seed N]\n')
  const width = Math.max(...names.map((name) => name.length))
  for (const name of names) console.log(`  ${name.padEnd(width)}   ${(await load(name)).what}`)
}

function print(name: string, { goals, peers, notes = {} }: BenchmarkResult): void {
  console.log(`\n${name}\n`)
  for (const goal of goals) console.log(row(goal))
  for (const peer of peers) console.log(`        ${format(peer.figure).padStart(10)}  ${peer.name} ${peer.version}`)
  console.log('')
  for (const [key, value] of Object.entries({ ...notes, ...environment() })) console.log(`  ${key}: ${value}`)
}

function row({ holds, figure, unit, comparator, limit, what }: Goal): string {
  return `  ${holds ? 'holds' : 'FAILS'} ${format(figure).padStart(10)} ${unit} (${comparator} ${limit})  ${what}`
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, html: { type: 'string' }, seed: { type: 'string' } },
  })
  const [name] = positionals
  if (name === undefined) {
    await list()
    return 0
  }
  if (!names.includes(name)) {
    console.error(`There is no benchmark "${name}". There are: ${names.join(', ')}.`)
    return 2
  }
  const seed = values.seed === undefined ? undefined : Number(values.seed)
  if (seed !== undefined && !Number.isSafeInteger(seed)) {
    console.error(`The seed must be a whole number, not "${values.seed}".`)
    return 2
  }
  const benchmark = await load(name)
  const told: string[] = []
  const progress = (line: string): void => {
    told.push(line)
    console.error(line)
  }
  const result = await benchmark.run(progress, { seed })
  if (values.html !== undefined) writeFileSync(values.html, page(name, benchmark.what, result, told))
  if (values.json) console.log(JSON.stringify({ name, ...result, environment: environment() }, null, 2))
  else print(name, result)
  return result.goals.every((goal) => goal.holds) ? 0 : 1
}

main().then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 2
  },
)
