import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import reportFile from '../../../collector-processor/src/emitters/report.ts'
import { sampleRecommendation, sampleReport } from '../../support/recommendations.ts'

describe('the report in a file', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pitwall-report-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it.each([
    ['advice.md', '| 1 | Enlarge the cache searchFlights | travel-agent src/search.ts:42 | 0.42 s/s (0.351 to 0.5) |'],
    ['advice.json', '"title": "Enlarge the cache searchFlights"'],
    ['advice.html', '<a href="#0123456789">Enlarge the cache searchFlights</a>'],
  ])('is written as %s, whole', async (name, text) => {
    const file = join(folder, name)
    await reportFile({ reportFile: file })?.emit(sampleReport(sampleRecommendation()))
    expect(await readFile(file, 'utf8')).toContain(text)
    expect(await readdir(folder)).toEqual([name])
  })

  it('has no links that lead nowhere once it is saved', async () => {
    const file = join(folder, 'advice.html')
    await reportFile({ reportFile: file })?.emit(sampleReport(sampleRecommendation()))
    const targets = [...(await readFile(file, 'utf8')).matchAll(/href="([^"]*)"/g)].map((match) => match[1])
    expect(targets.filter((target) => !/^(#|data:)/.test(target ?? ''))).toEqual([])
  })

  it('is refused in a form that does not exist', () => {
    expect(() => reportFile({ reportFile: 'advice.pdf' })).toThrow("A report is written as .md, .json, .html, not as 'advice.pdf'.")
  })

  it('says where it could not be written', async () => {
    const file = join(folder, 'missing', 'advice.md')
    await expect(reportFile({ reportFile: file })?.emit(sampleReport())).rejects.toThrow(`could not be written to ${file} (ENOENT)`)
  })
})
