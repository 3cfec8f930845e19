import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { RawFrame } from '../../../sdk/src/watchdog/call-stack.ts'
import { blamedFrame, nameOf, toStackFrame } from '../../../sdk/src/watchdog/stack.ts'

const frame = (functionName: string, scriptName: string, entered: boolean = false): RawFrame => ({
  functionName,
  scriptName,
  line: 7,
  column: 3,
  entered,
})
const agentFile = pathToFileURL(join(process.cwd(), 'agent/tools.js')).href
const ownFile = resolve(import.meta.dirname, '../../../sdk/src/profiled.ts')

describe('the function that is blamed for a block', () => {
  it('is the innermost of the agent or of a library, below Node.js, built-in functions and the SDK', () => {
    const frames = [
      frame('now', 'node:internal/perf/performance'),
      frame('profiledCall', ownFile),
      frame('map', ''),
      frame('rank', agentFile),
      frame('handle', agentFile),
    ]
    expect(blamedFrame(frames, false)?.functionName).toBe('rank')
  })

  it('is not the one that was entered when a native call had ended', () => {
    const frames = [frame('innocent', agentFile, true), frame('parse', agentFile)]
    expect(blamedFrame(frames, true)?.functionName).toBe('parse')
  })

  it('is nobody when only such a function is there, or only Node.js', () => {
    expect(
      blamedFrame([frame('innocent', agentFile, true), frame('processTicks', 'node:internal/process/task_queues')], true),
    ).toBeUndefined()
    expect(blamedFrame([frame('listOnTimeout', 'node:internal/timers')], true)).toBeUndefined()
  })

  it('is the one that was entered when nothing native held it up: it is called again and again', () => {
    expect(blamedFrame([frame('fibonacci', agentFile, true)], false)?.functionName).toBe('fibonacci')
  })

  it('is the innermost file in a bundle, where all files are the SDK’s', () => {
    expect(blamedFrame([frame('render', ownFile), frame('main', ownFile)], false)?.functionName).toBe('render')
  })
})

describe('a frame of a stack', () => {
  it('has its file relative to the working directory, and is named for its place when it has no name', () => {
    const shown = toStackFrame(frame('', agentFile))
    expect(shown).toEqual({ functionName: '', file: 'agent/tools.js', line: 7, column: 3 })
    expect(nameOf(shown)).toBe('agent/tools.js:7')
  })

  it('has its file as it is, and no error, where that is no possible path', () => {
    expect(toStackFrame(frame('render', 'file://elsewhere/%2f/tools.js')).file).toBe('file://elsewhere/%2f/tools.js')
  })

  it('leaves files of Node.js and built-in functions as they are', () => {
    expect(toStackFrame(frame('writeSync', 'node:fs')).file).toBe('node:fs')
    expect(toStackFrame(frame('sort', '')).file).toBe('')
  })
})
