import { atMost, type Benchmark, type Peer } from './benchmark.ts'
import type { MemoryService } from './support/memory-worker.ts'
import { versionOf } from './support/versions.ts'
import { Worker } from './support/worker.ts'

const ENTRIES = 1_000_000

/** Entries of each peer: fewer where it cannot hold as many, or takes minutes to be filled. */
const peerEntries = { 'lru-cache': ENTRIES, 'layered-loader': ENTRIES, bentocache: ENTRIES, cacheable: ENTRIES } as const

/** Each in a process of its own, whose heap nobody else uses. */
async function overhead(name: string, entries: number): Promise<{ readonly stored: number; readonly hit: number }> {
  const worker = new Worker<MemoryService>('memory-worker', [], ['--expose-gc', '--max-old-space-size=4096'])
  return worker.ask('overhead', name, entries).finally(() => worker.kill())
}

export default {
  what: 'Bytes that an entry takes in memory beyond its key and value, with time to live and stale window, at a million entries.',
  async run(progress) {
    const ours = await overhead('pitwall', ENTRIES)
    progress(`pitwall ${ours.stored.toFixed(1)} bytes, ${ours.hit.toFixed(1)} when every entry was hit`)
    const peers: Peer[] = []
    for (const [name, entries] of Object.entries(peerEntries)) {
      const { stored } = await overhead(name, entries)
      progress(`${name} ${stored.toFixed(1)} bytes`)
      peers.push({ name: `${name}, bytes at ${entries} entries`, version: versionOf(name), figure: stored })
    }
    const what = `bytes an entry at ${ENTRIES} entries, key and value not counted`
    return {
      goals: [atMost(110, 'bytes', { id: 'overhead', what, figure: ours.stored })],
      peers,
      notes: { 'bytes when every entry was hit once, and keeps its promise': ours.hit },
    }
  },
} satisfies Benchmark
