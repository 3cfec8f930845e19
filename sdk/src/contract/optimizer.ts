import { number } from './metric.ts'

/** What the optimizer says of itself. */
export const optimizer = {
  cycles: number('counter', 'pitwall.optimizer.cycles', '{cycle}', ['pitwall.verdict'], 'Evaluations, by whether they came to a verdict.'),
  cycleTime: number(
    'counter',
    'pitwall.optimizer.cycle.time',
    's',
    [],
    'Time that all evaluations took; divided by their number, the mean.',
  ),
  emitFailures: number('counter', 'pitwall.optimizer.emit.failures', '{failure}', [], 'Times that an emitter could not publish.'),
  lastVerdict: number('gauge', 'pitwall.optimizer.last.verdict', 's', [], 'When the last evaluation came to a verdict, Unix time.'),
} as const
