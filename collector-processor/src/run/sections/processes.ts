import { runtime } from '@pitwall/sdk/contract'
import { formatSeconds, formatShare } from '../../text/numbers.ts'
import { ofProcess } from '../totals.ts'
import { section } from './section.ts'

/** The processes and their worker threads: how long they worked and waited, and what held them up. */
export const processes = section({
  name: 'processes',
  columns: [
    { title: 'process', maxWidth: 36 },
    { title: 'lived', align: 'right' },
    { title: 'loading', align: 'right' },
    { title: 'CPU', align: 'right' },
    { title: 'loop busy', align: 'right' },
    { title: 'loop blocked', align: 'right' },
    { title: 'GC', align: 'right' },
    { title: 'memory', align: 'right' },
  ],
  rows: ({ processes }) =>
    processes.map((one) => ({
      pid: one.pid,
      threadId: one.threadId,
      command: one.command,
      ended: one.ended,
      livedSeconds: one.lived,
      loadingSeconds: one.loading,
      cpuSeconds: one.cpu,
      busyShare: one.active + one.waiting > 0 ? one.active / (one.active + one.waiting) : undefined,
      blockedSeconds: ofProcess(one, runtime.blockedTime),
      gcSeconds: ofProcess(one, runtime.gcTime),
      maxMemoryBytes: one.maxMemory,
    })),
  cells: (row) => [
    row.threadId === 0 ? `${row.command} (${row.pid})` : `  thread ${row.threadId} of ${row.pid}`,
    formatSeconds(row.livedSeconds),
    known(row.loadingSeconds, formatSeconds),
    known(row.cpuSeconds, (seconds) => `${formatSeconds(seconds)}, ${formatShare(seconds / row.livedSeconds)}`),
    known(row.busyShare, formatShare),
    formatSeconds(row.blockedSeconds),
    formatSeconds(row.gcSeconds),
    known(row.maxMemoryBytes, (bytes) => `${Math.round(bytes / 2 ** 20)} MiB`),
  ],
})

function known(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? '' : format(value)
}
