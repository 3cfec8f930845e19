import { isAbsolute, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getCallSites } from 'node:util'

/** A position in the agent's source. */
export interface CallSite {
  /** Path with forward slashes, relative to the working directory when inside it. */
  readonly file: string
  /** Line, from 1. */
  readonly line: number
}

/** How Node names text from `--eval`, which it places in the working directory. */
const EVALUATED = /\[eval\d*\]$/

const ownFolder = import.meta.dirname + sep

/**
 * Where the agent called into the SDK: the first caller outside the SDK's own files. Respects `--enable-source-maps`.
 * @param skip further callers to leave out, for a helper of the agent that wraps ours; default 0
 * @returns undefined when there is no such file (a REPL, `--eval`), or it cannot be told
 */
export function callSite(skip: number = 0): CallSite | undefined {
  try {
    return findCallSite(skip)
  } catch {
    // The working directory may have been removed, and source maps may name files that cannot be: no reason to fail.
    return undefined
  }
}

function findCallSite(skip: number): CallSite | undefined {
  const depth = 20 + skip
  // Our own files are told by where they run: source maps would lead from `dist` to `src`.
  const outside = getCallSites(depth, { sourceMap: false }).findIndex(({ scriptName }) => !toPath(scriptName).startsWith(ownFolder))
  // In a bundle every caller lies in one file: then the caller of our caller is the agent.
  const frame = getCallSites(depth)[(outside < 0 ? 2 : outside) + skip]
  if (frame === undefined) return undefined
  const path = toPath(frame.scriptName)
  if (!isAbsolute(path) || EVALUATED.test(path)) return undefined
  const fromHere = relative(process.cwd(), path)
  const inside = !fromHere.startsWith('..') && !isAbsolute(fromHere)
  return { file: (inside ? fromHere : path).split(sep).join('/'), line: frame.lineNumber }
}

function toPath(scriptName: string): string {
  return scriptName.startsWith('file:') ? fileURLToPath(scriptName) : scriptName
}
