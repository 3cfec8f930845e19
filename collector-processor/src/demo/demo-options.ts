import { type OptionValues, UsageError } from '../commands/command.ts'

/** What a run of the demo is asked to do. */
export interface DemoOptions {
  readonly json: boolean
  readonly keep: boolean
  readonly seed: number
  readonly agents: number
  readonly trace?: string
  /** Milliseconds for a request of a trace that knows no cost. */
  readonly costMs: number
  /** How long the agents work, at most; undefined leaves it to the story. */
  readonly durationMs?: number
}

/** Options as typed → options of the demo. Throws `UsageError` with one sentence for the first that is wrong. */
export function demoOptions(values: OptionValues): DemoOptions {
  const { trace, duration } = values
  return {
    json: values['json'] === true,
    keep: values['keep'] === true,
    seed: whole(values, 'seed', { otherwise: 1, least: 0, most: 2 ** 32 - 1 }),
    agents: whole(values, 'agents', { otherwise: 3, least: 1, most: 16 }),
    costMs: whole(values, 'cost-ms', { otherwise: 20, least: 0, most: 1_000 }),
    ...(typeof trace === 'string' ? { trace } : {}),
    ...(duration === undefined ? {} : { durationMs: 1_000 * whole(values, 'duration', { otherwise: 0, least: 20, most: 3_600 }) }),
  }
}

interface Range {
  readonly otherwise: number
  readonly least: number
  readonly most: number
}

function whole(values: OptionValues, name: string, { otherwise, least, most }: Range): number {
  const text = values[name]
  if (text === undefined) return otherwise
  const value = Number(text)
  if (typeof text !== 'string' || text.trim() === '' || !Number.isInteger(value) || value < least || value > most)
    throw new UsageError(`--${name} is '${String(text)}', but must be a whole number from ${least} to ${most}.`)
  return value
}
