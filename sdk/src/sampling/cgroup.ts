import { numberAfter, type ReadText } from './read-text.ts'

/** Where Linux shows the control groups. */
const ROOT = '/sys/fs/cgroup'

/** A memory limit and what counts against it, in bytes. */
export interface MemoryGroup {
  readonly limit: number
  readonly usage: number
  /** Without file pages that can be dropped at once. */
  readonly workingSet: number | undefined
}

/** A CPU quota in processors, and what was used of it and lost to it, in seconds. */
export interface CpuGroup {
  readonly limit: number
  readonly used: number | undefined
  readonly throttled: number | undefined
}

/**
 * The memory limit that the process meets first, of its own control group and all above it; undefined without one.
 * Version 2 and version 1 (where a container sees its own group at the root).
 * @param machine bytes that the machine has: a limit above is none
 */
export function memoryGroup(read: ReadText, machine: number): MemoryGroup | undefined {
  const own = read('/proc/self/cgroup')
  const groups = [
    ...foldersOf(own, '').map((folder) =>
      memoryIn(read, `${folder}/memory.max`, `${folder}/memory.current`, `${folder}/memory.stat`, 'inactive_file'),
    ),
    ...foldersOf(own, 'memory').map((folder) =>
      memoryIn(read, `${folder}/memory.limit_in_bytes`, `${folder}/memory.usage_in_bytes`, `${folder}/memory.stat`, 'total_inactive_file'),
    ),
  ]
  return tightest(groups.filter((group) => group !== undefined && group.limit < machine))
}

/** The CPU quota that the process meets first; undefined without one. */
export function cpuGroup(read: ReadText): CpuGroup | undefined {
  const own = read('/proc/self/cgroup')
  return tightest([
    ...foldersOf(own, '').map((folder) => cpuIn(read, folder)),
    ...foldersOf(own, 'cpu').map((folder) => cpuInVersion1(read, folder)),
  ])
}

/** `/proc/self/cgroup` → folders of the process's group for a controller (none: version 2) and of all above it, from the inside out. */
function foldersOf(groups: string | undefined, controller: string): string[] {
  const lines = (groups ?? '').split('\n').map((line) => /^\d+:([^:]*):(.*)$/.exec(line))
  const own = lines.find((line) => line?.[1]?.split(',').includes(controller))?.[2]
  if (own === undefined) return []
  const names = own.split('/').filter((name) => name !== '' && name !== '..')
  const base = controller === '' ? ROOT : `${ROOT}/${controller}`
  return Array.from({ length: names.length + 1 }, (_, up) => [base, ...names.slice(0, names.length - up)].join('/'))
}

function memoryIn(read: ReadText, limitPath: string, usagePath: string, statPath: string, inactive: string): MemoryGroup | undefined {
  const limit = wholeNumber(read(limitPath))
  const usage = limit === undefined ? undefined : wholeNumber(read(usagePath))
  if (limit === undefined || usage === undefined) return undefined
  const files = numberAfter(inactive, read(statPath))
  return { limit, usage, workingSet: files === undefined ? undefined : Math.max(0, usage - files) }
}

function cpuIn(read: ReadText, folder: string): CpuGroup | undefined {
  const [quota, period] = (read(`${folder}/cpu.max`) ?? '').split(' ').map(wholeNumber)
  if (quota === undefined || period === undefined) return undefined
  const stat = read(`${folder}/cpu.stat`)
  return { limit: quota / period, used: inSeconds('usage_usec', stat, 1e6), throttled: inSeconds('throttled_usec', stat, 1e6) }
}

function cpuInVersion1(read: ReadText, folder: string): CpuGroup | undefined {
  const quota = wholeNumber(read(`${folder}/cpu.cfs_quota_us`))
  const period = wholeNumber(read(`${folder}/cpu.cfs_period_us`))
  if (quota === undefined || period === undefined) return undefined
  const used = wholeNumber(read(`${folder.replace(`${ROOT}/cpu`, `${ROOT}/cpuacct`)}/cpuacct.usage`))
  return {
    limit: quota / period,
    used: used === undefined ? undefined : used / 1e9,
    throttled: inSeconds('throttled_time', read(`${folder}/cpu.stat`), 1e9),
  }
}

function inSeconds(name: string, text: string | undefined, unitsASecond: number): number | undefined {
  const units = numberAfter(name, text)
  return units === undefined ? undefined : units / unitsASecond
}

/** Neither `max` nor `-1`, which both mean that there is no limit. */
function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+\s*$/.test(text) ? Number(text) : undefined
}

function tightest<G extends { readonly limit: number }>(groups: readonly (G | undefined)[]): G | undefined {
  let found: G | undefined
  for (const group of groups) if (group !== undefined && (found === undefined || group.limit < found.limit)) found = group
  return found
}
