import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { profiled } from '../../sdk/src/profiled.ts'
import { useCompiler } from '../support/compiled.ts'

describe('profiled methods, compiled by TypeScript', () => {
  const compiler = useCompiler()

  async function printed(name: string, ...options: string[]): Promise<unknown> {
    return JSON.parse(await compiler().run(await compiler().compile(join(import.meta.dirname, 'decorated', `${name}.ts`), ...options)))
  }

  it.each([
    ['tc39', []],
    ['experimental', ['--experimentalDecorators']],
    ['experimental with metadata', ['--experimentalDecorators', '--emitDecoratorMetadata']],
  ])('do as they are written, and are counted by class, in the dialect %s', async (_dialect, options) => {
    expect(await printed('profiled-methods', ...options)).toEqual({
      given: ['3 stars in Rome', 'guided: 4 stars in Bonn', 'NOK, asked in Rome', [0, 1], 'Rome', 'Rome', 'Guide: fco'],
      counts: [
        ['Agent.airport', 1],
        ['Agent.both', 2],
        ['Agent.hotels', 2],
        ['Agent.steps', 1],
        ['rates', 1],
      ],
      shape: ['hotels', 1],
      hits: 1,
    })
  })

  it('may be private', async () => {
    expect(await printed('private-profiled-methods')).toEqual(['who?', [['Agent.#ask', 1]]])
  })
})

describe('a profiled decorator', () => {
  it.each([
    ['a getter', [() => 5, { kind: 'getter', name: 'total' }], "the target of a profiled decorator must be a method, got 'getter'."],
    ['a field of the older kind', [{}, 'total', undefined], "the target of a profiled decorator must be a method, got 'total'."],
  ])('does not stand at %s', (_what, args, sentence) => {
    expect(() => Reflect.apply(profiled, undefined, args)).toThrow(sentence)
    expect(() => Reflect.apply(profiled(), undefined, args)).toThrow(sentence)
  })
})
