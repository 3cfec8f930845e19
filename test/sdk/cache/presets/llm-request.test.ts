import { describe, expect, it } from 'vitest'
import { asksForStream, whyDiffering } from '../../../../sdk/src/cache/presets/llm-request.ts'

const messages = [{ role: 'user', content: 'Where to?' }]
const ask = { model: 'gpt-5-2026-01-01', messages }

describe('a request to a language model', () => {
  it.each([
    ['temperature 0', [{ ...ask, temperature: 0 }]],
    ['a seed', [{ ...ask, seed: 7 }]],
    ['a seed and a temperature', [{ ...ask, seed: 7, temperature: 0.7 }]],
    ['one answer', [{ ...ask, temperature: 0, n: 1 }]],
    ['an explicit no to streaming', [{ ...ask, temperature: 0, stream: false }]],
    ['a prompt', [{ model: 'm', prompt: 'Where to?', temperature: 0 }]],
    ['the settings of Google', [{ model: 'gemini', contents: 'Where to?', config: { temperature: 0, candidateCount: 1 } }]],
    ['the settings of Ollama', [{ model: 'llama3', messages, options: { temperature: 0 } }]],
    ['the settings of Bedrock', [{ modelId: 'm', messages, inferenceConfig: { temperature: 0 } }]],
    ['a body', ['/v1/chat', { body: { ...ask, temperature: 0 } }]],
    ['a body as JSON', ['/v1/chat', { method: 'POST', body: JSON.stringify({ ...ask, temperature: 0 }) }]],
    ['tools of its own', [{ ...ask, temperature: 0, tools: [{ type: 'function', function: { name: 'book' } }] }]],
    ['tools of its own, as Anthropic has them', [{ ...ask, temperature: 0, tools: [{ name: 'book', input_schema: {} }] }]],
    [
      'tools of its own, as Google has them',
      [{ model: 'm', contents: '', config: { temperature: 0, tools: [{ functionDeclarations: [] }] } }],
    ],
  ])('is answered the same again with %s', (_what, args) => {
    expect(whyDiffering(args)).toBeUndefined()
  })

  it.each([
    ['no temperature', [ask], 'they have no temperature and no seed'],
    ['null for a temperature', [{ ...ask, temperature: null }], 'they have no temperature and no seed'],
    ['a temperature', [{ ...ask, temperature: 0.2 }], 'their temperature is not 0'],
    ['the temperature of Google', [{ model: 'm', contents: '', config: { temperature: 1 } }], 'their temperature is not 0'],
    ['a temperature beside a prompt of its own', ['Where to?', { temperature: 0.2 }], 'their temperature is not 0'],
    ['a temperature in a body', ['/v1/chat', { body: { ...ask, temperature: 1 } }], 'their temperature is not 0'],
    ['a temperature in a body as JSON', ['/', { body: JSON.stringify({ ...ask, temperature: 1 }) }], 'their temperature is not 0'],
    ['a temperature in data', [{ url: '/', data: { ...ask, temperature: 1 } }], 'their temperature is not 0'],
    ['a list of requests', [[{ ...ask, temperature: 0 }, ask]], 'they have no temperature and no seed'],
    ['several answers', [{ ...ask, temperature: 0, n: 3 }], 'they ask for several answers'],
    ['several candidates', [{ model: 'm', contents: '', config: { seed: 1, candidateCount: 2 } }], 'they ask for several answers'],
    ['a stream', [{ ...ask, temperature: 0, stream: true }], 'a stream can be read only once'],
    ['a search', [{ ...ask, temperature: 0, tools: [{ type: 'web_search' }] }], /^the provider runs tools/],
    ['a search of Google', [{ model: 'm', contents: '', config: { seed: 1, tools: [{ googleSearch: {} }] } }], /^the provider runs tools/],
    ['a search of its own accord', [{ ...ask, temperature: 0, web_search_options: {} }], /^the provider runs tools/],
  ])('is not with %s', (_what, args, why) => {
    expect(whyDiffering(args)).toEqual(typeof why === 'string' ? why : expect.stringMatching(why))
  })
})

describe('another request', () => {
  it.each([
    ['a text', ['Where to?']],
    ['nothing', []],
    ['a query', [{ city: 'Rome', model: 'hotel' }]],
    ['an embedding', [{ model: 'text-embedding-3-small', input: 'Rome' }]],
    ['an embedding told by its options', [{ model: 'voyage-4', input: ['Rome'], input_type: 'query' }]],
    ['a moderation', [{ model: 'omni-moderation-latest', input: 'Rome' }]],
    ['a body that is no JSON', ['/', { body: '{"model": ' }]],
    ['messages', [messages]],
  ])('has nothing held against it: %s', (_what, args) => {
    expect(whyDiffering(args)).toBeUndefined()
  })

  it('that cannot be read is left to the key, which it does not make', () => {
    const hostile = {
      get model(): string {
        throw new Error('not now')
      },
    }
    expect(whyDiffering([hostile])).toBeUndefined()
  })
})

it('a stream is seen wherever it is asked for', () => {
  expect(asksForStream([{ stream: true }])).toBe(true)
  expect(asksForStream(['/', { body: { stream: true } }])).toBe(true)
  expect(asksForStream([{ stream: 'river' }])).toBe(false)
})
