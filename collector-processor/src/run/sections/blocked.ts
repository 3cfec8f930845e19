import { runtime } from '@pitwall/sdk/contract'
import { formatSeconds } from '../../text/numbers.ts'
import { section } from './section.ts'

/** What held the event loop for longer than 50 ms at a time, and nothing else could run. */
export const blocked = section({
  name: 'blocked',
  columns: [
    { title: 'blocked the event loop', maxWidth: 48 },
    { title: 'in all', align: 'right' },
  ],
  rows: (totals) =>
    totals
      .points(runtime.blockedTime)
      .filter(({ value }) => value > 0)
      .map(({ attributes, value }) => ({
        cause: String(attributes['pitwall.cause']),
        function: attributes['code.function.name'],
        seconds: value,
      }))
      .toSorted((a, b) => b.seconds - a.seconds),
  cells: ({ cause, function: name, seconds }) => [causeText(cause, name), formatSeconds(seconds)],
})

function causeText(cause: string, name: string | number | undefined): string {
  if (cause === 'gc') return 'garbage collection'
  if (cause === 'host') return 'the machine, which gave the process no time'
  return name === undefined || name === 'other' ? 'code that is not profiled' : String(name)
}
