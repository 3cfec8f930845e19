import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { metricsPage } from './support/metrics-page.ts'

const root = resolve(import.meta.dirname, '..')
const pages = [
  ...readdirSync(root).filter((file) => file.endsWith('.md')),
  ...readdirSync(join(root, 'docs'))
    .map((file) => `docs/${file}`)
    .filter((file) => file.endsWith('.md')),
  ...['sdk/README.md', 'collector-processor/README.md'].filter((file) => existsSync(join(root, file))),
]

describe('the documentation', () => {
  it('describes every metric of the contract', async () => {
    await expect(metricsPage()).toMatchFileSnapshot('../docs/metrics.md')
  })

  it.each(pages)('%s links only to files that exist', (page) => {
    const text = readFileSync(join(root, page), 'utf8')
    const targets = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map((match) => match[1] ?? '')
    for (const target of targets) expect(existsSync(resolve(root, dirname(page), target)), target).toBe(true)
  })

  it.each(pages)('%s names only npm scripts that exist', (page) => {
    const manifest: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const text = readFileSync(join(root, page), 'utf8')
    const names = [...text.matchAll(/npm run ([a-z:-]+)/g)].map((match) => match[1] ?? '')
    for (const name of names) expect(Object.keys(manifest.scripts), page).toContain(name)
  })
})
