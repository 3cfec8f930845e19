import { describe, expect, it } from 'vitest'
import { scriptName } from '../../../sdk/src/profiles/file-names.ts'

const name = (url: string) => scriptName(url, '/srv/agent')

describe('the name of a script in metrics and profiles', () => {
  it('is relative to the working directory, whether Node.js names it by address or by path', () => {
    expect([name('file:///srv/agent/src/plan.ts'), name('/srv/agent/lib/a#1.cjs')]).toEqual(['src/plan.ts', 'lib/a#1.cjs'])
  })

  it('is the package and the path in it where it is installed, also in packages of packages', () => {
    expect(name('file:///srv/agent/node_modules/@scope/a/node_modules/b/index.js')).toBe('b/index.js')
    expect(name('file:///opt/node_modules/@scope/a/dist/x.js')).toBe('@scope/a/dist/x.js')
  })

  it('is that of Node.js for its own modules, and none for native code', () => {
    expect([name('node:internal/timers'), name('')]).toEqual(['node:internal/timers', undefined])
  })

  it('never tells a whole path outside, nor a query, nor text that was evaluated', () => {
    expect(name('file:///home/alice/secret/tools/run.js')).toBe('tools/run.js')
    expect(name('file:///srv/agent/src/plan.js?user=alice')).toBe('src/plan.js')
    expect(name('data:text/javascript,const password = 1')).toBe('data:')
    expect(name('https://example.org/alice.js')).toBe('https:')
    expect(name('evalmachine.<anonymous>')).toBe('evaluated')
  })

  it('is no reason to fail where an address is none', () => {
    expect(name('file://%%%')).toBe('file:')
  })
})
