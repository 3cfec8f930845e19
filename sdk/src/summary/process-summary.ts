import { basename } from 'node:path'
import { isMainThread, threadId } from 'node:worker_threads'
import type { MetricDefinition, ProcessSummary, SummaryPoint } from '../contract/index.ts'
import type { LoopUseReader } from '../sampling/loop-use.ts'
import { collectSources } from '../telemetry/source.ts'

/** What this process, or this worker thread of it, knows of itself by now, and everything that its metric sources say. */
export function processSummary(ended: boolean, loop: LoopUseReader): ProcessSummary {
  const { activeMs, idleMs } = loop.read()
  return {
    pid: process.pid,
    threadId,
    command: [basename(process.argv0), ...process.argv.slice(1, 2).map((script) => basename(script))].join(' '),
    startedAt: performance.timeOrigin / 1_000,
    lived: performance.now() / 1_000,
    active: activeMs / 1_000,
    waiting: idleMs / 1_000,
    ...(isMainThread && ofWholeProcess()),
    ended,
    points: points(),
  }
}

function ofWholeProcess(): Partial<ProcessSummary> {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const { loopStart } = performance.nodeTiming
  return {
    cpu: (userCPUTime + systemCPUTime) / 1e6,
    maxMemory: maxRSS * 1_024,
    ...(loopStart > 0 && { loading: loopStart / 1_000 }),
  }
}

function points(): SummaryPoint[] {
  const points: SummaryPoint[] = []
  const add = ({ name, kind }: MetricDefinition, attributes: SummaryPoint['attributes'], value: Pick<SummaryPoint, 'value' | 'counts'>) =>
    void points.push({ metric: name, kind, attributes, ...value })
  collectSources({
    number: (metric, attributes, value) => add(metric, given(attributes), { value }),
    histogram: (metric, attributes, { counts, sum }) => add(metric, given(attributes), { value: sum, counts: Array.from(counts) }),
  })
  return points
}

/** Only the attributes that a point has. */
function given(attributes: Readonly<Record<string, string | number | undefined>>): SummaryPoint['attributes'] {
  const known: Record<string, string | number> = {}
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) known[key] = value
  return known
}
