import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { readConfiguration, settingsBelow } from '../../../collector-processor/src/user-rules/config-file.ts'
import { ruleSet } from '../../../collector-processor/src/user-rules/rule-set.ts'
import { evidenceOf } from '../../support/evidence.ts'

const rule = (id: string): string =>
  `{ id: '${id}', title: 'Do it', effort: 'hours', subjectKind: 'function', questions: [], costQuestions: [], runbook: '# Do it',
     hasControls: false, cases: [], evaluate: () => [], appliedAt: () => undefined, cost: () => ({ spent: [], requests: [] }) }`

let folder: string
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'pitwall-config-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

async function written(text: string, name = 'pitwall.config.ts'): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, text)
  return file
}

describe('a configuration file', () => {
  it('gives settings, below those of the environment, and rules', async () => {
    const content = `const windowMs: string = '30m'\nexport default { settings: { windowMs, blocks: 6 }, rules: [${rule('mine')}] }`
    const configuration = await readConfiguration(await written(content))
    expect(settingsBelow({}, configuration)).toEqual({ windowMs: '30m', blocks: 6 })
    expect(settingsBelow({ PITWALL_WINDOW: '1h' }, configuration)).toEqual({ blocks: 6 })
    const set = await ruleSet({ configuration, path: undefined, onTrouble: () => {} })
    expect(set.sourced().filter(({ source }) => source === 'configuration')).toMatchObject([{ rule: { id: 'mine' } }])
    expect(set.current.map(({ id }) => id)).toContain('short-ttl')
  })

  it('is not needed', async () => {
    expect(await readConfiguration(undefined)).toEqual({})
  })

  it.each([
    ['export const a = 1', 'must export a configuration by default'],
    ['export default { rulez: [] }', "has 'rulez', which is no field"],
    ["export default { rules: [{ id: 'mine' }] }", 'rules must be a list of rules'],
    ["export default { dismissed: [{ id: 'a' }] }", 'dismissed must be a list of { id, rule, service, subject, reason, by }'],
    ["export default { accepted: [{ by: 'ana' }] }", 'accepted must be a list'],
    ['export default {', 'cannot be used'],
    ["throw new Error('no key')", 'cannot be used (no key)'],
  ])('with %j is refused with one sentence', async (text, sentence) => {
    const reason: unknown = await readConfiguration(await written(text)).catch((error: unknown) => error)
    expect(reason).toMatchObject({ name: 'ConfigurationError', message: expect.stringContaining(sentence) })
  })

  it('with a rule that throws says so once, and the rule has no answer', async () => {
    const throwing = rule('mine').replace('evaluate: () => []', "evaluate: () => { throw new Error('no price') }")
    const configuration = await readConfiguration(await written(`export default { rules: [${throwing}] }`))
    const said: string[] = []
    const set = await ruleSet({ configuration, path: undefined, onTrouble: (sentence) => said.push(sentence) })
    const mine = set.current.find(({ id }) => id === 'mine')
    const evidence = evidenceOf([], { end: 0, blockSeconds: 1, blocks: 10, windowBlocks: 10 })
    expect([mine?.evaluate(evidence, parseSettings()), mine?.evaluate(evidence, parseSettings())]).toEqual([[], []])
    expect(said).toEqual(["the rule 'mine' failed and is left out (no price)."])
  })

  it('does not take the id of a rule of Pitwall', async () => {
    const configuration = await readConfiguration(await written(`export default { rules: [${rule('short-ttl')}] }`))
    await expect(ruleSet({ configuration, path: undefined, onTrouble: () => {} })).rejects.toThrow(/'short-ttl', which is taken/)
  })
})
