import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { system } from '../../../sdk/src/contract/index.ts'
import { startAgent } from '../../support/agent-process.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitwall-start-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** What an agent exports that loads for 0.2 s at least (undefined: nothing), and the age that it prints itself; both in seconds. */
async function run(
  name: string,
  last: string,
  registers: 'before' | 'itself' = 'before',
): Promise<{ readonly start: number | undefined; readonly age: number }> {
  const file = join(folder, name)
  const busy = `const start = performance.now(); while (performance.now() - start < 200);\n`
  await writeFile(file, busy + last)
  const preload = registers === 'before' ? ['--import', '@pitwall/sdk/register'] : []
  const { code, stdout, stderr } = await startAgent([...preload, file], { OTEL_METRICS_EXPORTER: 'console', PITWALL_PROFILERS: 'none' }).end
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const found = stdout.slice(stdout.indexOf(system.startDuration.name)).match(/value: ([\d.]+)/)
  const age = Number(stdout.match(/age ([\d.]+)/)?.[1])
  return { start: stdout.includes(system.startDuration.name) ? Number(found?.[1]) : undefined, age }
}

describe('the time that a process takes to start', () => {
  it('ends when the entry module is loaded, and does not hold what the agent does then', async () => {
    const later = `setTimeout(() => console.log('age', process.uptime()), 300)`
    for (const { start, age } of await Promise.all([run('agent.mjs', later), run('agent.cjs', later)])) {
      expect(start).toBeGreaterThan(0.2)
      expect(start).toBeLessThan(age - 0.25)
    }
  })

  it('is not exported where the SDK was loaded too late to see it', async () => {
    const url = new URL('../../../sdk/dist/index.js', import.meta.url).href
    const { start } = await run('late.mjs', `(await import('${url}')).register()`, 'itself')
    expect(start).toBeUndefined()
  })
})
