import { describe, expect, it } from 'vitest'
import { burnRateFile } from '../../../collector-processor/src/alerts/burn-rates.ts'
import { main } from '../../../collector-processor/src/main.ts'

/** What the command prints. */
async function printed(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let [out, err] = ['', '']
  const io = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    colour: false,
    signal: new AbortController().signal,
    env: {},
  }
  return { code: await main(['burn-rates', ...args], io), out, err }
}

describe('pitwall burn-rates', () => {
  it('prints the alerts for the objectives that are given', async () => {
    expect(await printed()).toEqual({ code: 0, out: burnRateFile(), err: '' })
    const own = { errorObjective: 0.999, slowObjective: 0.95, slowSeconds: 10, minCalls: 5 }
    const args = ['--objective', '0.999', '--slow-objective', '0.95', '--slow', '10', '--min-calls', '5']
    expect((await printed(...args)).out).toBe(burnRateFile(own))
  })

  it('says in one line which objective cannot be', async () => {
    for (const args of [
      ['--objective', '99'],
      ['--slow', '7'],
      ['--min-calls', 'many'],
    ]) {
      const { code, out, err } = await printed(...args)
      expect([code, out, err.trim().split('\n').length]).toEqual([2, '', expect.any(Number)])
      expect(err).toMatch(/An objective is|bound of a bucket|a number from 0 on/)
    }
  })
})
