import { Function as PprofFunction, Label, Line, Location, StringTable, ValueType } from 'pprof-format'
import { type FunctionPlace, placeKey } from './places.ts'
import type { SampleLabels } from './segments.ts'

/** The tables of a pprof file, in which everything is written once. */
export class PprofTables {
  readonly strings = new StringTable()
  readonly functions: PprofFunction[] = []
  readonly locations: Location[] = []
  readonly #functionIds = new Map<string, number>()
  readonly #locationIds = new Map<string, number>()

  location(place: FunctionPlace, line: number): number {
    const functionId = this.#function(place)
    const key = `${functionId}:${line}`
    let id = this.#locationIds.get(key)
    if (id === undefined) {
      id = this.locations.length + 1
      this.#locationIds.set(key, id)
      this.locations.push(new Location({ id, line: [new Line({ functionId, line })] }))
    }
    return id
  }

  labels(labels: SampleLabels | undefined): Label[] {
    const pairs = [
      ['function', labels?.function],
      ['trace_id', labels?.traceId],
      ['span_id', labels?.spanId],
    ] as const
    return pairs.flatMap(([key, value]) =>
      value === undefined ? [] : [new Label({ key: this.strings.dedup(key), str: this.strings.dedup(value) })],
    )
  }

  valueType(type: string, unit: string): ValueType {
    return new ValueType({ type: this.strings.dedup(type), unit: this.strings.dedup(unit) })
  }

  #function(place: FunctionPlace): number {
    const { name, file = '', line } = place
    const key = placeKey(place)
    let id = this.#functionIds.get(key)
    if (id === undefined) {
      id = this.functions.length + 1
      this.#functionIds.set(key, id)
      const [text, filename] = [this.strings.dedup(name), this.strings.dedup(file)]
      this.functions.push(new PprofFunction({ id, name: text, systemName: text, filename, startLine: line }))
    }
    return id
  }
}
