import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { EmitterFactory } from '../../collector-processor/src/emitters/emitter.ts'
import { deadEndpoint, startReceiver } from '../support/otlp-receiver.ts'
import { sampleRecommendation, sampleReport } from '../support/recommendations.ts'

const folder = resolve(import.meta.dirname, '../../collector-processor/src/emitters')
const names = readdirSync(folder).filter((file) => file.endsWith('.ts') && file !== 'emitter.ts')
const scratch = mkdtempSync(join(tmpdir(), 'pitwall-emitters-'))
afterAll(() => rmSync(scratch, { recursive: true }))

async function factoryOf(name: string): Promise<EmitterFactory> {
  const module: { default: EmitterFactory } = await import(join(folder, name))
  return module.default
}

describe.each(names)('the emitter %s', (name) => {
  it('is not there when nothing asks for it', async () => {
    expect((await factoryOf(name))({})).toBeUndefined()
  })

  it('publishes the same report twice, and one without a verdict', async () => {
    await using receiver = await startReceiver()
    const emitter = (await factoryOf(name))({ otlpUrl: receiver.endpoint, reportFile: join(scratch, 'report.json') })
    const report = sampleReport(sampleRecommendation())
    await emitter?.emit(report)
    await emitter?.emit(report)
    await emitter?.emit({ ...sampleReport(), noVerdict: 'Prometheus is down.' })
    await expect(emitter?.close()).resolves.toBeUndefined()
  })

  it('rejects with one sentence when it cannot publish, and closes all the same', async () => {
    const emitter = (await factoryOf(name))({ otlpUrl: await deadEndpoint(), reportFile: join(scratch, 'nowhere', 'report.json') })
    await expect(emitter?.emit(sampleReport(sampleRecommendation()))).rejects.toThrow(/^[A-Z][^\n]*; [^\n]*\.$/)
    await expect(emitter?.close()).resolves.toBeUndefined()
    await expect(emitter?.close()).resolves.toBeUndefined()
  })
})
