import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { main } from '../../../collector-processor/src/main.ts'
import { ruleJsonSchema } from '../../../collector-processor/src/user-rules/rule-schema.ts'
import { documentedRule } from '../../support/documented-rule.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitwall-rules-'))
  await writeFile(join(folder, 'good.yaml'), documentedRule())
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function rules(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const io = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    colour: false,
    signal: new AbortController().signal,
    env: {},
  }
  return { code: await main(['rules', ...args], io), out, err }
}

describe('pitwall rules', () => {
  it('lists the rules of Pitwall and those of the user, with their source', async () => {
    const { code, out } = await rules('--rules', folder, 'list')
    expect(code).toBe(0)
    expect(out).toMatch(/^short-ttl +minutes +.* \(pitwall\)$/m)
    expect(out).toMatch(/^slow-model-call +hours +Move a subject to the smaller model \(.*\)$/m)
  })

  it('finds nothing wrong with a right rule', async () => {
    expect(await rules('check', folder)).toEqual({ code: 0, out: '1 rule is right.\n', err: '' })
  })

  it('names file, line, word and fix, with exit code 1', async () => {
    const file = join(folder, 'bad.yaml')
    await writeFile(file, documentedRule().replace('\nexpr:', '\nexrp:'))
    const { code, out, err } = await rules('check', file)
    expect([code, out]).toEqual([1, ''])
    expect(err).toBe(`${file}:7:1: 'exrp' is no field of a rule; did you mean 'expr'?\n`)
    const { mistakes } = JSON.parse((await rules('check', '--json', file)).out)
    expect(mistakes).toEqual([{ file, line: 7, column: 1, message: "'exrp' is no field of a rule; did you mean 'expr'?" }])
  })

  it.each([[[]], [['check']], [['check', '/nowhere.yaml']], [['list', 'more']], [['list', '--unknown']]])(
    'does not guess what %j means',
    async (args) => {
      expect((await rules(...args)).code).toBe(2)
    },
  )

  it('ships the schema by which rules are checked', async () => {
    const shipped: unknown = JSON.parse(await readFile(new URL('../../../collector-processor/rule.schema.json', import.meta.url), 'utf8'))
    expect(shipped).toEqual(ruleJsonSchema())
  })
})
