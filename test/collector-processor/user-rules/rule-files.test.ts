import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RuleFiles } from '../../../collector-processor/src/user-rules/rule-files.ts'
import { documentedRule } from '../../support/documented-rule.ts'

let folder: string
let said: string[]
let files: RuleFiles

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitwall-rules-'))
  said = []
  files = new RuleFiles(folder, ['short-ttl'], (sentence) => said.push(sentence))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const write = (text: string, name = 'a.yaml'): Promise<void> => writeFile(join(folder, name), text)
const ids = async (): Promise<string[]> => (await files.read()).map(({ id }) => id)

describe('files of rules', () => {
  it('are taken up when they appear, change and go', async () => {
    expect(await ids()).toEqual([])
    await write(documentedRule())
    expect(await ids()).toEqual(['slow-model-call'])
    await write(documentedRule().replace('slow-model-call', 'other-id'))
    expect(await ids()).toEqual(['other-id'])
    await rm(join(folder, 'a.yaml'))
    expect(await ids()).toEqual([])
    expect(said).toEqual([])
  })

  it('keep their last good version while broken, and say so once', async () => {
    await write(documentedRule())
    await files.read()
    await write(documentedRule().replace('\nexpr:', '\nexrp:'))
    expect([await ids(), await ids()]).toEqual([['slow-model-call'], ['slow-model-call']])
    expect(said).toEqual([`${join(folder, 'a.yaml')}:7:1: 'exrp' is no field of a rule; did you mean 'expr'? Its last good version stays.`])
  })

  it('do not stop one another', async () => {
    await write('nonsense: true', 'a.yaml')
    await write(documentedRule(), 'b.yaml')
    expect(await ids()).toEqual(['slow-model-call'])
  })

  it('do not take an id that is taken', async () => {
    await write(documentedRule().replace('slow-model-call', 'short-ttl'))
    await write(documentedRule(), 'b.yaml')
    await write(documentedRule(), 'c.yaml')
    expect([await ids(), await ids()]).toEqual([['slow-model-call'], ['slow-model-call']])
    expect(said).toHaveLength(2)
    expect(said[0]).toMatch(/there is another rule 'short-ttl'; give this one another id/)
  })

  it('are none where the folder is not there', async () => {
    await rm(folder, { recursive: true })
    expect(await ids()).toEqual([])
    expect(said).toEqual([expect.stringContaining('cannot be read')])
  })
})
