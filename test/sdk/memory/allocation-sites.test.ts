import { describe, expect, it } from 'vitest'
import { allocationSites } from '../../../sdk/src/memory/allocation-sites.ts'

const frame = (functionName: string, url: string, selfSize: number, children: Node[] = []): Node => ({
  callFrame: { functionName, scriptId: '1', url, lineNumber: 4, columnNumber: 0 },
  selfSize,
  children,
})
type Node = Parameters<typeof allocationSites>[0]

describe('sites of a heap profile', () => {
  it('charge what V8 allocates to its caller, and show files as people know them', () => {
    const here = `file://${process.cwd()}`
    const load = frame('load', `${here}/src/agent.js`, 10, [
      frame('parse', '', 30),
      frame('get', `${here}/node_modules/@a/b/lib/get.js`, 7),
    ])
    expect(allocationSites(frame('(root)', '', 0, [load]))).toEqual([
      { functionName: 'load', file: 'src/agent.js', line: 5, bytes: 40 },
      { functionName: 'get', file: '@a/b/lib/get.js', line: 5, bytes: 7 },
    ])
  })

  it('do not fail on an address that is no path', () => {
    expect(allocationSites(frame('odd', 'file://host/%2F', 1))).toMatchObject([{ file: 'file://host/%2F' }])
  })
})
