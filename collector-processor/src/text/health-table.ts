import type { ServiceHealth } from '../recommendation/recommendation.ts'
import { renderTable, type TableOptions } from './table.ts'

/** Services that are not well, or not known, with the reasons; below it how many are. */
export function healthTable(services: readonly ServiceHealth[], options: TableOptions = {}): string {
  const rows = services.filter(({ state }) => state !== 'good').map(({ service, state, reasons }) => [service, state, reasons.join('; ')])
  const good = services.length - rows.length
  const rest = good === 0 ? '' : `${good} of ${services.length} services ${good === 1 ? 'is' : 'are'} good.\n`
  if (rows.length === 0) return rest
  return renderTable([{ title: 'service', maxWidth: 32 }, { title: 'health' }, { title: 'because' }], rows, options) + rest
}
