import { rename, writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { markdownReport } from '../pages/markdown-report.ts'
import { overview } from '../pages/overview.ts'
import type { Report } from '../recommendation/recommendation.ts'
import type { Emitter, EmitterSettings } from './emitter.ts'

/** Forms of a report, by the ending of the file. */
const forms: Readonly<Record<string, (report: Report) => string | Promise<string>>> = {
  '.md': markdownReport,
  '.json': (report) => `${JSON.stringify(report, null, 2)}\n`,
  '.html': async (report) => String(await overview(report, { served: false })),
}

/** Keeps the latest report in a file: for a wiki, a pull request, or a machine without a browser. */
export default function reportFile({ reportFile: file }: EmitterSettings): Emitter | undefined {
  if (file === undefined) return undefined
  const form = forms[extname(file)]
  if (form === undefined) throw new Error(`A report is written as ${Object.keys(forms).join(', ')}, not as '${file}'.`)
  return {
    emit: async (report) => {
      try {
        // Renamed into place, so that nobody reads half a report.
        await writeFile(`${file}.new`, await form(report))
        await rename(`${file}.new`, file)
      } catch (error) {
        const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
        throw new Error(`The report could not be written to ${file} (${reason}); choose another place with --report.`, { cause: error })
      }
    },
    close: async () => {},
  }
}
