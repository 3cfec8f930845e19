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

async function rules(...given: readonly (string | NodeJS.ProcessEnv)[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const args = given.filter((one) => typeof one === 'string')
  const env = given.find((one) => typeof one === 'object') ?? process.env
  const io = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    colour: false,
    signal: new AbortController().signal,
    env,
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

  it('reads the files that a pattern matches, and says when there is none', async () => {
    await writeFile(join(folder, 'other.yml'), documentedRule().replace('id: slow-model-call', 'id: other'))
    expect(await rules('check', join(folder, '**'))).toMatchObject({ code: 0, out: '2 rules are right.\n' })
    expect((await rules('--rules', join(folder, 'o*.yml'), 'list')).out).toMatch(/^other +hours/m)
    expect(await rules('check', join(folder, '*.json'))).toMatchObject({ code: 2, err: expect.stringContaining('no file matches it') })
  })

  it('tests the cases of a rule on a real Prometheus, each apart from the others, and says what came out instead', async () => {
    const file = join(folder, 'tested.yaml')
    await writeFile(file, documentedRule().replace('says: nothing', 'says: finding'))
    const { code, out } = await rules('test', join(folder, 'good.yaml'), file)
    expect(out).toBe(
      [
        `${join(folder, 'good.yaml')} (slow-model-call)`,
        '  ✓ says finding: a model that takes 4 s',
        '  ✓ says nothing: a model that takes 1 s',
        '  ✓ says notAdvised: a slow one that is seldom called',
        '',
        `${file} (slow-model-call)`,
        '  ✓ says finding: a model that takes 4 s',
        '  ✗ says finding: a model that takes 1 s',
        '      it says nothing',
        '  ✓ says notAdvised: a slow one that is seldom called',
        '',
        '5 of 6 cases right.',
        '',
      ].join('\n'),
    )
    expect(code).toBe(1)
  })

  it('does not call a rule tested that has no cases, or mistakes', async () => {
    const [file, broken] = [join(folder, 'none.yaml'), join(folder, 'broken.yaml')]
    await writeFile(file, documentedRule().replace(/\ncases:[^]*/, '\n'))
    expect(await rules('test', file)).toMatchObject({
      code: 1,
      out: `${file} (slow-model-call)\n  – it has no cases\n\nThere are no cases.\n`,
    })
    await writeFile(broken, documentedRule().replace('says: nothing', 'says: noting'))
    const { code, out } = await rules('test', broken)
    expect(code).toBe(1)
    expect(out).toMatch(/✗ .*broken\.yaml:\d+:11: 'cases\.1\.says' must be one of finding, notAdvised, notEnoughData, nothing\.\n/)
  })

  it('has no verdict on cases where no Prometheus is to be had', async () => {
    const { code, err } = await rules('test', join(folder, 'good.yaml'), { PITWALL_PROMETHEUS: '/nowhere' })
    expect(code).toBe(3)
    expect(err).toMatch(/^No verdict: .*PITWALL_PROMETHEUS names \/nowhere/)
  })

  it.each([[[]], [['check']], [['test']], [['check', '/nowhere.yaml']], [['list', 'more']], [['list', '--unknown']]])(
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
