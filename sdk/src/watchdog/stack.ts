import type { CallSiteObject } from 'node:util'
import { isOwnFile, shortPath } from '../call-site.ts'
import type { StackFrame } from './block.ts'
import { sourcePositionOf } from './source-position.ts'

/**
 * The frames below our look: it is called by text that the inspector evaluates, which has no file.
 * @returns none when nothing was running
 */
export function framesBelowLook(frames: readonly CallSiteObject[]): readonly CallSiteObject[] {
  return frames.slice(frames.findIndex(({ scriptName }) => scriptName === '') + 1)
}

/** The innermost frame that is neither Node.js's nor ours; where there is none, the innermost. */
export function blamedFrame(frames: readonly CallSiteObject[]): CallSiteObject | undefined {
  const outside = frames.filter(({ scriptName }) => !scriptName.startsWith('node:'))
  // In a bundle all files are ours: then it is the innermost that is not Node.js's.
  return outside.find(({ scriptName }) => !isOwnFile(scriptName)) ?? outside[0] ?? frames[0]
}

/** The frame as its author knows it. */
export function toStackFrame({ functionName, scriptName, lineNumber, columnNumber }: CallSiteObject): StackFrame {
  const { url, line, column } = sourcePositionOf(scriptName, lineNumber, columnNumber)
  return { functionName, file: shortPath(url), line, column }
}

/** Name of the function of a frame: its own, or the place where it is. */
export function nameOf({ functionName, file, line }: StackFrame): string {
  return functionName || `${file}:${line}`
}
