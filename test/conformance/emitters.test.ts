import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { EmitterFactory, EmitterSettings } from '../../collector-processor/src/emitters/emitter.ts'
import { deadEndpoint, startReceiver } from '../support/otlp-receiver.ts'
import { sampleRecommendation, sampleReport } from '../support/recommendations.ts'

const root = resolve(import.meta.dirname, '../..')
const folder = join(root, 'collector-processor/src/emitters')
const names = readdirSync(folder)
  .map((file) => basename(file, '.ts'))
  .filter((name) => name !== 'emitter')
const scratch = mkdtempSync(join(tmpdir(), 'pitwall-emitters-'))
afterAll(() => rmSync(scratch, { recursive: true }))

async function factoryOf(name: string): Promise<EmitterFactory> {
  const module: { default: EmitterFactory } = await import(join(folder, `${name}.ts`))
  return module.default
}

/** An HTTP server that answers everything with 200, and a folder; where publishing has to fail, neither of them exists. */
type SettingsOf = (place: { readonly url: string; readonly folder: string }) => EmitterSettings

/** Settings that ask for an emitter: those of its `NAME.fixture.ts` where there is one, else an address and a file. */
async function settingsOf(name: string): Promise<SettingsOf> {
  const fixture = join(root, 'test/collector-processor/emitters', `${name}.fixture.ts`)
  if (!existsSync(fixture)) return ({ url, folder }) => ({ otlpUrl: url, reportFile: join(folder, 'report.json') })
  const module: { default: SettingsOf } = await import(fixture)
  return module.default
}

describe.each(names)('the emitter %s', async (name) => {
  const factory = await factoryOf(name)
  const settings = await settingsOf(name)

  it('is not there when nothing asks for it', () => {
    expect(factory({})).toBeUndefined()
    expect(factory({ env: {} })).toBeUndefined()
  })

  it('publishes the same report twice, and one without a verdict', async () => {
    await using receiver = await startReceiver()
    const emitter = factory(settings({ url: receiver.endpoint, folder: scratch }))
    const report = sampleReport(sampleRecommendation())
    expect(emitter, 'is there for the settings that ask for it').toBeDefined()
    await emitter?.emit(report)
    await emitter?.emit(report)
    await emitter?.emit({ ...sampleReport(), noVerdict: 'Prometheus is down.' })
    await expect(emitter?.close()).resolves.toBeUndefined()
  })

  it('rejects with one sentence when it cannot publish, and closes all the same', async () => {
    const emitter = factory(settings({ url: await deadEndpoint(), folder: join(scratch, 'nowhere') }))
    await expect(emitter?.emit(sampleReport(sampleRecommendation()))).rejects.toThrow(/^[A-Z][^\n]*; [^\n]*\.$/)
    await expect(emitter?.close()).resolves.toBeUndefined()
    await expect(emitter?.close()).resolves.toBeUndefined()
  })
})
