/** A frame as V8 gives it, of which nothing but the position is kept. */
export interface RawFrame {
  readonly functionName: string
  /** Path, or URL, of a file; `node:…` for Node.js itself, empty for built-in functions. */
  readonly scriptName: string
  /** From 1; 0 for built-in functions. */
  readonly line: number
  readonly column: number
  /** Whether the function has just been entered, and has done nothing yet. */
  readonly entered: boolean
}

/** Frames of the look itself: this function and its callers in this SDK, then the text that the inspector evaluates. */
const LOOK_DEPTH = 12

/**
 * What this thread is doing below the text that the inspector evaluates, innermost first; frames that only wait for a
 * promise are left out. Not by `util.getCallSites`, which cannot tell a function that has just been entered.
 * @returns none when nothing was running
 */
export function interruptedStack(depth: number): readonly RawFrame[] {
  const { prepareStackTrace, stackTraceLimit } = Error
  let sites: readonly NodeJS.CallSite[] = []
  try {
    Error.stackTraceLimit = depth + LOOK_DEPTH
    Error.prepareStackTrace = (_error, found) => {
      sites = found
    }
    // Reading the stack is what makes it.
    void new Error('the stack is what is wanted').stack
  } finally {
    Error.stackTraceLimit = stackTraceLimit
    Error.prepareStackTrace = prepareStackTrace
  }
  const evaluated = sites.findIndex((site) => !site.getFileName())
  if (evaluated < 0) return []
  return sites
    .slice(evaluated + 1, evaluated + 1 + depth)
    .filter((site) => !site.isAsync())
    .map((site) => toRawFrame(site))
}

function toRawFrame(site: NodeJS.CallSite): RawFrame {
  const functionName = site.getFunctionName() ?? ''
  const [line, column] = [site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0]
  const offset = line === site.getEnclosingLineNumber() ? column - (site.getEnclosingColumnNumber() ?? 0) : NaN
  return { functionName, scriptName: site.getFileName() ?? '', line, column, entered: isEntry(offset, functionName) }
}

/** Characters in front of the name: nothing (a method), `*`, `async `, `async *`, `function `, `function* `, `async function `, `async function* `. */
const BEFORE_NAME = new Set([0, 1, 6, 7, 9, 10, 15, 16])
/** Characters in front of the parameters where the source has no name: an arrow's, `function`, `function `, `constructor`, `async function `. */
const WITHOUT_NAME = new Set([0, 8, 9, 11, 15])

/**
 * V8 answers a request to look where it enters a function or goes round a loop. At an entry the position is that of the
 * parameters: so many characters behind the beginning of the function.
 */
function isEntry(offset: number, functionName: string): boolean {
  return WITHOUT_NAME.has(offset) || BEFORE_NAME.has(offset - functionName.length)
}
