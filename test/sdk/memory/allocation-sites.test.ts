import { describe, expect, it } from 'vitest'
import { allocationSites } from '../../../sdk/src/memory/allocation-sites.ts'
import { heapStacks, scriptsOn } from '../../../sdk/src/memory/heap-stacks.ts'
import { Places } from '../../../sdk/src/profiles/places.ts'
import { ProfiledBodies } from '../../../sdk/src/profiles/profiled-bodies.ts'
import { SourceMaps } from '../../../sdk/src/profiles/source-maps.ts'

const frame = (functionName: string, url: string, selfSize: number, children: Node[] = []): Node => ({
  callFrame: { functionName, scriptId: '1', url, lineNumber: 4, columnNumber: 0 },
  selfSize,
  children,
})
type Node = Parameters<typeof heapStacks>[0]

const sites = (...children: Node[]) =>
  allocationSites(heapStacks(frame('(root)', '', 0, children)), new Places('/srv/agent', new SourceMaps(), new ProfiledBodies()))

describe('sites of a heap profile', () => {
  const load = frame('load', 'file:///srv/agent/src/agent.js', 10, [
    frame('parse', '', 30),
    frame('get', 'file:///srv/agent/node_modules/@a/b/lib/get.js', 7),
  ])

  it('charge what V8 allocates to its caller, and show files as people know them', () => {
    expect(sites(load)).toEqual([
      { name: 'load', file: 'src/agent.js', line: 5, bytes: 40 },
      { name: 'get', file: '@a/b/lib/get.js', line: 5, bytes: 7 },
    ])
  })

  it('add up what one function allocates for several callers', () => {
    const get = (bytes: number) => frame('get', 'file:///srv/agent/get.js', bytes)
    expect(sites(frame('one', '', 0, [get(1)]), frame('other', '', 0, [get(2)]))).toMatchObject([{ name: 'get', bytes: 3 }])
  })

  it('charge no function for what none has called', () => {
    expect(sites(frame('(V8 API)', '', 5))).toEqual([{ name: '(V8 API)', file: undefined, line: 0, bytes: 5 }])
  })

  it('do not fail on an address that is no path', () => {
    expect(sites(frame('odd', 'file://host/%2F', 1))).toMatchObject([{ file: 'file:' }])
  })

  it('name the scripts of callers too, whose source maps are needed for stacks', () => {
    const stacks = heapStacks(frame('(root)', '', 0, [load]))
    expect([...scriptsOn(stacks.keys())].toSorted()).toEqual([
      'file:///srv/agent/node_modules/@a/b/lib/get.js',
      'file:///srv/agent/src/agent.js',
    ])
  })
})
