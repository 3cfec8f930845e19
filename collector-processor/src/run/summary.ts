import { sdk } from '@pitwall/sdk/contract'
import { formatSeconds } from '../text/numbers.ts'
import { bold, plain, type TableOptions } from '../text/table.ts'
import type { End } from './launch.ts'
import { blocked } from './sections/blocked.ts'
import { caches } from './sections/caches.ts'
import { candidates } from './sections/candidates.ts'
import { cpu } from './sections/cpu.ts'
import { functions } from './sections/functions.ts'
import { processes } from './sections/processes.ts'
import type { Totals } from './totals.ts'

/** The parts of the summary in their order. One more is one more file and one word here. */
const sections = [processes, cpu, functions, blocked, caches, candidates]

/** A run that is over. */
export interface Run {
  readonly command: string
  readonly seconds: number
  readonly end: End
  readonly totals: Totals
}

/** The summary for a person. */
export function summaryText({ command, seconds, end, totals }: Run, options: TableOptions): string {
  const title = `pitwall: ${plain(command)} ran ${formatSeconds(seconds)} and ${endText(end)}`
  const head = options.colour === true ? bold(title) : title
  if (totals.count === 0)
    return `${head}. No process of it said anything: that takes a tenth of a second, Node.js 22.15 or later, and NODE_OPTIONS.\n`
  const texts = sections.map((section) => section.of(totals, options).text).filter((text) => text !== '')
  const own = totals.sum(sdk.overheadTime)
  return [`${head}\n`, ...texts, ...hint(totals), `Measuring took ${formatSeconds(own)}, loading the SDK not counted.\n`].join('\n')
}

/** The summary for a program. */
export function summaryDocument({ command, seconds, end, totals }: Run): object {
  const rows = Object.fromEntries(sections.map((section) => [section.name, section.of(totals, {}).data]))
  return {
    command,
    seconds,
    exitCode: end.kind === 'code' ? end.code : null,
    signal: end.kind === 'signal' ? end.signal : null,
    processCount: totals.count,
    ...rows,
    overheadSeconds: totals.sum(sdk.overheadTime),
  }
}

function endText(end: End): string {
  if (end.kind === 'code') return `ended with code ${end.code}`
  return end.kind === 'signal' ? `was ended by ${end.signal}` : 'could not be started'
}

/** What nobody has asked to be measured cannot be shown. */
function hint(totals: Totals): string[] {
  const isSilent = [functions, caches].every((section) => section.of(totals, {}).data.length === 0)
  return isSilent
    ? ['No function is profiled, and no cache was seen. `profiled(fn)` of @pitwall/sdk shows what calls cost and what repeats.\n']
    : []
}
