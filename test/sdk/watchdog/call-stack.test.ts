import { afterEach, describe, expect, it } from 'vitest'
import { runInThisContext } from 'node:vm'
import { interruptedStack } from '../../../sdk/src/watchdog/call-stack.ts'

const { prepareStackTrace, stackTraceLimit } = Error

describe('the interrupted stack', () => {
  afterEach(() => {
    Error.prepareStackTrace = prepareStackTrace
    Error.stackTraceLimit = stackTraceLimit
  })

  it('begins below the evaluated text, and is as deep as asked', () => {
    // As the inspector does: text without a file.
    const evaluate: (look: () => unknown) => ReturnType<typeof interruptedStack> = runInThisContext('(look) => look()', { filename: '' })
    const blocking = () => evaluate(() => interruptedStack(2))
    const frames = blocking()
    expect(frames).toHaveLength(2)
    expect(frames[0]).toMatchObject({ functionName: 'blocking', entered: false })
    expect(frames[0]?.scriptName).toContain('call-stack.test.ts')
  })

  it('leaves what the agent has set for its own stack traces as it was', () => {
    const own = () => 'own'
    Error.prepareStackTrace = own
    Error.stackTraceLimit = 3
    interruptedStack(32)
    expect(Error.prepareStackTrace).toBe(own)
    expect(Error.stackTraceLimit).toBe(3)
    expect(new Error('x').stack).toBe('own')
  })
})
