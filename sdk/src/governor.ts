import { diag } from '@opentelemetry/api'
import { after, type Clock } from './clock.ts'
// Not by the index of the contract: `register` loads this first, and would load all its families.
import { sdk } from './contract/sdk.ts'
import type { Profiler } from './profilers/profiler.ts'
import type { Overhead } from './sampling/overhead.ts'
import { type Budget, Shedding } from './sampling/shedding.ts'
import { reason } from './telemetry/diagnostics.ts'
import { addSource, type MetricSink, type MetricSource } from './telemetry/source.ts'

/** Time between two looks at what the SDK costs. */
const LOOK_EVERY_MS = 10_000

/** One profiler, and whether it runs. */
interface Layer {
  readonly name: string
  readonly profiler: Profiler
  /** Stops it; undefined while it does not run. */
  stop: (() => void) | undefined
}

/**
 * Starts and stops profilers so that the SDK stays within its budget: above it they are stopped in the order of their priority, the
 * lowest first, and where there is room again they return one by one in the opposite order. It says so in one series, and in one line a change.
 */
export class Governor implements MetricSource {
  readonly #budget: Budget
  readonly #overhead: Overhead
  readonly #clock: Clock
  readonly #layers: Layer[] = []
  readonly #shedding: Shedding
  readonly #removeSource: () => void
  #lookedAt: number
  #spent: ReadonlyMap<string, number>
  #saidHelpless = false
  #endLooks: () => void

  constructor(budget: Budget, overhead: Overhead, clock: Clock) {
    this.#budget = budget
    this.#overhead = overhead
    this.#clock = clock
    this.#lookedAt = clock.now()
    this.#spent = overhead.byLayer()
    this.#shedding = new Shedding(budget, this.#lookedAt, total(this.#spent))
    this.#removeSource = addSource(this)
    this.#endLooks = this.#lookLater()
  }

  /** Starts a profiler, and stops it again when it is too much. One that fails is said in a warning and costs nothing else. */
  start(name: string, profiler: Profiler): void {
    const layer: Layer = { name, profiler, stop: undefined }
    if (!begin(layer)) return
    const place = this.#layers.findIndex((other) => priorityOf(other) > priorityOf(layer))
    this.#layers.splice(place < 0 ? this.#layers.length : place, 0, layer)
  }

  /** Stops all profilers. */
  stop(): void {
    this.#endLooks()
    this.#removeSource()
    for (const layer of this.#layers.splice(0)) end(layer)
  }

  collect(sink: MetricSink): void {
    for (const { name, stop } of this.#layers) sink.number(sdk.layerRunning, { 'pitwall.sdk.layer': name }, stop === undefined ? 0 : 1)
  }

  #lookLater(): () => void {
    return after(this.#clock, LOOK_EVERY_MS, () => this.#look(), true)
  }

  #look(): void {
    this.#endLooks = this.#lookLater()
    const now = this.#clock.now()
    const spent = this.#overhead.byLayer()
    const shares = sharesOf(spent, this.#spent, now - this.#lookedAt)
    this.#lookedAt = now
    this.#spent = spent
    const verdict = this.#shedding.look(now, total(spent), this.#overhead.heldBytes)
    if (verdict === 'shed') this.#shed(shares)
    if (verdict === 'return') this.#return(shares)
  }

  #shed(shares: readonly Share[]): void {
    const layer = this.#layers.find(({ profiler, stop }) => stop !== undefined && profiler.priority !== undefined)
    if (layer === undefined) return this.#sayHelpless(shares)
    diag.warn(`${this.#excess(shares)}; profiler ${layer.name} is stopped until there is room for it.`)
    end(layer)
    this.#shedding.shed()
  }

  #return(shares: readonly Share[]): void {
    const layer = this.#layers.findLast(({ stop }) => stop === undefined)
    if (layer === undefined) return
    // One that cannot be started any more would be tried for ever.
    if (begin(layer)) diag.warn(`the SDK takes ${costs(shares)}; profiler ${layer.name} is started again.`)
    else this.#layers.splice(this.#layers.indexOf(layer), 1)
    this.#shedding.returned(this.#clock.now())
  }

  #sayHelpless(shares: readonly Share[]): void {
    if (!this.#saidHelpless) diag.warn(`${this.#excess(shares)}, and no profiler is left that may be stopped.`)
    this.#saidHelpless = true
  }

  #excess(shares: readonly Share[]): string {
    const { share, bytes } = this.#budget
    const held = this.#overhead.heldBytes
    return held > bytes
      ? `the SDK holds ${mebibytes(held)} of memory, and may hold ${mebibytes(bytes)} (maxOverheadBytes)`
      : `the SDK takes ${costs(shares)}, and may take ${percent(share)} (maxOverhead)`
  }
}

/** Share of a core that a layer took between two looks. */
interface Share {
  readonly layer: string
  readonly share: number
}

/** What each layer took, the costliest first. */
function sharesOf(spent: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>, elapsedMs: number): readonly Share[] {
  return Array.from(spent, ([layer, spentMs]) => ({ layer, share: (spentMs - (before.get(layer) ?? 0)) / elapsedMs })).toSorted(
    (a, b) => b.share - a.share,
  )
}

function total(spent: ReadonlyMap<string, number>): number {
  return [...spent.values()].reduce((sum, milliseconds) => sum + milliseconds, 0)
}

/** Layers that a message names. */
const NAMED = 3

function costs(shares: readonly Share[]): string {
  const all = percent(shares.reduce((sum, { share }) => sum + share, 0))
  const largest = shares
    .filter(({ share }) => share > 0)
    .slice(0, NAMED)
    .map(({ layer, share }) => `${layer} ${percent(share)}`)
  return `${all} of a core (${largest.join(', ')})`
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`
}

function priorityOf({ profiler }: Layer): number {
  return profiler.priority ?? Infinity
}

function begin(layer: Layer): boolean {
  return attempt(`profiler ${layer.name} could not be started`, () => {
    layer.stop = layer.profiler.start()
  })
}

function end(layer: Layer): void {
  const { stop } = layer
  layer.stop = undefined
  attempt(`profiler ${layer.name} could not be stopped`, () => stop?.())
}

/** Our failure is a warning, never the agent's exception. */
function attempt(failure: string, action: () => void): boolean {
  try {
    action()
    return true
  } catch (error) {
    diag.warn(`${failure} (${reason(error)}); the agent runs on without it.`)
    return false
  }
}
