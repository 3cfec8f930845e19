import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { useCompiler } from '../support/compiled.ts'

/** The example of the page that has this text in it. */
async function example(text: string): Promise<string> {
  const page = await readFile(resolve(import.meta.dirname, '../../sdk/README.md'), 'utf8')
  const found = page.split('```ts\n').find((block) => block.split('```')[0]?.includes(text))
  return found?.split('```')[0] ?? ''
}

describe('the examples of the page of the SDK', () => {
  const compiler = useCompiler()

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
