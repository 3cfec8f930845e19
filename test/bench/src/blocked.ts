import { type Benchmark, type BenchmarkResult, atMost, goal, median } from './benchmark.ts'
import type { BlockingService, MadeBlock } from './support/blocking-worker.ts'
import { Worker } from './support/worker.ts'

const PROCESSES = 5
const BLOCKS = 20
const KINDS = ['spin', 'hash', 'shell', 'match', 'serialize', 'readFiles'] as const
/** Idle and busy processes, and how long each is watched: ten minutes of processes each. */
const WATCHED = 10
const WATCHED_MS = 60_000
/** Pieces of work in milliseconds: a loop that is at work half the time, and healthy. */
const PIECE_MS = 20
const COST_ROUNDS = 5
const COST_MS = 20_000
const GAPS = 12

async function started(by: 'pitwall' | 'debugger' | 'nobody'): Promise<Worker<BlockingService>> {
  const worker = new Worker<BlockingService>('blocking-worker')
  await worker.ask('watch', by)
  return worker
}

/** Blocks in a process of their own, of all kinds in turn, at irregular times. */
async function madeBlocks(process: number): Promise<readonly MadeBlock[]> {
  const worker = await started('pitwall')
  await worker.ask('prepare')
  const blocks: MadeBlock[] = []
  for (let index = 0; index < BLOCKS; index++) {
    const kind = KINDS[(process * BLOCKS + index) % KINDS.length] ?? 'spin'
    blocks.push(await worker.ask('block', kind, 100 + ((process * 37 + index * 61) % 150)))
  }
  await worker.kill()
  return blocks
}

/** Named by function and file, once, and nothing else blamed. */
function isRight({ kind, reports }: MadeBlock): boolean {
  const named = reports.filter(({ frame }) => frame?.functionName === kind && /blocking-worker\.[jt]s$/.test(frame.file))
  return named.length === 1 && reports.every((report) => report.cause !== 'code' || named.includes(report))
}

/** Reports about the code of healthy processes, all at once: more than the machine has processors for, where they work. */
async function watched(ask: (worker: Worker<BlockingService>) => Promise<{ code: number; host: number }>) {
  const workers = await Promise.all(Array.from({ length: WATCHED }, () => started('pitwall')))
  const found = await Promise.all(workers.map(ask))
  await Promise.all(workers.map((worker) => worker.kill()))
  const sum = (key: 'code' | 'host') => found.reduce((total, reports) => total + reports[key], 0)
  return { code: sum('code'), host: sum('host') }
}

/** What it costs an idle process: with and without it at the same time, in rounds. */
async function idleCost() {
  const [on, off] = await Promise.all([started('pitwall'), started('nobody')])
  const rounds: { share: number; onMiB: number; offMiB: number }[] = []
  for (let round = 0; round < COST_ROUNDS; round++) {
    const [withIt, without] = await Promise.all([on.ask('rest', COST_MS), off.ask('rest', COST_MS)])
    rounds.push({
      share: withIt.cpuShare - without.cpuShare,
      onMiB: withIt.rssMiB,
      offMiB: without.rssMiB,
    })
  }
  await Promise.all([on.kill(), off.kill()])
  return { percent: 100 * median(rounds.map(({ share }) => share)), mebibytes: median(rounds.map(({ onMiB, offMiB }) => onMiB - offMiB)) }
}

/** The longest interruption of each of some loops, in milliseconds: the first, and the median of the others. */
async function gaps(by: 'pitwall' | 'debugger' | 'nobody'): Promise<{ first: number; later: number }> {
  const worker = await started(by)
  const found: number[] = []
  for (let index = 0; index < GAPS; index++) found.push((await worker.ask('block', 'spin', 200)).gapMs)
  await worker.kill()
  return { first: found[0] ?? NaN, later: median(found.slice(1)) }
}

export default {
  what: 'whether the function that blocks the event loop is named, what is reported wrongly, and what the watch costs',
  async run(progress): Promise<BenchmarkResult> {
    const blocks: MadeBlock[] = []
    for (let process = 0; process < PROCESSES; process++) {
      blocks.push(...(await madeBlocks(process)))
      progress(`${blocks.filter(isRight).length} of ${blocks.length} blocks named`)
    }
    const wrong = blocks.filter((block) => !isRight(block))
    for (const block of wrong) progress(JSON.stringify(block))
    const pauses = { pitwall: await gaps('pitwall'), debugger: await gaps('debugger'), nobody: await gaps('nobody') }
    progress(`interruptions: ${JSON.stringify(pauses)}`)
    const cost = await idleCost()
    progress(`idle: ${cost.percent.toFixed(3)} % of a core, ${cost.mebibytes.toFixed(1)} MiB`)
    const idle = await watched((worker) => worker.ask('rest', WATCHED_MS))
    progress(`${WATCHED} idle processes: ${JSON.stringify(idle)}`)
    const busy = await watched((worker) => worker.ask('work', WATCHED_MS, PIECE_MS))
    progress(`${WATCHED} busy processes: ${JSON.stringify(busy)}`)
    const errors = blocks.flatMap(({ milliseconds, reports }) => reports.map(({ durationMs }) => Math.abs(durationMs - milliseconds)))
    return {
      goals: [
        goal({
          id: 'named',
          what: `of ${blocks.length} blocks of six kinds: named right, by function and file, and nothing else blamed`,
          unit: 'blocks',
          figure: (blocks.length - wrong.length) * (100 / blocks.length),
          limit: 95,
          comparator: '>=',
        }),
        atMost(0, 'reports', { id: 'idle-reports', what: 'reports in ten minutes of idle processes', figure: idle.code + idle.host }),
        atMost(0, 'reports', {
          id: 'busy-reports',
          what: 'reports of code in ten minutes of busy, healthy processes, five for each processor',
          figure: busy.code,
        }),
        atMost(0.3, '% of a core', { id: 'idle-cost', what: 'an idle process with the watch, over one without', figure: cost.percent }),
        atMost(5, 'ms', {
          id: 'pause',
          what: 'longest interruption of a loop that is looked into, over that of one that is not; medians',
          figure: pauses.pitwall.later - pauses.nobody.later,
        }),
        atMost(20, 'MiB', { id: 'memory', what: 'resident memory with the watch, over that without', figure: cost.mebibytes }),
      ],
      peers: [
        {
          name: 'Debugger.pause from a thread: interruption in ms',
          version: process.version,
          figure: pauses.debugger.later - pauses.nobody.later,
        },
        { name: 'Debugger.pause from a thread: the first, in ms', version: process.version, figure: pauses.debugger.first },
      ],
      notes: {
        'first interruption, ms': pauses.pitwall.first,
        'longest interruption of a loop that nobody looks into, median, ms': pauses.nobody.later,
        'median error of the duration, ms': median(errors),
        'of these the cause was the host: others had the processors': blocks.filter(({ reports }) =>
          reports.some(({ cause }) => cause === 'host'),
        ).length,
        'reports of the host in busy processes, 32 of each at most: they do wait for processors': busy.host,
      },
    }
  },
} satisfies Benchmark
