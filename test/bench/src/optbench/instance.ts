import { randomNumbers } from '../support/generator.ts'
import type { Recorder } from './recorder.ts'
import { Service } from './service.ts'
import type { Change, Life, NamedWorld } from './world.ts'

/** Milliseconds between two scrapes in the days before, of which hours are asked for. */
const SCRAPE_BEFORE_MS = 20 * 60_000

/** One world of a kind, with a seed of its own, from which it can be played again. */
export class Instance {
  /** Milliseconds between two scrapes. */
  readonly scrapeMs: number
  readonly world: NamedWorld
  readonly seed: number
  readonly service: string

  constructor(world: NamedWorld, seed: number, scrapeMs: number = 60_000) {
    this.scrapeMs = scrapeMs
    this.world = world
    this.seed = seed
    this.service = `${world.name}-${seed}`
  }

  /** Milliseconds of the days that it lives before all times that are spoken of here. */
  get #beforeMs(): number {
    return (this.world.daysBefore ?? 0) * 24 * 3_600_000
  }

  /**
   * Plays it from its beginning, and records every scrape.
   * @param lengthMs how long
   * @param end Unix seconds at its end
   * @param change what is changed, and when (milliseconds since it began)
   */
  record(recorder: Recorder, lengthMs: number, end: number, change?: { readonly at: number; readonly change: Change | 'wrong' }): void {
    const { service, life } = this.#begin()
    const { isScrapeLost = () => false, clockAheadMs = 0 } = this.world
    const before = this.#beforeMs
    let isChanged = change === undefined
    for (let now = SCRAPE_BEFORE_MS; now < before; now += SCRAPE_BEFORE_MS) {
      life.play(now)
      service.scrape(recorder, Math.round(end - (before + lengthMs - now) / 1_000))
    }
    for (let now = this.scrapeMs; now <= lengthMs; now += this.scrapeMs) {
      if (change !== undefined && !isChanged && now > change.at) {
        life.play(before + change.at)
        if (change.change === 'wrong') life.applyWrongly?.()
        else life.apply?.(change.change)
        isChanged = true
      }
      life.play(before + now)
      if (!isScrapeLost(now)) service.scrape(recorder, Math.round(end - (lengthMs - now - clockAheadMs) / 1_000))
    }
  }

  /**
   * What a change really saves, in the unit of the saving: plays the same world with it and without it.
   * @param at when it is made, milliseconds since the beginning
   * @param from when it begins to be measured, and `to` when that ends
   */
  saving(change: Change, at: number, from: number, to: number): number {
    const [changed, unchanged] = [this.#spent(from, to, at, change), this.#spent(from, to, at)]
    return (unchanged - changed) / (to - from)
  }

  #spent(from: number, to: number, at: number, change?: Change): number {
    const { life } = this.#begin()
    life.play(this.#beforeMs + at)
    if (change !== undefined) life.apply?.(change)
    life.play(this.#beforeMs + from)
    const before = life.spent?.() ?? 0
    life.play(this.#beforeMs + to)
    return (life.spent?.() ?? 0) - before
  }

  /** Whether its change can be made wrongly. */
  get canBeWrong(): boolean {
    return this.#begin().life.applyWrongly !== undefined
  }

  #begin(): { service: Service; life: Life } {
    const service = new Service(this.service)
    return { service, life: this.world.begin(service, randomNumbers(this.seed)) }
  }
}
