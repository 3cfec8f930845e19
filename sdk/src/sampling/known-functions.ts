import { type Clock, systemClock } from '../clock.ts'
import { NameRegistry } from '../names.ts'
import { addSource } from '../telemetry/source.ts'
import { CallCost } from './call-cost.ts'
import type { HistorySettings } from './call-history.ts'
import { CallStatistics, defaultHistory } from './call-statistics.ts'
import { overhead } from './overhead.ts'
import { RepetitionBudget } from './repetition-budget.ts'

/** Functions and sections that one process tells apart; the calls of all others are counted as those of `other`. */
export const MAX_FUNCTIONS = 500

const names = new NameRegistry(MAX_FUNCTIONS)
const known = new Map<string, CallStatistics>()
const knownCached = new Map<string, CallStatistics>()

/** Decides whose arguments are followed. */
export const repetitionBudget = new RepetitionBudget(systemClock)
addSource(repetitionBudget)

let history = defaultHistory

const cost = new CallCost(systemClock)
overhead.reads('calls', () => {
  let [all, timed] = [0, 0]
  for (const statistics of [...known.values(), ...knownCached.values()]) {
    all += statistics.count
    timed += statistics.timedCalls
  }
  return cost.ofCalls(timed, all - timed)
})

/** The name that a function is counted under. */
export function boundedName(name: string): string {
  return names.admit(name)
}

/** Whether anything of this bounded name was measured or wrapped before. */
export function isKnown(name: string): boolean {
  return known.has(name) || knownCached.has(name)
}

/**
 * The statistics of a bounded name, with and without a cache of ours. Functions of one name are counted together, by the clock of the
 * first.
 */
export function statisticsOf(name: string, cached: boolean = false, clock: Clock = systemClock): CallStatistics {
  const all = cached ? knownCached : known
  const existing = all.get(name)
  if (existing !== undefined) return existing
  const statistics = new CallStatistics(name, cached, clock, history)
  all.set(name, statistics)
  addSource(statistics)
  repetitionBudget.add(statistics)
  return statistics
}

/** All statistics, those of a name side by side. */
export function knownStatistics(): ReadonlyMap<string, readonly CallStatistics[]> {
  const all = [...known.values(), ...knownCached.values()]
  return Map.groupBy(all, ({ name }) => name)
}

/** How much is remembered by time from now on; what was remembered is forgotten. */
export function setHistory(settings: HistorySettings): void {
  history = settings
  for (const statistics of [...known.values(), ...knownCached.values()]) statistics.remember(settings)
}
