import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { createCache } from '@pitwall/sdk'
import { file } from '@pitwall/sdk/backends/file'
import { type Benchmark, goal, median } from './benchmark.ts'
import { caller, filler, front, message, reader, run, start, survey, writer } from './support/file-agents.ts'

const KILL_ROUNDS = 200
const INVALIDATIONS = 300
const LOCK_ROUNDS = 20

/** What 200 rounds of two writers and a reader, all of them killed, have left. */
interface KillResult {
  /** Values that nobody has written, and lines about damage. */
  corrupt: number
  /** Values older than what their writer was told to be done. */
  wrong: number
  writes: number
  found: number
}

async function killRounds(progress: (line: string) => void): Promise<KillResult> {
  const result = { corrupt: 0, wrong: 0, writes: 0, found: 0 }
  const folder = newFolder()
  /** What each writer was last told to be done, of each key: 0 for a removal. */
  for (let round = 1; round <= KILL_ROUNDS; round++) {
    const { done, corrupt } = await killRound(folder, 20 + ((round * 37) % 200))
    result.corrupt += corrupt
    result.writes += done.writes
    const { stdout, stderr } = run(survey, folder)
    result.corrupt += stderr.split('damaged').length - 1
    for (const line of stdout.trim().split('\n')) {
      const [key = '', version = ''] = line.split(' ')
      if (version === 'corrupt') result.corrupt++
      else if (key !== '') result.found++
      // The change that was under way when the writer was killed may have been made or not.
      const last = done.last.get(key)
      if (last !== undefined && Number(version) < last.change) result.wrong++
    }
    // The next writers begin with version 1 again.
    rmSync(folder, { recursive: true })
    if (round % 20 === 0)
      progress(
        `${round} rounds: ${result.writes} changes, ${result.found} entries found after, ${result.wrong} wrong, ${result.corrupt} corrupt`,
      )
  }
  return result
}

/** Lets two writers and a reader work for so long, then kills them. */
async function killRound(folder: string, ms: number) {
  const writers = [start(writer, folder, 'a'), start(writer, folder, 'b')]
  const all = [...writers, start(reader, folder)]
  const texts = all.map(() => '')
  for (const [index, child] of all.entries())
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (texts[index] += String(data)))
  const started = performance.now()
  while (texts.some((text) => text === '') && performance.now() - started < 20_000) await delay(1)
  await delay(ms)
  const ends = all.map((child) => once(child, 'close'))
  for (const child of all) child.kill('SIGKILL')
  await Promise.all(ends)
  const last = new Map<string, { readonly change: number }>()
  let writes = 0
  for (const text of texts.slice(0, 2))
    for (const line of text.split('\n').slice(0, -1)) {
      const [key = '', , change] = line.split(' ')
      last.set(key, { change: Number(change) })
      writes++
    }
  const corrupt = texts.join('').split('corrupt').length - 1 + texts.join('').split('damaged').length - 1
  return { done: { last, writes }, corrupt }
}

/** Errors and wrong answers that callers saw with a full disk, and how it was filled. */
function fullDisk(): { failures: number; how: string } {
  const folder = newFolder()
  const mounts = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0
  const [how, shell] = mounts
    ? ['a tmpfs of 8 MB', ['unshare', '-rm', 'bash', '-c', `mount -t tmpfs -o size=8m none ${folder} && exec "$@"`, 'bash']]
    : ['a limit of 2 MB on the size of files', ['bash', '-c', 'ulimit -f 2000; exec "$@"', 'bash']]
  const { stdout } = run(filler, folder, shell)
  rmSync(folder, { recursive: true })
  return { failures: Number(stdout.split(' ')[0]), how }
}

/** Milliseconds from an invalidation in this process until it is gone from the memory of another. */
async function invalidationTimes(): Promise<number[]> {
  const folder = newFolder()
  const child = start(front, folder)
  await message(child)
  const cache = createCache({ name: 'bench', backend: file({ path: folder }) })
  const times: number[] = []
  for (let index = 0; index < INVALIDATIONS; index++) {
    await cache.set(`key ${index}`, index)
    const has = message(child)
    child.send(`key ${index}`)
    await has
    const gone = message<number>(child)
    const begun = performance.timeOrigin + performance.now()
    await cache.delete(`key ${index}`)
    times.push((await gone) - begun)
  }
  child.kill()
  await cache.close()
  rmSync(folder, { recursive: true })
  return times.toSorted((a, b) => a - b)
}

