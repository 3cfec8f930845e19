import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { demoOptions } from '../../../collector-processor/src/demo/demo-options.ts'
import { formatTrace, generateTrace } from '../../../collector-processor/src/demo/generator.ts'
import { chooseScript } from '../../../collector-processor/src/demo/script.ts'

test('gives every agent the planted workload, with its number and the seed', async () => {
  const script = await chooseScript(demoOptions({ seed: '5' }))
  expect(script.order(2)).toEqual({ order: 'start', seed: 5, agent: 2 })
  expect(script.introduction.join('\n')).toContain('seed 5')
})

test('deals a trace out to the agents and names the function after the file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'script-'))
  try {
    const trace = join(folder, 'my-recording.tsv.gz')
    await writeFile(trace, formatTrace(generateTrace({ requests: 300, seed: 1 })))
    const script = await chooseScript(demoOptions({ trace, agents: '2', 'cost-ms': '7' }))
    const orders = [script.order(0), script.order(1)]
    const calls = orders.flatMap((order) => (order.order === 'replay' ? order.calls : []))
    expect(calls).toHaveLength(300)
    expect(new Set(calls.map(({ name }) => name))).toEqual(new Set(['my-recording']))
    expect(new Set(calls.map(({ costMs }) => costMs))).toEqual(new Set([7]))
    expect(script.introduction[0]).toBe('Replaying all 300 requests of my-recording to one function, 12 a second, in their order.')
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('replays no more than the machine bears, and says so', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'script-'))
  try {
    const trace = join(folder, 'long.tsv')
    await writeFile(trace, formatTrace(generateTrace({ requests: 30_000, seed: 1 })))
    const script = await chooseScript(demoOptions({ trace }))
    expect(script.introduction[0]).toMatch(/^Replaying the first 26,000 requests of long .* 1,000 a second/)
  } finally {
    await rm(folder, { recursive: true })
  }
})
