import { expect, it } from 'vitest'
import { calls } from '../../../sdk/src/contract/index.ts'
import { profiled } from '../../../sdk/src/profiled.ts'
import { LoopUseReader } from '../../../sdk/src/sampling/loop-use.ts'
import { processSummary } from '../../../sdk/src/summary/process-summary.ts'

it('is what the process knows of itself, and every point of its sources, as plain data', () => {
  profiled(function summarized() {})()
  const summary = processSummary(true, new LoopUseReader())
  expect(JSON.parse(JSON.stringify(summary))).toEqual(summary)
  expect(summary).toMatchObject({ pid: process.pid, ended: true })
  const point = summary.points.find(({ attributes }) => attributes['code.function.name'] === 'summarized')
  expect(point).toMatchObject({ metric: calls.duration.name, kind: 'histogram', counts: expect.arrayContaining([1]) })
})

it('does not hold arguments of the command line, which may be secrets', () => {
  process.argv.push('--password=hunter2')
  expect(JSON.stringify(processSummary(false, new LoopUseReader()))).not.toContain('hunter2')
  process.argv.pop()
})
