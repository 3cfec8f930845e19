import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAgent } from '../../support/agent-process.ts'

const pitwall = resolve(import.meta.dirname, '../../../collector-processor/bin/pitwall.js')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitwall-test-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function run(source: string, ...args: string[]) {
  const file = join(folder, 'search.bench.mjs')
  await writeFile(file, source)
  return startAgent([pitwall, 'benchmark', '--time', '0.3', ...args, file]).end
}

const slow = `export const original = (n) => { let sum = 0; for (let i = 0; i < n; i++) sum += Math.sqrt(i); return Math.round(sum) }`
const inputs = `export const inputs = [20000, 30000]`

describe.concurrent('pitwall benchmark', () => {
  it('reports the speed-up of a function that does the same in half the time, as JSON too', async () => {
    const half = `export const optimized = (n) => { let sum = 0; for (let i = 0; i < n; i += 2) sum += Math.sqrt(i) + Math.sqrt(i + 1); return Math.round(sum) }`
    const equal = `export const equal = () => true`
    const fewer = `export const optimized = (n) => { let sum = 0; for (let i = 0; i < n / 4; i++) sum += Math.sqrt(i); return Math.round(sum) }`
    expect((await run(`${slow}\n${half}\n${inputs}`)).stdout).toMatch(/Results +the same for every input/)
    const { code, stdout } = await run(`${slow}\n${fewer}\n${inputs}\n${equal}`, '--json')
    expect(code).toBe(0)
    const result: { verdict: string; speedup: { lower: number }; originalBytes: number } = JSON.parse(stdout)
    expect(result.verdict).toBe('faster')
    expect(result.speedup.lower).toBeGreaterThan(1.5)
    expect(result.originalBytes).toBeGreaterThanOrEqual(0)
  })
})

describe('pitwall benchmark, asked what it cannot do', () => {
  it('exits with 1 where the results differ, and says for which input', async () => {
    const { code, stdout } = await run(`${slow}\nexport const optimized = (n) => n\n${inputs}`)
    expect(code).toBe(1)
    expect(stdout).toContain('input 0')
  })

  it('says in one line what the file lacks', async () => {
    const { code, stderr } = await run(`${slow}\n${inputs}`)
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(/must export a function 'optimized'\.\n$/) })
    const missing = await startAgent([pitwall, 'benchmark', join(folder, 'nowhere.ts')]).end
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no file') })
  })
})
