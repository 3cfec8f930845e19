import { readdirSync } from 'node:fs'
import { parseSettings, prometheusClient, type Recommendation, runCycle, startStack } from '@pitwall/collector-processor'
import { type Benchmark, type BenchmarkResult, mean } from './benchmark.ts'
import { adviceGoals, percent } from './optbench/goals.ts'
import type { LiveAgent } from './optbench/live-agent.ts'
import { coverage, type Prediction } from './optbench/score.ts'
import type { LiveAgentService } from './support/live-agent-worker.ts'
import { Worker } from './support/worker.ts'

/** Agents of each kind. */
const EACH = 2
const SEED = 41_000
const SCRAPE_MS = 2_000
const WINDOW_MS = 120_000
/** The window and the one before it, after a start in which everything is cold. */
const LIFE_MS = 2 * WINDOW_MS + 30_000
const TURNS = 4
const TURN_MS = 15_000

/** An agent that runs. */
interface Living {
  readonly agent: LiveAgent
  readonly service: string
  readonly worker: Worker<LiveAgentService>
}

export default {
  what: 'Real agents, each in a process of its own: what is advised, and what the change saves in turns with and without it.',
  async run(progress, { seed = SEED }): Promise<BenchmarkResult> {
    const stack = await startStack({ servers: ['collector', 'prometheus'], scrapeIntervalMs: SCRAPE_MS, onProgress: progress })
    const living: Living[] = []
    try {
      const { otlp, prometheus } = stack.endpoints
      if (otlp === undefined || prometheus === undefined)
        throw new Error(`Agents need real servers. ${stack.missing.map(({ reason }) => reason).join(' ')}`)
      process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = otlp
      living.push(...(await startAgents(seed)))
      progress(`${living.length} agents live for ${LIFE_MS / 1_000} s, seeds from ${seed}`)
      await Promise.all(living.map(({ worker }) => worker.ask('live', LIFE_MS)))
      const recommendations = await advise(prometheus, progress)
      const right = sortOut(recommendations, living, progress)
      progress(`${right.length} changes are made, ${TURNS} turns of ${TURN_MS / 1_000} s with each and without`)
      const predictions = await Promise.all(right.map((one) => compare(one, progress)))
      const truths = living.flatMap(({ agent }) => agent.truths).length
      return {
        goals: adviceGoals({ advised: recommendations.length, truths, predictions }),
        peers: [],
        notes: {
          agents: living.length,
          'true savings inside their interval, %': percent(coverage(predictions)),
          servers: stack.running.map(({ name, version }) => `${name} ${version}`).join(', '),
        },
      }
    } finally {
      await Promise.all(living.map(({ worker }) => worker.kill()))
      await stack.stop()
    }
  },
} satisfies Benchmark

async function advise(prometheusUrl: string, progress: (line: string) => void): Promise<readonly Recommendation[]> {
  const settings = parseSettings({ prometheusUrl, windowMs: WINDOW_MS, earlierWindows: 1, scrapeIntervalMs: SCRAPE_MS })
  const { recommendations, notAdvised, noVerdict } = await runCycle({ settings, client: prometheusClient(settings) })
  if (noVerdict !== undefined) throw new Error(noVerdict)
  for (const { service, subject, rule, reason } of notAdvised) progress(`${service}: no ${rule} of ${subject}: ${reason}`)
  return recommendations
}

/** A right recommendation, and the agent that it is for. */
interface Right {
  readonly one: Living
  readonly recommendation: Recommendation
}

/** Keeps the right ones, and says what the others are. */
function sortOut(recommendations: readonly Recommendation[], living: readonly Living[], progress: (line: string) => void): Right[] {
  return recommendations.flatMap((recommendation) => {
    const { rule, service, subject, title } = recommendation
    const one = living.find((each) => each.service === service)
    if (one?.agent.truths.some((truth) => truth.rule === rule && (truth.subject ?? service) === subject)) return [{ one, recommendation }]
    progress(`${service}: wrongly ${rule} of ${subject}: ${title}`)
    return []
  })
}

async function compare({ one, recommendation: { saving, change } }: Right, progress: (line: string) => void): Promise<Prediction> {
  const actual = mean(await one.worker.ask('compare', change, TURNS, TURN_MS))
  const [lower, likely, upper, truth] = [saving.lower, saving.likely, saving.upper, actual].map((value) => value.toFixed(3))
  progress(`${one.service}: ${lower} to ${upper}, likely ${likely}, in truth ${truth}`)
  return { ...saving, actual }
}

/** Two agents of every kind that is a file of the folder. */
async function startAgents(seed: number): Promise<Living[]> {
  const folder = new URL('./optbench/agents/', import.meta.url)
  const kinds = readdirSync(folder)
    .filter((file) => file.endsWith('.js'))
    .toSorted()
    .map((file) => file.replace('.js', ''))
  const started = kinds.map(async (kind, index) => {
    const { default: agent }: { default: LiveAgent } = await import(new URL(`${kind}.js`, folder).href)
    return Array.from({ length: EACH }, (_, turn): Living => {
      const own = seed + 100 * index + turn
      const service = `${kind}-${own}`
      return { agent, service, worker: new Worker<LiveAgentService>('live-agent-worker', [kind, String(own), service]) }
    })
  })
  return (await Promise.all(started)).flat()
}
