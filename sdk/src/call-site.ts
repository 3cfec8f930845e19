import { isAbsolute, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type CallSiteObject, getCallSites } from 'node:util'

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
  const outside = getCallSites(depth, { sourceMap: false }).findIndex(({ scriptName }) => !isOwnFile(scriptName))
  // In a bundle every caller lies in one file: then the caller of our caller is the agent.
  return toCallSite(getCallSites(depth)[(outside < 0 ? 2 : outside) + skip])
}

/** Frames that are looked at for the caller of a library: from a subscriber to it there are ten, or a few more. */
const LIBRARY_DEPTH = 20

/** Folder of the package that a file belongs to; the innermost one, for packages inside packages. */
const PACKAGE = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+[\\/]/

/**
 * Where a library was called that publishes to a diagnostics channel, for a subscriber to ask while it is being told: the
 * caller of the package that publishes. In a bundle, where packages are not told apart, the caller of the function that publishes.
 * @returns undefined when no file called it (the library goes on later by itself), or it cannot be told
 */
export function publisherCallSite(): CallSite | undefined {
  try {
    const frames = getCallSites(LIBRARY_DEPTH, { sourceMap: false })
    // A library is called often: what a second look would find again costs as much as the first.
    const mapped = process.sourceMapsEnabled ? getCallSites(LIBRARY_DEPTH) : frames
    return toCallSite(mapped[callerOfPublisher(frames)])
  } catch {
    return undefined
  }
}

function callerOfPublisher(frames: readonly CallSiteObject[]): number {
  const files = frames.map(({ scriptName }) => scriptName)
  const channel = files.indexOf('node:diagnostics_channel')
  const publisher = files.findIndex((file, index) => index > channel && !file.startsWith('node:'))
  if (channel < 0 || publisher < 0) return -1
  const [folder] = PACKAGE.exec(toPath(files[publisher] ?? '')) ?? []
  return folder === undefined ? publisher + 1 : files.findIndex((file, index) => index > publisher && !toPath(file).startsWith(folder))
}

function toCallSite(frame: CallSiteObject | undefined): CallSite | undefined {
  if (frame === undefined) return undefined
  const path = toPath(frame.scriptName)
  if (!isAbsolute(path) || EVALUATED.test(path)) return undefined
  return { file: shortPath(path), line: frame.lineNumber }
}

/** A path, or `file:` URL, with forward slashes, relative to the working directory when inside it. What is no absolute path stays. */
export function shortPath(scriptName: string): string {
  const path = toPath(scriptName)
  if (!isAbsolute(path)) return path
  const fromHere = relative(process.cwd(), path)
  const inside = !fromHere.startsWith('..') && !isAbsolute(fromHere)
  return (inside ? fromHere : path).split(sep).join('/')
}

/** Whether a file, by path or `file:` URL, is one of the SDK's own. In a bundle the agent's are too. */
export function isOwnFile(scriptName: string): boolean {
  return toPath(scriptName).startsWith(ownFolder)
}

function toPath(scriptName: string): string {
  return scriptName.startsWith('file:') ? fileURLToPath(scriptName) : scriptName
}
