import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { validate } from 'dockerfile-utils'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const files = readdirSync(join(root, 'docker')).filter((file) => file.endsWith('.Dockerfile'))

describe.each(files)('%s', (file) => {
  const text = readFileSync(join(root, 'docker', file), 'utf8')
  const instructions = text.replaceAll(/\\\n/g, ' ').split('\n')
  const all = (name: string): string[] =>
    instructions.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1))

  it('is valid', () => {
    expect(validate(text).map(({ range, message }) => `${range.start.line + 1}: ${message}`)).toEqual([])
  })

  it('starts from images with a full version', () => {
    for (const image of all('FROM')) expect(image).toMatch(/^[a-z/]+:\d+\.\d+\.\d+(-slim)?( AS build)?$/)
  })

  it('does not run as root', () => {
    expect(all('USER').at(-1)).toMatch(/^(node|grafana)$/)
  })

  it('copies only what is there', () => {
    for (const copy of all('COPY').filter((line) => !line.startsWith('--from='))) {
      for (const source of copy.split(' ').slice(0, -1)) expect(existsSync(join(root, source)), source).toBe(true)
    }
  })

  it('gives npm every workspace that the lock file names', () => {
    const manifest: { workspaces: string[] } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    for (const workspace of manifest.workspaces) expect(text).toContain(`COPY ${workspace}/package.json ${workspace}/`)
  })

  it('installs without running scripts of dependencies', () => {
    for (const run of all('RUN').filter((line) => /npm (ci|prune)/.test(line))) expect(run).toContain('--ignore-scripts')
  })
})

describe('the build context', () => {
  it('leaves out what is built, installed or history', () => {
    const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n')
    expect(ignored).toEqual(expect.arrayContaining(['.git', '**/node_modules', '**/dist']))
  })
})
