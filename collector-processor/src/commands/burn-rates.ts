import { burnRateFile } from '../alerts/burn-rates.ts'
import { type Command, UsageError } from './command.ts'

/** Alerts on the error budgets of functions, for objectives of one's own. */
export default {
  summary: 'Print alert rules for Prometheus on functions that fail or are slow too often, by burn rates.',
  options: {
    objective: { type: 'string', value: 'SHARE', description: 'Share of calls that succeed. Default 0.99.' },
    'slow-objective': { type: 'string', value: 'SHARE', description: 'Share of calls that are not slow. Default 0.99.' },
    slow: { type: 'string', value: 'SECONDS', description: 'Calls that take longer are slow; a bound of a bucket. Default 30.' },
    'min-calls': { type: 'string', value: 'CALLS', description: 'Calls that the long window must have. Default 50.' },
  },
  examples: ['pitwall burn-rates > pitwall-burn-rates.yaml', 'pitwall burn-rates --objective 0.999 --slow 10 > pitwall-burn-rates.yaml'],
  run: async ({ objective, 'slow-objective': slowObjective, slow, 'min-calls': minCalls }, io) => {
    const number = (value: string | boolean | undefined): number | undefined => (typeof value === 'string' ? Number(value) : undefined)
    try {
      io.out(
        burnRateFile({
          errorObjective: number(objective),
          slowObjective: number(slowObjective),
          slowSeconds: number(slow),
          minCalls: number(minCalls),
        }),
      )
      return 0
    } catch (error) {
      throw error instanceof RangeError ? new UsageError(error.message, { cause: error }) : error
    }
  },
} satisfies Command
