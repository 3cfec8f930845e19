import { relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { callSite } from '../../sdk/src/call-site.ts'
import { runAgent } from '../support/agent-process.ts'

const here = relative(process.cwd(), import.meta.filename)

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
       const { resourceMetrics } = await metricProducer.collect()
       const info = resourceMetrics.scopeMetrics[0].metrics.find(({ descriptor }) => descriptor.unit === '{subject}')
       console.log(JSON.stringify(info.dataPoints.map(({ attributes }) => attributes)))`,
    )
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual([{ 'pitwall.subject': 'evaluated', 'pitwall.subject.kind': 'function' }])
  })
})
