import { isAbsolute, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { HeapProfiler } from 'node:inspector'

/** A function that allocates, and the bytes of it. */
export interface AllocationSite {
  readonly functionName: string
  /** Relative to the working directory, `package/path` in `node_modules`, `node:…` in Node.js. */
  readonly file: string
  /** Line where the function begins, from 1. */
  readonly line: number
  readonly bytes: number
}

/** Bytes of each function of a heap profile, most first. What V8's own functions allocate counts for who called them. */
export function allocationSites(head: HeapProfiler.SamplingHeapProfileNode): AllocationSite[] {
  const sites = new Map<string, AllocationSite>()
  const open = [{ node: head, caller: head }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node } = next
    const owner = node.callFrame.url === '' ? next.caller : node
    if (node.selfSize > 0) add(sites, owner.callFrame, node.selfSize)
    for (const child of node.children) open.push({ node: child, caller: owner })
  }
  return [...sites.values()].toSorted((one, other) => other.bytes - one.bytes)
}

function add(sites: Map<string, AllocationSite>, frame: HeapProfiler.SamplingHeapProfileNode['callFrame'], bytes: number): void {
  const key = `${frame.url}:${frame.lineNumber}:${frame.functionName}`
  const known = sites.get(key)
  if (known !== undefined) sites.set(key, { ...known, bytes: known.bytes + bytes })
  else
    sites.set(key, { functionName: frame.functionName || '(anonymous)', file: displayPath(frame.url), line: frame.lineNumber + 1, bytes })
}

function displayPath(url: string): string {
  try {
    return pathFromHere(url)
  } catch {
    // The working directory may have been removed, and source maps may name files that cannot be: no reason to fail.
    return url
  }
}

function pathFromHere(url: string): string {
  const path = url.startsWith('file:') ? fileURLToPath(url) : url
  if (!isAbsolute(path)) return path
  const inPackage = /^.*[\\/]node_modules[\\/](.+)$/.exec(path)
  const fromHere = relative(process.cwd(), path)
  const shown = inPackage?.[1] ?? (fromHere.startsWith('..') || isAbsolute(fromHere) ? path : fromHere)
  return shown.split(sep).join('/')
}
