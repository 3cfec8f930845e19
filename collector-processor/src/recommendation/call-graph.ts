import type { Evidence } from '../prometheus/evidence.ts'
import { questions } from '../prometheus/questions.ts'
import { labelOf, sumOf } from '../prometheus/series.ts'

/** A function that calls another of the same service, as telemetry shows. */
export interface CallPair {
  readonly service: string
  readonly caller: string
  readonly callee: string
}

/** The pairs that spans have shown. */
export function callPairs(evidence: Evidence): readonly CallPair[] {
  const table = evidence.of(questions.callers)
  return table.subjects().flatMap((subject) =>
    table
      .rows(subject)
      .filter(({ blocks }) => sumOf(blocks) > 0)
      .map((row) => ({ service: subject.service, caller: labelOf(row, 'pitwall.function.caller'), callee: subject.name })),
  )
}

/** Which function calls which, itself or by way of others. */
export class CallGraph {
  readonly #callees = new Map<string, string[]>()
  readonly #reached = new Map<string, ReadonlySet<string>>()

  constructor(pairs: readonly CallPair[]) {
    for (const { service, caller, callee } of pairs) {
      const key = keyOf(service, caller)
      this.#callees.set(key, [...(this.#callees.get(key) ?? []), callee])
    }
  }

  /** Whether one function of a service calls another. */
  calls(service: string, caller: string, callee: string): boolean {
    return caller !== callee && this.#from(service, caller).has(callee)
  }

  #from(service: string, name: string): ReadonlySet<string> {
    const key = keyOf(service, name)
    const known = this.#reached.get(key)
    if (known !== undefined) return known
    const reached = new Set([name])
    // A set hands out what is added to it while it is gone through.
    for (const each of reached) for (const callee of this.#callees.get(keyOf(service, each)) ?? []) reached.add(callee)
    this.#reached.set(key, reached)
    return reached
  }
}

function keyOf(service: string, name: string): string {
  return JSON.stringify([service, name])
}
