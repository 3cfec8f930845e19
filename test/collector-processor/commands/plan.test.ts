import { describe, expect, it } from 'vitest'
import { main } from '../../../collector-processor/src/main.ts'

async function plan(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const io = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    colour: false,
    signal: new AbortController().signal,
    env: {},
  }
  return { code: await main(['plan', ...args], io), out, err }
}

// What it prints where there is something to do is tested in advise.test.ts, on the Prometheus of that file.
describe('pitwall plan', () => {
  it('explains itself with examples', async () => {
    const { code, out } = await plan('--help')
    expect(code).toBe(0)
    expect(out).toMatch(/--markdown .*\n[^]*Examples:\n {2}pitwall plan\n/)
  })

  it('invents no plan when Prometheus is down', async () => {
    for (const form of [[], ['--json'], ['--markdown']]) {
      const { code, out, err } = await plan('--prometheus', 'http://127.0.0.1:1', ...form)
      expect([code, out]).toEqual([3, ''])
      expect(err).toMatch(/^No verdict: Prometheus at \S+ cannot be reached/)
    }
  })

  it('does not guess which of two forms is meant', async () => {
    const { code, err } = await plan('--json', '--markdown')
    expect(code).toBe(2)
    expect(err).toBe('pitwall plan: say --json or --markdown, not both.\n')
  })
})
