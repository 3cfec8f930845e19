import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { encode } from '@jridgewell/sourcemap-codec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SourceMaps } from '../../../sdk/src/profiles/source-maps.ts'
import { sourceOfPlace } from '../../../sdk/src/profiles/source-table.ts'
import { overhead } from '../../../sdk/src/sampling/overhead.ts'

/** A map whose first line comes from line 7, as long as is asked for. */
const mapOf = (bytes = 0) =>
  JSON.stringify({ version: 3, sources: ['a.ts'], sourcesContent: ['x'.repeat(bytes)], names: [], mappings: encode([[[0, 0, 6, 0]]]) })

describe('source maps of scripts', () => {
  let folder = ''
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'pitwall-maps-'))))
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const script = async (name: string, comment: string, map?: string) => {
    const path = join(folder, name)
    await writeFile(path, `work()\n${comment}\n`)
    if (map !== undefined) await writeFile(`${path}.map`, map)
    return pathToFileURL(path).href
  }
  /** The source line that the first line of the script comes from, what finding it was counted as, and how long it took, in milliseconds. */
  const lineOf = async (url: string) => {
    const before = overhead.ofLayer('test')
    const started = performance.now()
    const maps = new SourceMaps()
    await maps.load(new Set([url]), 'test')
    const tookMs = performance.now() - started
    const table = maps.table(url)
    return { line: table && sourceOfPlace(table, 1, 0)?.line, countedMs: overhead.ofLayer('test') - before, tookMs }
  }
  const inline = (map: string) => `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`

  it.each([
    ['beside them', () => script('beside.js', '//# sourceMappingURL=beside.js.map', mapOf())],
    ['inside them', () => script('inside.js', inline(mapOf()))],
    ['inside them, longer than the end that is looked at', () => script('long.js', inline(mapOf(10_000)))],
    ['beside them, too large for the thread of the agent', () => script('large.js', '//# sourceMappingURL=large.js.map', mapOf(200_000))],
  ])('are read where they are %s, and counted for who asked, not longer than it took', async (_, made) => {
    const { line, countedMs, tookMs } = await lineOf(await made())
    expect(line).toBe(7)
    expect(countedMs).toBeGreaterThan(0)
    expect(countedMs).toBeLessThanOrEqual(tookMs)
  })

  it.each([
    ['there is no map', () => script('none.js', '')],
    ['the map is gone', () => script('gone.js', '//# sourceMappingURL=gone.js.map')],
    ['the map is damaged', () => script('damaged.js', '//# sourceMappingURL=damaged.js.map', '{')],
    ['the map is on another machine', () => script('far.js', '//# sourceMappingURL=https://example.com/far.js.map')],
    ['there is no script', async () => pathToFileURL(join(folder, 'nothing.js')).href],
  ])('are not made up where %s', async (_, made) => {
    expect(await lineOf(await made())).toMatchObject({ line: undefined })
  })
})
