import { describe, expect, it } from 'vitest'
import { dollarsOf, priceOf } from '../../../collector-processor/src/prediction/model-price.ts'
import { parseSettings, SettingsError } from '../../../collector-processor/src/settings.ts'

const settings = parseSettings({
  modelPrices: { 'gpt-4o': { input: 2, output: 8 }, 'gpt-4o-mini': { input: 0.2, output: 0.8, cachedInput: 0.1 } },
})

describe('prices of models', () => {
  it('are found by the longest name that a model begins with, up to a version', () => {
    expect(priceOf('gpt-4o-2024-08-06', settings)?.input).toBe(2)
    expect(priceOf('gpt-4o-mini-2024-07-18', settings)?.input).toBe(0.2)
    expect(priceOf('gpt-4omni', settings)).toBeUndefined()
    expect(priceOf('o3', settings)).toBeUndefined()
  })

  it('make dollars of tokens, cached ones at their own price or else at that of others', () => {
    const blocks = {
      calls: [1, undefined],
      input: [1e6, 1e6],
      cachedInput: [4e5, 0],
      output: [1e5, 0],
      seconds: [],
      rejections: [],
      rejectedSeconds: [],
    }
    expect(dollarsOf(blocks, { input: 2, output: 8 })).toEqual([2.8, undefined])
    expect(dollarsOf(blocks, { input: 2, output: 8, cachedInput: 0.5 })[0]).toBeCloseTo(2.2, 9)
  })

  it('are those of cached tokens where nobody tells how many there were, so that no more is claimed than is sure', () => {
    const blocks = { calls: [1], input: [1e6], cachedInput: [], output: [0], seconds: [], rejections: [], rejectedSeconds: [] }
    expect(dollarsOf(blocks, { input: 2, output: 8, cachedInput: 0.5 })).toEqual([0.5])
    expect(dollarsOf(blocks, { input: 2, output: 8 })).toEqual([2])
  })

  it('come from the environment as JSON, and are not taken where they are none', () => {
    expect(parseSettings({}, { PITWALL_MODEL_PRICES: '{"o3":{"input":2,"output":8}}' }).modelPrices).toEqual({
      o3: { input: 2, output: 8 },
    })
    for (const text of ['cheap', '{"o3":2}', '{"o3":{"input":-1,"output":8}}']) {
      expect(() => parseSettings({ modelPrices: text })).toThrow(SettingsError)
    }
  })
})
