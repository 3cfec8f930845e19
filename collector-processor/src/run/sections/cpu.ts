import { cpuProfiles } from '@pitwall/sdk/contract'
import { formatShare, formatSeconds } from '../../text/numbers.ts'
import { section } from './section.ts'

/** Where the main threads spent their time, profiled or not, by samples of their stacks. */
export const cpu = section({
  name: 'cpu',
  columns: [
    { title: 'CPU time in', maxWidth: 40 },
    { title: 'seconds', align: 'right' },
    { title: 'share', align: 'right' },
    { title: 'file', maxWidth: 60, keep: 'end' },
  ],
  rows: (totals) => {
    const points = totals.points(cpuProfiles.cpuTime).filter(({ value }) => value > 0)
    const all = points.reduce((sum, { value }) => sum + value, 0)
    return points
      .map(({ attributes, value }) => ({
        name: String(attributes['code.function.name']),
        file: String(attributes['code.file.path'] ?? ''),
        seconds: value,
        share: value / all,
      }))
      .toSorted((one, other) => other.seconds - one.seconds)
  },
  cells: ({ name, seconds, share, file }) => [name, formatSeconds(seconds), formatShare(share), file],
})
