import { describe, expect, it } from 'vitest'
import { LeakWarnings } from '../../../sdk/src/memory/leak-warnings.ts'
import type { SiteName } from '../../../sdk/src/memory/site-names.ts'

const growth = { bytesPerHour: 12.4 * 2 ** 20, sharePerHour: 0.031 }
const sites = new Map<SiteName, number>([
  [{ 'code.function.name': 'remember', 'code.file.path': 'src/agent.ts', 'code.line.number': 12 }, 10 * 2 ** 20],
  [{ 'code.function.name': 'other' }, 2 ** 20],
])
const none = new Map<SiteName, number>()

describe('the warnings of leaks', () => {
  it('say once what grows, by how much and who allocates it, and once that it is over', () => {
    const warnings = new LeakWarnings(1_000)
    expect(warnings.next(0, undefined, none)).toBeUndefined()
    expect(warnings.next(1, growth, sites)).toBe(
      'there is a memory leak: what stays after garbage collections grows by 12 MiB an hour (3.1 %), beyond caches and calls under way; most of it was allocated by remember (src/agent.ts:12) 10 MiB, other 1 MiB. Look for what holds it with a heap snapshot.',
    )
    expect(warnings.next(2, growth, sites)).toBeUndefined()
    expect(warnings.next(3, undefined, none)).toMatch(/^the leak is over/)
    expect(warnings.next(4, undefined, none)).toBeUndefined()
  })

  it('wait for the sites, but not for ever', () => {
    const warnings = new LeakWarnings(1_000)
    expect(warnings.next(0, growth, none)).toBeUndefined()
    expect(warnings.next(999, growth, none)).toBeUndefined()
    expect(warnings.next(1_000, growth, none)).toMatch(/calls under way\. Look/)
  })

  it('do not say that something is over of which nothing was said', () => {
    const warnings = new LeakWarnings(1_000)
    warnings.next(0, growth, none)
    expect(warnings.next(1, undefined, none)).toBeUndefined()
  })
})
