import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { useCompiler } from '../support/compiled.ts'

/** All examples of the page. */
async function examples(): Promise<readonly string[]> {
  const page = await readFile(resolve(import.meta.dirname, '../../sdk/README.md'), 'utf8')
  return page
    .split('```ts\n')
    .slice(1)
    .map((block) => block.split('```')[0] ?? '')
}

/** The one that has this text in it. */
async function example(text: string): Promise<string> {
  return (await examples()).find((block) => block.includes(text)) ?? ''
}

/** What the examples take for granted: an agent's own functions, and what an example before them has imported or made. */
const GIVEN = `
  import type * as sdk from '@pitwall/sdk'
  import type { redis as Redis } from '@pitwall/sdk/backends/redis'
  import type { SharedBackend } from '@pitwall/sdk'
  import type { AsyncLocalStorage } from 'node:async_hooks'
  import type { createStorage as Unstorage, Driver as StorageDriver } from 'unstorage'
  import type { Keyv as KeyvClass, KeyvStoreAdapter } from 'keyv'

  declare global {
    const cached: typeof sdk.cached
    const createCache: typeof sdk.createCache
    const register: typeof sdk.register
    const redis: typeof Redis
    const backend: SharedBackend
    const embed: sdk.CachedFunction<typeof embedQuery>
    const agent: object
    const driver: StorageDriver
    const createStorage: typeof Unstorage
    const Keyv: typeof KeyvClass
    const adapter: KeyvStoreAdapter
    const tenant: { readonly id: string }
    const request: AsyncLocalStorage<{ readonly tenant: string }>
    const z: { object(shape: object): sdk.StandardSchema; string(): object }
    const openai: { chat: { completions: { create(request: ChatRequest): Promise<object> } } }
    interface ChatRequest { readonly model: string }
    interface Page { readonly etag: string; readonly text: string }
    interface Model { unload(): void; embed(text: string): Promise<number[]> }
    function connectTo(to: object): { search(city: string): Promise<object[]> }
    function askModel(prompt: string): Promise<string>
    function embedQuery(text: string): Promise<number[]>
    function fetchPrice(product: string): Promise<number>
    function fetchProfile(user: string): Promise<{ id: string }>
    function fetchRate(currency: string): Promise<number | null>
    function fetchRates(currency: string): Promise<number>
    function loadModel(name: string): Promise<Model>
    function lookupPolicy(country: string): Promise<object>
    function lookupVisa(country: string): Promise<object>
    function maxAgeOf(answer: Response): number
    function searchDocuments(query: string): Promise<string[]>
    function searchFlights(from: string, to: string): Promise<object[]>
    function searchHotels(city: string): Promise<object[]>
    function searchOffers(city: string): Promise<object[]>
    function shortestRoute(from: string, to: string): string[]
  }`

describe('the examples of the page of the SDK', () => {
  const compiler = useCompiler()

  it('are as the types of the packages have it', async () => {
    const files = ['given.d.ts', ...(await examples()).map((_, index) => `example-${index}.ts`)]
    await Promise.all(
      [GIVEN, ...(await examples()).map((text) => `${text}\nexport {}`)].map((text, index) =>
        writeFile(join(compiler().path, files[index] ?? ''), text),
      ),
    )
    const [first = '', ...others] = files
    await compiler().compile(first, ...others, '--experimentalDecorators')
  })

  it('has a backend on any store that works as it stands, also for the next process', async () => {
    const program = await compiler().compileText(
      'any-store.ts',
      `${await example('plainBackend(')}
      async function lookupPolicy(country: string): Promise<{ country: string; loads: number }> {
        return { country, loads: 1 }
      }
      const { country, loads } = await policy('NO')
      console.log(country, loads, policy.stats().loads, policy.stats().errors)
      await policy.cache.close()`,
    )
    expect(await compiler().run(program)).toBe('NO 1 1 0\n')
    expect(await compiler().run(program)).toBe('NO 1 0 0\n')
  })
})
