import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callSite } from '../../sdk/src/call-site.ts'
import { runAgent, startAgent } from '../support/agent-process.ts'

const here = relative(process.cwd(), import.meta.filename)

/** The end of an agent: prints the attributes under which it announces its functions and caches. */
const printSubjects = `
const { resourceMetrics } = await metricProducer.collect()
const info = resourceMetrics.scopeMetrics[0].metrics.find(({ descriptor }) => descriptor.unit === '{subject}')
console.log(JSON.stringify(info.dataPoints.map(({ attributes }) => attributes)))
`

describe('the place of a call', () => {
  it('is the file, relative to the working directory, and the line', () => {
    const site = callSite()
    expect(site?.file).toBe(here)
    expect(site?.line).toBeGreaterThan(8)
  })

  it('is that of a helper’s caller when the helper leaves itself out', () => {
    const helper = () => callSite(1)
    const line = callSite()?.line ?? NaN
    expect(helper()?.line).toBe(line + 1)
  })

  it('is unknown where there is no file', async () => {
    const { stdout, stderr } = await runAgent(
      `import { metricProducer, profiled } from '@pitwall/sdk'
       profiled(() => 1, { name: 'evaluated' })
       ${printSubjects}`,
    )
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual([{ 'pitwall.subject': 'evaluated', 'pitwall.subject.kind': 'function' }])
  })
})

describe('the place of a call in a directory that was removed', () => {
  it('is unknown, and no reason to fail', async () => {
    const { stdout, stderr } = await runAgent(
      `import { mkdtempSync, rmdirSync } from 'node:fs'
       import { cached, profiled } from '@pitwall/sdk'
       const folder = mkdtempSync('/tmp/pitwall-removed-')
       process.chdir(folder)
       rmdirSync(folder)
       console.log(cached(profiled((value) => value), { name: 'removed' })(1))`,
    )
    expect({ stdout, stderr }).toEqual({ stdout: '1\n', stderr: '' })
  })
})

describe('the place of a call in a compiled agent', () => {
  // The compiler drops the interface, so that lines differ: 10 to 12 here, 5 to 7 in the JavaScript.
  const source = `import { cached, metricProducer, profiled } from '@pitwall/sdk'
import lruCache from '@pitwall/sdk/profilers/lru-cache'
import { LRUCache } from 'lru-cache'
lruCache.start()
interface Flight {
  readonly price: number
}


profiled((flight: Flight) => flight.price, { name: 'priceOf' })
cached((flight: Flight) => flight.price, { name: 'fare' })
new LRUCache<string, Flight>({ max: 1 }).get('a flight')
${printSubjects}`
  let folder = ''

  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'pitwall-compiled-')))
    const modules = resolve(import.meta.dirname, '../../node_modules')
    await mkdir(join(folder, 'src'))
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    await writeFile(join(folder, 'src/agent.ts'), source)
    await symlink(modules, join(folder, 'node_modules'))
    const options = ['--sourceMap', '--noCheck', '--target', 'es2024', '--module', 'nodenext', '--rootDir', 'src', '--outDir', 'dist']
    await promisify(execFile)(process.execPath, [join(modules, 'typescript/bin/tsc'), ...options, 'src/agent.ts'], { cwd: folder })
  })
  afterAll(() => rm(folder, { recursive: true }))

  async function places(...flags: readonly string[]): Promise<unknown> {
    const { stdout, stderr } = await startAgent([...flags, join(folder, 'dist/agent.js')]).end
    expect(stderr).toBe('')
    const subjects: Record<string, unknown>[] = JSON.parse(stdout)
    return Object.fromEntries(
      subjects.map((subject) => [subject['pitwall.subject'], [subject['code.file.path'], subject['code.line.number']]]),
    )
  }

  it('is the line of the TypeScript, and not the SDK’s own source, with --enable-source-maps', async () => {
    const file = join(folder, 'src/agent.ts')
    expect(await places('--enable-source-maps')).toEqual({ priceOf: [file, 10], fare: [file, 11], [`${file}:12`]: [file, 12] })
  })

  it('is the line that runs, without it', async () => {
    const file = join(folder, 'dist/agent.js')
    expect(await places()).toEqual({ priceOf: [file, 5], fare: [file, 6], [`${file}:7`]: [file, 7] })
  })
})
