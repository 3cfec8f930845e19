import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as contract from '../sdk/src/contract/index.ts'

const root = resolve(import.meta.dirname, '..')

/** TypeScript sources below a folder, as paths from the root. */
function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !/(^|\/)(dist|node_modules|generated)\//.test(path))
}

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')

/** Modules that a file imports: specifier, and whether only types are taken from it. */
function imports(path: string): { specifier: string; typeOnly: boolean }[] {
  const pattern = /^\s*(?:import|export)\s+(type\s)?[^'"`;]*?from\s+'([^']+)'|^\s*import\s+'([^']+)'|\bimport\('([^']+)'\)/gm
  return [...withoutComments(read(path)).matchAll(pattern)].map((match) => ({
    specifier: match[2] ?? match[3] ?? match[4] ?? '',
    typeOnly: match[1] !== undefined,
  }))
}

const product = ['sdk/src', 'collector-processor/src'].flatMap(sources)
const allSources = [...product, ...sources('grafana')]

/** Stages of the data path, earliest first: a stage may import from itself and from the ones before it. */
const stages: Record<string, readonly (readonly string[])[]> = {
  'sdk/src': [
    ['contract'],
    ['clock.ts', 'names.ts', 'errors.ts', 'duration.ts', 'call-site.ts', 'method-decorator.ts'],
    ['telemetry'],
    ['sampling'],
    ['calls', 'watchdog', 'memory', 'models', 'profiles', 'runs', 'effects'],
    ['profiled.ts', 'profiled-sections.ts', 'cpu-profile.ts', 'allocation-profile.ts', 'cache', 'system', 'profilers'],
    ['profiler.ts'],
    ['options.ts', 'governor.ts', 'start-profilers.ts', 'register.ts', 'with-pitwall.ts'],
    ['summary'],
    ['preload.ts', 'profile-preload.ts', 'attached.ts', 'index.ts'],
  ],
  'collector-processor/src': [
    ['text', 'servers', 'recommendation/recommendation.ts', 'commands/command.ts', 'settings.ts'],
    ['prometheus'],
    ['prediction'],
    ['rules', 'user-rules', 'benchmark'],
    ['recommendation'],
    ['health'],
    ['alerts', 'pages', 'emitters'],
    ['cycle.ts', 'schedule.ts'],
    ['optimization.ts', 'evaluation.ts', 'index.ts', 'server.ts'],
    ['demo', 'run', 'profile', 'rule-tests'],
    ['commands'],
    ['main.ts'],
  ],
}

function stageOf(path: string): { base: string; stage: number } | undefined {
  const base = Object.keys(stages).find((candidate) => path.startsWith(`${candidate}/`))
  if (base === undefined) return undefined
  const inside = relative(base, path)
  const order = stages[base] ?? []
  // The longest match wins, so that one file of a folder may stand earlier than the folder.
  const exact = order.findIndex((places) => places.includes(inside))
  const stage = exact >= 0 ? exact : order.findIndex((places) => places.some((place) => inside.startsWith(`${place}/`)))
  return { base, stage }
}

describe('imports run one way along the path of the data', () => {
  it.each(product)('%s', (path) => {
    const from = stageOf(path)
    expect(from?.stage, 'has a place on the path of the data').toBeGreaterThanOrEqual(0)
    for (const { specifier } of imports(path)) {
      if (!specifier.startsWith('.')) continue
      const target = relative(root, resolve(root, dirname(path), specifier))
      const to = stageOf(target)
      expect(to?.base, `${specifier} stays inside its package`).toBe(from?.base)
      expect(to?.stage, `${specifier} is not a later stage`).toBeLessThanOrEqual(from?.stage ?? -1)
    }
  })

  it('the contract imports nothing outside itself', () => {
    for (const path of sources('sdk/src/contract')) {
      for (const { specifier } of imports(path)) expect(specifier, path).toMatch(/^\.\/[a-z-]+\.ts$/)
    }
  })

  it('the processor sees only the contract and the eviction policies of the SDK', () => {
    for (const path of sources('collector-processor/src')) {
      // The demo's agents are agents: they use the SDK as any agent does, in processes of their own.
      if (path.startsWith('collector-processor/src/demo/agent/')) continue
      for (const { specifier } of imports(path)) {
        if (specifier.startsWith('@pitwall/sdk')) expect(specifier, path).toMatch(/^@pitwall\/sdk\/(contract|eviction\/[a-z0-9-]+)$/)
      }
    }
  })
})

/** Folders whose every file is a unit, beside the file that declares what a unit is. */
const unitFolders: Record<string, readonly string[]> = {
  'sdk/src/cache/backends': ['backend'],
  'sdk/src/cache/eviction': ['policy'],
  'sdk/src/profilers': ['profiler'],
  'collector-processor/src/rules': ['rule'],
  'collector-processor/src/emitters': ['emitter'],
  'collector-processor/src/commands': ['command'],
  'grafana/dashboards': ['dashboard'],
}

describe('each unit is found by its name and has a test of that name', () => {
  for (const [folder, interfaces] of Object.entries(unitFolders)) {
    const units = readdirSync(join(root, folder))
      .filter((file) => file.endsWith('.ts'))
      .map((file) => basename(file, '.ts'))
      .filter((name) => !interfaces.includes(name))
    it.each(units)(`${folder}/%s`, (name) => {
      expect(name, 'lower-case letters, digits and dashes').toMatch(/^[a-z0-9-]+$/)
      expect(existsSync(join(root, 'test', folder.replace('/src', ''), `${name}.test.ts`))).toBe(true)
    })
  }
})

/** Every metric name of the contract, dotted and as Prometheus has it. Attribute keys are fine: the compiler checks them. */
const metricNames = new RegExp(
  `\\b(${[
    contract.cache,
    contract.calls,
    contract.cpuWait,
    contract.subjects,
    contract.reuse,
    contract.runs,
    contract.effects,
    contract.runtime,
    contract.memory,
    contract.leak,
    contract.system,
    contract.eventLoop,
    contract.heap,
    contract.cpuProfiles,
    contract.models,
    contract.genAi,
    contract.pools,
    contract.advice,
    contract.optimizer,
    contract.health,
  ]
    .flatMap((family): contract.MetricDefinition[] => Object.values(family))
    .flatMap((metric) => [metric.name.replaceAll('.', '\\.'), `${contract.prometheusName(metric)}(_bucket|_sum|_count)?`])
    .join('|')})\\b(?!\\.\\w)`,
)

describe('the style that a machine can check', () => {
  it.each(allSources)('%s', (path) => {
    const text = read(path)
    const code = withoutComments(text)
    expect(text.split('\n').length, 'lines').toBeLessThanOrEqual(350)
    if (!path.startsWith('sdk/src/contract/')) expect(code.match(metricNames), 'metric names come from the contract').toBeNull()
    expect(code, 'no top-level await: it would break require() of the package').not.toMatch(
      /^(?:(?:export )?(?:const|let) [^\n]*= )?await /m,
    )
    expect(code, 'no any').not.toMatch(/(: any\b|\bas any\b|<any>)/)
    expect(text, 'no suppressed checks').not.toMatch(/@ts-ignore|@ts-expect-error|oxlint-disable|eslint-disable/)
    expect(code, 'no eval').not.toMatch(/\beval\(|new Function\(/)
  })

  it('keeps the median file at 100 lines or fewer', () => {
    const lengths = allSources.map((path) => read(path).split('\n').length).toSorted((a, b) => a - b)
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(100)
  })

  it('installs one copy of the OpenTelemetry API', () => {
    const copies = readdirSync(join(root, 'node_modules'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('@opentelemetry/api/package.json'),
    )
    expect(copies).toEqual(['@opentelemetry/api/package.json'])
  })

  it('has at most ten npm scripts', () => {
    const manifest: { scripts: Record<string, string> } = JSON.parse(read('package.json'))
    expect(Object.keys(manifest.scripts).length).toBeLessThanOrEqual(10)
  })
})
