import { describe, expect, it } from 'vitest'
import { benchmark } from '../../../collector-processor/src/benchmark/benchmark.ts'
import { markdownReport, textReport } from '../../../collector-processor/src/benchmark/report.ts'
import { seeded } from '../../support/random.ts'

/** A clock that moves when functions say so. */
function simulated() {
  let time = 0
  return {
    takes:
      <I, O>(ms: number, fn: (input: I) => O) =>
      (input: I) => {
        time += ms
        return fn(input)
      },
    options: { now: () => time, random: seeded(1), timeMs: 500 },
  }
}

const double = (value: number) => 2 * value

describe('the comparison of two functions', () => {
  it('says how much faster one is, and that both return the same', async () => {
    const { takes, options } = simulated()
    const result = await benchmark(takes(3, double), takes(1, double), [1, 2, 3], options)
    expect(result).toMatchObject({ verdict: 'faster', originalMs: 3, optimizedMs: 1 })
    if (result.verdict !== 'different results') expect(result.speedup.likely).toBeCloseTo(3)
    expect(textReport(result)).toMatch(/Speed-up +3.00 ×/)
    expect(textReport(result)).toMatch(/Time saved +2 ms a call/)
    expect(markdownReport(result)).toContain('| Verdict | faster |')
  })

  it('says that there is no difference where there is none, and that one is slower', async () => {
    const { takes, options } = simulated()
    expect((await benchmark(takes(2, double), takes(2, double), [1], options)).verdict).toBe('no difference')
    expect((await benchmark(takes(1, double), takes(2, double), [1], options)).verdict).toBe('slower')
  })

  it('times nothing where they do not return the same, and shows for which input', async () => {
    const wrong = (value: number) => (value === 3 ? 7 : 2 * value)
    const result = await benchmark(double, wrong, [1, 2, 3])
    expect(result).toEqual({ verdict: 'different results', index: 2, original: { value: 6 }, optimized: { value: 7 } })
    expect(textReport(result)).toContain('input 2')
  })

  it('takes errors of the same class and message for the same, and others not', async () => {
    const fails = (message: string) => () => {
      throw new RangeError(message)
    }
    const { options } = simulated()
    const same = await benchmark(fails('too large'), fails('too large'), [1], { ...options, now: () => performance.now(), timeMs: 20 })
    expect(same.verdict).not.toBe('different results')
    expect((await benchmark(fails('too large'), fails('too small'), [1])).verdict).toBe('different results')
  })

  it('waits for promises', async () => {
    const later = async (value: number) => {
      await new Promise(setImmediate)
      return 2 * value
    }
    expect((await benchmark(later, async (value: number) => 2 * value, [1, 2], { timeMs: 30 })).verdict).toBe('faster')
  })

  it('gives every call inputs of its own where calls change them', async () => {
    const seen: number[] = []
    const takeFirst = (list: number[]) => {
      seen.push(list.length)
      return list.shift()
    }
    await benchmark(takeFirst, takeFirst, [[1, 2, 3]], { timeMs: 5 })
    expect(new Set(seen)).toEqual(new Set([3]))
  })

  it('compares by another test of equality, if it is given one', async () => {
    const shout = (text: string) => text.toUpperCase()
    const equal = (one: unknown, other: unknown) => String(one).toLowerCase() === String(other).toLowerCase()
    const { takes, options } = simulated()
    expect(
      (
        await benchmark(
          takes(1, shout),
          takes(1, (text: string) => text),
          ['a'],
          { ...options, equal },
        )
      ).verdict,
    ).toBe('no difference')
  })

  it('is bounded in time although one function takes ten thousand times as long', async () => {
    const { takes, options } = simulated()
    const result = await benchmark(takes(100, double), takes(0.01, double), [1, 2], { ...options, timeMs: 100 })
    expect(result.verdict).toBe('faster')
    expect(options.now()).toBeLessThan(2_000)
  })

  it('gives objects of classes as they are, because copies of them would be others', async () => {
    class Order {
      readonly price = 2
      total(): number {
        return 3 * this.price
      }
    }
    const result = await benchmark(
      (order: Order) => order.total(),
      (order: Order) => order.total() + 1,
      [new Order()],
    )
    expect(result).toMatchObject({ verdict: 'different results', original: { value: 6 }, optimized: { value: 7 } })
  })

  it('tells errors of different classes apart', async () => {
    class Missing extends Error {}
    class Refused extends Error {}
    const one = () => {
      throw new Missing('no')
    }
    const other = () => {
      throw new Refused('no')
    }
    expect((await benchmark(one, other, [1])).verdict).toBe('different results')
  })

  it('times every input as often as the others', async () => {
    const times = new Map<number, number>()
    const { takes, options } = simulated()
    const counted = takes(5, (value: number) => {
      times.set(value, (times.get(value) ?? 0) + 1)
      return value
    })
    await benchmark(counted, counted, [0, 1, 2, 3, 4, 5, 6], options)
    expect(Math.max(...times.values()) - Math.min(...times.values())).toBeLessThanOrEqual(2)
  })

  it('has no verdict when it was stopped before anything was measured', async () => {
    const { takes, options } = simulated()
    const result = await benchmark(takes(5, double), takes(1, double), [1], { ...options, signal: AbortSignal.abort() })
    expect(result.verdict).toBe('too noisy')
  })

  it('says what is missing', async () => {
    await expect(benchmark(double, double, [])).rejects.toThrow('benchmark() needs one input at least.')
  })
})
