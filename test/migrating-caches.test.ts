import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { useCompiler } from './support/compiled.ts'
import { useRedis } from './support/redis.ts'

/** Our examples by the heading that they stand under; those of other caches are in other languages. */
async function examples(): Promise<ReadonlyMap<string, string>> {
  const page = await readFile(resolve(import.meta.dirname, '../docs/migrating-caches.md'), 'utf8')
  const found = new Map<string, string>()
  for (const section of page.split('\n## ')) {
    const [heading = ''] = section.split('\n')
    const [, ...blocks] = section.split('```ts\n')
    if (blocks.length > 0) found.set(heading, blocks.map((block) => block.split('```')[0]).join(''))
  }
  return found
}

describe('the examples for whoever comes from another cache', () => {
  const compiler = useCompiler()
  const redis = useRedis()

  /** What an agent prints that consists of an example, with what it is to use before it and what it is to print after it. */
  async function printed(heading: string, before: string, after: string): Promise<string> {
    const text = ((await examples()).get(heading) ?? '').replace('redis://localhost:6379', redis().url)
    return compiler().run(await compiler().compileText('agent.ts', `${before}\n${text}\n${after}`))
  }

  it('has none that does not run below', async () => {
    expect([...(await examples()).keys()]).toEqual(['From bentocache', 'From FusionCache', 'From cacheable and cache-manager'])
  })

  it('bentocache: an entry is in Redis as well, and not given out any more once its tag is invalidated', async () => {
    const output = await printed(
      'From bentocache',
      `interface User { readonly id: string; readonly load: number }
      const id = 'ada'
      let loads = 0
      const loadUser = async (id: string): Promise<User> => ({ id, load: ++loads })`,
      `const again = await cache.getOrSet({ key: id, load: () => loadUser(id) })
      console.log(user.load, again.load, (await cache.get(id))?.load)
      await cache.close()`,
    )
    expect(output).toBe('1 2 2\n')
    expect(await redis().ask((client) => client.keys('pitwall:users:*:value'))).toHaveLength(1)
  })

  it('FusionCache: once its tag is invalidated, an entry does not even stand in for a load that fails', async () => {
    const output = await printed(
      'From FusionCache',
      `interface Product { readonly id: string; readonly load: number }
      const id = 'anvil'
      let loads = 0
      const loadProduct = async (id: string): Promise<Product> => ({ id, load: ++loads })`,
      `const load = (): Promise<Product> => Promise.reject(new Error('down'))
      console.log(product.load, await cache.getOrSet({ key: id, load }).catch((error: Error) => error.message))`,
    )
    expect(output).toBe('1 down\n')
  })

  it('cacheable: a result is kept, and not given out any more once it is invalidated', async () => {
    const output = await printed(
      'From cacheable and cache-manager',
      `let loads = 0
      async function fetchRate(currency: string): Promise<string> {
        return currency + ++loads
      }`,
      `console.log(euro, await rate('EUR'), await rate('EUR'), await rate('USD'))
      await rate.cache.close()`,
    )
    expect(output).toBe('EUR1 EUR2 EUR2 USD3\n')
  })
})
