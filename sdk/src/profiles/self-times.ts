import { type CpuWindow, selfSamples, stackOf, type StackNode } from './cpu-window.ts'
import type { Places } from './places.ts'

/** Seconds of one window that each function and each line took by itself, under keys that `partsOf` takes apart. */
export interface SelfTimes {
  /** By name and file. */
  readonly functions: ReadonlyMap<string, number>
  /** By file and line. Native code has no lines. */
  readonly lines: ReadonlyMap<string, number>
}

/** Adds up where the time of a window went, as far as it went into scripts that `isCounted`. */
export function selfTimes(window: CpuWindow, places: Places, isCounted: (url: string) => boolean): SelfTimes {
  const functions = new Map<string, number>()
  const lines = new Map<string, number>()
  for (const [node, samples] of selfSamples(window)) {
    if (!isCounted(node.frame.url)) continue
    const seconds = samples * window.secondsPerSample
    const { name, file } = places.function(node.frame)
    add(functions, keyOf(name, file), seconds)
    for (const { line, share } of lineShares(node)) {
      const place = places.line(node.frame, line)
      if (place.file !== undefined) add(lines, keyOf(place.file, place.line), seconds * share)
    }
  }
  return { functions, lines }
}

/** How a function's own time is spread over its lines. Where V8 saw none (native code), there are none. */
export function lineShares({ lines }: StackNode): { readonly line: number; readonly share: number }[] {
  const ticks = lines.reduce((sum, line) => sum + line.ticks, 0)
  return lines.map(({ line, ticks: own }) => ({ line, share: own / ticks }))
}

/** Scripts whose source maps are needed to say where the time of a window went; with `whole`, those of all callers too. */
export function scriptsOf(window: CpuWindow, whole: boolean): Set<string> {
  const nodes = [...selfSamples(window).keys()]
  return new Set((whole ? nodes.flatMap(stackOf) : nodes).map(({ frame }) => frame.url).filter((url) => url !== ''))
}

function keyOf(one: string, other: string | number | undefined): string {
  return `${one}\0${other ?? ''}`
}

/** The two parts of a key; the second is empty where there is none. */
export function partsOf(key: string): readonly [string, string] {
  const at = key.indexOf('\0')
  return [key.slice(0, at), key.slice(at + 1)]
}

function add(totals: Map<string, number>, key: string, seconds: number): void {
  totals.set(key, (totals.get(key) ?? 0) + seconds)
}
