import 'reflect-metadata'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { redis } from '../../../sdk/src/cache/backends/redis.ts'
import { cached, cachedMethod, type CachedOptions } from '../../../sdk/src/cache/cached.ts'
import { getCache } from '../../../sdk/src/cache/create-cache.ts'
import { setCacheDefaults } from '../../../sdk/src/cache/options/options.ts'
import { isCached } from '../../../sdk/src/sampling/cached-mark.ts'
import { useCompiler } from '../../support/compiled.ts'

/** A class whose method `ask` the older kind of decorator is applied to, as TypeScript compiles it. */
function decoratedClass(options?: CachedOptions) {
  class Agent {
    runs = 0
    ask(question: string): string {
      this.runs += 1
      return `${question}!`
    }
    static total = 5
  }
  const descriptor = Object.getOwnPropertyDescriptor(Agent.prototype, 'ask')
  if (descriptor === undefined) throw new Error('a class has its methods')
  Object.defineProperty(Agent.prototype, 'ask', cached(options)(Agent.prototype, 'ask', descriptor))
  return Agent
}

describe('a decorated method', () => {
  it('has entries of its own for each instance', () => {
    const Agent = decoratedClass()
    const [one, other] = [new Agent(), new Agent()]
    expect([one.ask('a'), one.ask('a'), other.ask('a')]).toEqual(['a!', 'a!', 'a!'])
    expect([one.runs, other.runs]).toEqual([1, 1])
    cachedMethod(one, 'ask')?.invalidate('a')
    expect([cachedMethod(one, 'ask')?.peek('a'), cachedMethod(other, 'ask')?.peek('a')]).toEqual([undefined, 'a!'])
  })

  it('shares them where it is told to', () => {
    const Agent = decoratedClass({ per: 'class' })
    const [one, other] = [new Agent(), new Agent()]
    expect([one.ask('a'), other.ask('a')]).toEqual(['a!', 'a!'])
    expect([one.runs, other.runs]).toEqual([1, 0])
  })

  it('keeps what an instance has of its own to itself, wherever other caches keep theirs', () => {
    setCacheDefaults({ backend: redis(), lock: 'distributed' })
    try {
      const agent = new (decoratedClass())()
      expect([agent.ask('a'), agent.ask('a'), agent.runs]).toEqual(['a!', 'a!', 1])
    } finally {
      setCacheDefaults({})
    }
  })

  it('is one that can be told apart, called without an object, and found with what is behind it', () => {
    const Agent = decoratedClass({ name: 'found-behind' })
    const agent = new Agent()
    expect(isCached(agent.ask)).toBe(true)
    expect(() => Reflect.apply(agent.ask, undefined, ['a'])).toThrow(TypeError)
    agent.ask('a')
    expect(cachedMethod(agent, 'ask')?.stats()).toMatchObject({ misses: 2, loadErrors: 1, entries: 1 })
    expect(getCache('found-behind')).toBe(cachedMethod(agent, 'ask')?.cache)
    expect(cachedMethod(agent, 'toString')).toBeUndefined()
  })

  it('keeps the metadata that a framework has attached to it, whichever decorator stands above', () => {
    const Agent = decoratedClass()
    class Controller extends Agent {
      override ask(question: string): string {
        return super.ask(question)
      }
    }
    Reflect.defineMetadata('path', '/ask', Controller.prototype.ask)
    const descriptor = Object.getOwnPropertyDescriptor(Controller.prototype, 'ask')
    const replaced = cached()(Controller.prototype, 'ask', descriptor ?? {})
    expect(Reflect.getMetadata('path', replaced.value)).toBe('/ask')
  })

  it.each([
    [{ ttl: -1 }, /^ttl must be a positive number/],
    [{ per: 'process' }, "per must be 'instance' or 'class', got 'process'."],
    [{ key: 'id' }, "key must be a function, got 'id'."],
    [{ tll: 5 }, "an option of cached must be ttl, or another that it has, got 'tll'."],
    [{ backend: redis() }, /^per must be 'class' with a shared backend, .*, got undefined\.$/],
    [{ backend: redis(), per: 'class' }, /^name must be given with a shared backend, .*, got undefined\.$/],
  ])('is refused when its class is defined, not when it is called, with %o', (options, sentence) => {
    expect(() => Reflect.apply(cached, undefined, [options])).toThrow(expect.objectContaining({ name: 'OptionError' }))
    expect(() => Reflect.apply(cached, undefined, [options])).toThrow(sentence)
  })

  it.each([
    ['a getter', [() => 5, { kind: 'getter', name: 'total' }], "the target of a cached decorator must be a method, got 'getter'."],
    ['a field', [undefined, { kind: 'field', name: 'total' }], "the target of a cached decorator must be a method, got 'field'."],
    ['a field of the older kind', [{}, 'total', undefined], "the target of a cached decorator must be a method, got 'total'."],
    ['an accessor of the older kind', [{}, 'total', { get: () => 5 }], "the target of a cached decorator must be a method, got 'total'."],
  ])('is not %s', (_what, args, sentence) => {
    expect(() => Reflect.apply(cached(), undefined, args)).toThrow(sentence)
    expect(() => Reflect.apply(cached, undefined, args)).toThrow(sentence)
  })
})

describe('classes with decorators, compiled by TypeScript', () => {
  const compiler = useCompiler()

  /** Compiles a file of `decorated/` on its own, runs it on the built package, and returns what it printed. */
  async function printed(name: string, dialect: 'tc39' | 'experimental', ...nodeOptions: string[]): Promise<unknown> {
    const older = dialect === 'tc39' ? [] : ['--experimentalDecorators', '--emitDecoratorMetadata']
    const program = await compiler().compile(join(import.meta.dirname, 'decorated', `${name}.ts`), ...older)
    return JSON.parse(await compiler().run(program, ...nodeOptions))
  }

  it.each(['tc39', 'experimental'] as const)('behave as they are written, in the dialect %s', async (dialect) => {
    const lines = (await readFile(join(import.meta.dirname, 'decorated/agents.ts'), 'utf8')).split('\n')
    expect(await printed('agents', dialect)).toEqual({
      hotels: ['3 stars in Rome', '3 stars in Rome', '3 stars in Oslo', 'guided: 3 stars in Bonn', 'guided: 3 stars in Bonn'],
      rates: ['NOK, asked in Rome', 'NOK, asked in Rome'],
      greetings: ['Welcome to Rome', 'Welcome to Rome', 'Welcome to Oslo'],
      airports: ['Agent: fco', 'Agent: fco', 'Guide: fco'],
      seen: '3 stars in Rome',
      runs: [4, 2, 1, 1, 2],
      names: ['Agent.hotels', 'rates', 'Agent.greeting', 'Agent.airport'],
      shape: ['hotels', 1],
      place: lines.indexOf("  @Cached({ ttl: '5m' })") + 1,
    })
  })

  it('may have private methods', async () => {
    expect(await printed('private-methods', 'tc39')).toEqual({
      hotels: ['3 stars in Rome', '3 stars in Rome', '3 stars in Oslo'],
      airports: ['Agent: FCO', 'Agent: FCO'],
      runs: [1, 1, 1],
    })
  })

  it('do not keep instances that nobody else does', async () => {
    expect(await printed('collected', 'tc39', '--expose-gc')).toBe(0)
  })
})
