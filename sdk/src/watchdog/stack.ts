import { isOwnFile, shortPath } from '../call-site.ts'
import type { StackFrame } from './block.ts'
import type { RawFrame } from './call-stack.ts'
import { sourcePositionOf } from './source-position.ts'

/**
 * The function that holds the loop: the innermost that belongs neither to Node.js nor to the SDK.
 * @param afterNative whether the look had to wait for a call that V8 cannot interrupt. It came after that call then, where
 *   perhaps the next function has been entered, which is innocent
 * @returns undefined when nothing of the agent was running
 */
export function blamedFrame(frames: readonly RawFrame[], afterNative: boolean): RawFrame | undefined {
  const below = afterNative && frames[0]?.entered ? frames.slice(1) : frames
  const files = below.filter(({ scriptName }) => scriptName !== '' && !scriptName.startsWith('node:'))
  // In a bundle all files are ours: then it is the innermost one.
  return files.find(({ scriptName }) => !isOwnFile(scriptName)) ?? files[0]
}

/** The frame as its author knows it; as it runs, where that cannot be told. */
export function toStackFrame({ functionName, scriptName, line, column }: RawFrame): StackFrame {
  try {
    const source = sourcePositionOf(scriptName, line, column)
    return { functionName, file: shortPath(source.url), line: source.line, column: source.column }
  } catch {
    // The working directory may have been removed, and source maps may name files that cannot be.
    return { functionName, file: scriptName, line, column }
  }
}

/** Name of the function of a frame: its own, or the place where it is. */
export function nameOf({ functionName, file, line }: StackFrame): string {
  return functionName || `${file}:${line}`
}
