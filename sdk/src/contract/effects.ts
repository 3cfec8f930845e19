import { number } from './metric.ts'

/** What calls of functions do beside returning something, and what calls them, as far as spans tell. */
export const effects = {
  writes: number(
    'counter',
    'pitwall.function.writes',
    '{call}',
    ['code.function.name', 'pitwall.write'],
    'Recorded calls of a function within which a span wrote something elsewhere.',
  ),
  nested: number(
    'counter',
    'pitwall.function.nested',
    '{call}',
    ['code.function.name', 'pitwall.function.caller'],
    'Recorded calls of a function that were made within a call of another one.',
  ),
} as const
