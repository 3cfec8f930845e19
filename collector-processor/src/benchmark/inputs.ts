import { isDeepStrictEqual } from 'node:util'
import { type Compared, outcomesOf } from './outcome.ts'

/** Inputs of calls: the same ones for every call, or new ones each time, where functions change what they are given. */
export class Inputs<I> {
  readonly #given: readonly I[]
  readonly #make: (() => readonly I[]) | undefined
  readonly #copyable: boolean
  #areChanged = false

  /** @param given the inputs, or what makes them anew */
  constructor(given: readonly I[] | (() => readonly I[])) {
    this.#make = typeof given === 'function' ? given : undefined
    this.#given = typeof given === 'function' ? [] : given
    this.#areChanged = typeof given === 'function'
    this.#copyable = this.#make === undefined && isCopyable(this.#given)
  }

  /** Inputs that no call has had yet; those that cannot be copied are taken to stay as they are. */
  fresh(): readonly I[] {
    return this.#make?.() ?? (this.#copyable ? structuredClone(this.#given) : this.#given)
  }

  /** Inputs for so many calls, beginning with the one at a place: whatever is next, where calls leave them as they are. */
  forCalls(calls: number, place: number): readonly I[] {
    const inputs: I[] = []
    let round = this.#areChanged ? this.fresh() : this.#given
    let index = round.length === 0 ? 0 : place % round.length
    while (inputs.length < calls && round.length > 0) {
      inputs.push(...round.slice(index, index + calls - inputs.length))
      if (this.#areChanged) round = this.fresh()
      index = 0
    }
    return inputs
  }

  /** Finds out whether a function changes its inputs. */
  async watch<O>(fn: Compared<I, O>): Promise<void> {
    const [given, kept] = [this.fresh(), this.fresh()]
    await outcomesOf(fn, given)
    if (this.#copyable && !isDeepStrictEqual(given, kept)) this.#areChanged = true
  }
}

/** Functions and sockets cannot be copied; objects of classes can, but come out as others. */
function isCopyable(given: readonly unknown[]): boolean {
  try {
    return isDeepStrictEqual(structuredClone(given), given)
  } catch {
    return false
  }
}
