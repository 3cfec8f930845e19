import { describe, expect, it } from 'vitest'
import { sourcePositionOf } from '../../../sdk/src/watchdog/source-position.ts'
import { useCompiler } from '../../support/compiled.ts'

/** Its interface leaves no line in the compiled file, so that the loop stands elsewhere there. */
const agent = `import { recentBlocks } from '@pitwall/sdk'
import blockedLoop from '@pitwall/sdk/profilers/blocked-loop'
interface Gone {
  readonly nothing: string
}

function hold(): void {
  const end = performance.now() + 500
  while (performance.now() < end);
}

blockedLoop.start()
setTimeout(hold, 1_600)
setTimeout(() => console.log(JSON.stringify(recentBlocks()[0]?.frame)), 2_400)
`

describe('the position in the source', () => {
  const compiler = useCompiler()

  it('is that of the TypeScript file where Node.js keeps source maps', async () => {
    const printed = await compiler().run(await compiler().compileText('agent.ts', agent))
    expect(JSON.parse(printed)).toMatchObject({ functionName: 'hold', file: 'agent.ts', line: 9 })
  })

  it('is the given one where Node.js keeps no source maps', () => {
    expect(sourcePositionOf('/agent/tools.js', 3, 9)).toEqual({ url: '/agent/tools.js', line: 3, column: 9 })
  })
})