/** Of some rounds with a thousand callers of one key in each of some processes: loads, and the time from the load to the last answer. */
async function lockRounds(processes: number): Promise<{ loads: number; lateMs: number[] }> {
  const folder = newFolder()
  const callers = Array.from({ length: processes }, () => start(caller, folder))
  await Promise.all(callers.map((child) => message(child)))
  let loads = 0
  const lateMs: number[] = []
  for (let round = 0; round < LOCK_ROUNDS; round++) {
    const answers = callers.map((child) => message<{ loads: number; loadedAt: number; answeredAt: number }>(child))
    for (const child of callers) child.send(`key ${round}`)
    const reports = await Promise.all(answers)
    loads += reports.reduce((sum, report) => sum + report.loads, 0)
    lateMs.push(Math.max(...reports.map((report) => report.answeredAt)) - Math.max(...reports.map((report) => report.loadedAt)))
  }
  for (const child of callers) child.kill()
  rmSync(folder, { recursive: true })
  return { loads, lateMs: lateMs.toSorted((a, b) => a - b) }
}

/** Microseconds of a call, median and 99th percentile, with values of so many bytes; and for how long the event loop was held. */
async function callTimes(bytes: number): Promise<Record<string, string>> {
  const folder = newFolder()
  const cache = createCache({ name: 'bench', backend: file({ path: folder, timeout: '10s' }) })
  const count = bytes > 100_000 ? 300 : 2_000
  const value = 'x'.repeat(bytes - 2)
  await cache.get('nothing')
  const loop = monitorEventLoopDelay({ resolution: 1 })
  loop.enable()
  const measured: Record<string, string> = {}
  const calls = {
    set: (index: number) => cache.set(`key ${index}`, value),
    hit: (index: number) => cache.get(`key ${index}`),
    miss: (index: number) => cache.get(`no ${index}`),
    delete: (index: number) => cache.delete(`key ${index}`),
  }
  for (const [name, call] of Object.entries(calls)) {
    const times: number[] = []
    for (let index = 0; index < count; index++) {
      const begun = performance.now()
      await call(index)
      times.push((performance.now() - begun) * 1_000)
    }
    times.sort((a, b) => a - b)
    measured[`${name} of ${bytes} bytes, µs`] = `${median(times).toFixed(0)} (p99 ${percentile(times, 0.99).toFixed(0)})`
  }
  loop.disable()
  measured[`event loop held with ${bytes} bytes, p99, ms`] = (loop.percentile(99) / 1e6).toFixed(1)
  await cache.close()
  rmSync(folder, { recursive: true })
  return measured
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pitwall-bench-file-'))
  mkdirSync(folder, { recursive: true })
  return folder
}

function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN
}

export default {
  what: 'the file backend: entries after 200 × kill -9, a full disk, times of calls, invalidations and locks between processes',
  async run(progress) {
    const times = { ...(await callTimes(100)), ...(await callTimes(10_000)), ...(await callTimes(500_000)) }
    progress('invalidations between two processes')
    const invalidation = await invalidationTimes()
    progress('locks among 4 and 8 processes')
    const [four, eight] = [await lockRounds(4), await lockRounds(8)]
    const full = fullDisk()
    progress(`${KILL_ROUNDS} rounds of two writers and a reader, all of them killed`)
    const kills = await killRounds(progress)
    return {
      goals: [
        goal({
          id: 'corrupt',
          what: 'corrupt values, and lines about damage, in 200 rounds of two writers and a reader that are killed',
          unit: 'values',
          figure: kills.corrupt,
          limit: 0,
          comparator: '<=',
        }),
        goal({
          id: 'wrong',
          what: 'values older than a change that was acknowledged, in the same rounds',
          unit: 'values',
          figure: kills.wrong,
          limit: 0,
          comparator: '<=',
        }),
        goal({
          id: 'full-disk-errors',
          what: 'callers of 2,200 that saw an error or a wrong answer with a full disk',
          unit: 'callers',
          figure: full.failures,
          limit: 0,
          comparator: '<=',
        }),
      ],
      peers: [],
      notes: {
        ...times,
        'invalidation until it is gone from the memory of another process, ms': `${median(invalidation).toFixed(1)} (p99 ${percentile(invalidation, 0.99).toFixed(1)})`,
        '4 × 1,000 callers of a missing key': `${four.loads} loads in ${LOCK_ROUNDS} rounds, last answer ${median(four.lateMs).toFixed(1)} ms after it (worst ${percentile(four.lateMs, 1).toFixed(1)})`,
        '8 × 1,000 callers of a missing key': `${eight.loads} loads in ${LOCK_ROUNDS} rounds, last answer ${median(eight.lateMs).toFixed(1)} ms after it (worst ${percentile(eight.lateMs, 1).toFixed(1)})`,
        'changes acknowledged before the kills': kills.writes,
        'entries found after the kills': kills.found,
        'full disk': full.how,
      },
    }
  },
} satisfies Benchmark
