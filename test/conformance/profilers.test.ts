import { readdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Profiler } from '../../sdk/src/profilers/profiler.ts'
import { collectSources } from '../../sdk/src/telemetry/source.ts'
import { runAgent } from '../support/agent-process.ts'

const folder = resolve(import.meta.dirname, '../../sdk/src/profilers')
const names = readdirSync(folder)
  .map((file) => basename(file, '.ts'))
  .filter((name) => name !== 'profiler')

/** Everything that all sources export now. */
function everything(): string[] {
  const points: string[] = []
  const write = (metric: { name: string }, attributes: object, value: unknown) =>
    void points.push(JSON.stringify([metric.name, attributes, value]))
  collectSources({ number: write, histogram: write }, (error) => {
    throw error
  })
  return points
}

describe.each(names)('the profiler %s', (name) => {
  async function load(): Promise<Profiler> {
    const module: { default: Profiler } = await import(join(folder, `${name}.ts`))
    return module.default
  }

  it('gives two collections the same numbers, because reading changes nothing', async () => {
    const stop = (await load()).start()
    expect(everything()).toEqual(everything())
    stop()
  })

  it('exports nothing more when stopped, and can be started again', async () => {
    const profiler = await load()
    const before = everything().length
    profiler.start()()
    expect(everything()).toHaveLength(before)
    const stop = profiler.start()
    stop()
    expect(() => stop()).not.toThrow()
  })

  it('lets the process end while it runs, and leaves nothing behind when it is stopped', async () => {
    const url = new URL(`../../sdk/dist/profilers/${name}.js`, import.meta.url).href
    const { code, stdout, stderr } = await runAgent(
      `import profiler from '${url}'
       const before = process.getActiveResourcesInfo().length
       profiler.start()()
       console.log(process.getActiveResourcesInfo().length - before)
       profiler.start()`,
    )
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '0\n', stderr: '' })
  })
})
