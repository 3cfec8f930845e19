import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BLOCK_MS, judge, type Look, type Turn } from '../../../sdk/src/watchdog/block-judge.ts'

interface Named extends Look {
  readonly name: string
}

const look = (name: string, atMs: number, afterNative: boolean = false): Named => ({ name, atMs, afterNative })
const quiet: Turn<Named> = {
  startMs: 1_000,
  endMs: 1_150,
  longestMs: 2,
  reportedMs: 0,
  gcMs: 0,
  waitedMs: 0,
  stoppedMs: 0,
  looks: [],
}
const blocked: Turn<Named> = { ...quiet, endMs: 1_500, longestMs: 400, looks: [look('parse', 1_200)] }
const verdictOf = (turn: Turn<Named>) => judge(turn, (one, other) => one.name === other.name)

describe('the judge of a block', () => {
  it('says nothing of a turn that was short', () => {
    expect(verdictOf(quiet)).toBeUndefined()
    expect(verdictOf({ ...blocked, longestMs: 90 })).toBeUndefined()
  })

  it('names the code that was seen, and takes the longest iteration for its time', () => {
    expect(verdictOf(blocked)).toMatchObject({
      cause: 'code',
      durationMs: 400,
      startMs: 1_100,
      codeMs: 400,
      hostMs: 0,
      look: { name: 'parse' },
    })
  })

  it('says nothing of code that nobody has seen', () => {
    expect(verdictOf({ ...blocked, looks: [] })).toBeUndefined()
    expect(verdictOf({ ...blocked, looks: [], gcMs: 350 })?.cause).toBe('gc')
  })

  it('takes no more than is sure for the time of a turn that was not timed', () => {
    expect(verdictOf({ ...blocked, longestMs: undefined })).toMatchObject({ durationMs: 250, codeMs: 250 })
    expect(verdictOf({ ...blocked, endMs: 1_340, longestMs: undefined })).toBeUndefined()
  })

  it('blames code for a block just above the threshold, whose thread waited for a moment', () => {
    expect(verdictOf({ ...blocked, longestMs: 105, waitedMs: 10, looks: [look('parse', 1_450)] })?.cause).toBe('code')
  })

  it('blames nobody when the agent got no processor', () => {
    expect(verdictOf({ ...blocked, waitedMs: 350 })).toMatchObject({ cause: 'host', hostMs: 350, codeMs: 50 })
  })

  it('blames nobody when the process was stopped, neither at work nor while it waited', () => {
    const stop = { cause: 'host', durationMs: 400, hostMs: 400, codeMs: 0, look: undefined }
    expect(verdictOf({ ...blocked, stoppedMs: 300 })).toEqual({ ...stop, startMs: 1_100 })
    expect(verdictOf({ ...blocked, stoppedMs: 60, looks: [] })).toEqual({ ...stop, startMs: 1_100 })
    const waiting = { ...blocked, longestMs: 0, stoppedMs: 300, looks: [] }
    expect(verdictOf(waiting)).toEqual({ ...stop, startMs: 1_200, durationMs: 300, hostMs: 300 })
  })

  it('takes no more for a stop than the time that has passed', () => {
    expect(verdictOf({ ...quiet, endMs: 1_400, stoppedMs: 5_000 })?.hostMs).toBe(400)
  })

  it('names code that was too long by itself, whatever came on top, and gives it its own part of the time', () => {
    expect(verdictOf({ ...blocked, waitedMs: 220 })).toMatchObject({ cause: 'code', codeMs: 180, hostMs: 220 })
    expect(verdictOf({ ...blocked, gcMs: 220 })).toMatchObject({ cause: 'code', codeMs: 180, hostMs: 0 })
  })

  it('does not take waiting for the helpers of the collector for the host', () => {
    expect(verdictOf({ ...blocked, gcMs: 380, waitedMs: 300 })).toMatchObject({ cause: 'gc', hostMs: 0 })
  })

  it('does not count what profiled functions have reported', () => {
    expect(verdictOf({ ...blocked, reportedMs: 395 })).toMatchObject({ codeMs: 5, hostMs: 0 })
  })

  it('names the function that took the longest part, not the one that was seen first', () => {
    const looks = [look('short', 1_100), look('long', 1_250), look('long', 1_450)]
    expect(verdictOf({ ...blocked, looks })?.look?.name).toBe('long')
  })

  it('does not name what was seen at the very end, which may have begun after the block', () => {
    expect(verdictOf({ ...blocked, looks: [look('innocent', 1_499)] })).toBeUndefined()
  })

  it('names what was seen at the very end of a native call', () => {
    expect(verdictOf({ ...blocked, looks: [look('hash', 1_499, true)] })?.look?.name).toBe('hash')
  })

  it('does not name the caller, which is seen at the very end, when what it had called was seen before', () => {
    expect(verdictOf({ ...blocked, looks: [look('parse', 1_200), look('caller', 1_499, true)] })?.look?.name).toBe('parse')
  })

  it('never gives away more time than the block took, nor less than none', () => {
    const ms = fc.integer({ min: 0, max: 2_000 })
    fc.assert(
      fc.property(fc.option(ms, { nil: undefined }), ms, ms, ms, ms, (longestMs, reportedMs, gcMs, waitedMs, stoppedMs) => {
        const verdict = verdictOf({ ...quiet, endMs: 2_500, longestMs, reportedMs, gcMs, waitedMs, stoppedMs })
        if (verdict === undefined) return
        expect(verdict.durationMs).toBeGreaterThanOrEqual(BLOCK_MS)
        expect(verdict.hostMs).toBeGreaterThanOrEqual(0)
        expect(verdict.codeMs).toBeGreaterThanOrEqual(0)
        expect(verdict.hostMs + verdict.codeMs + Math.min(reportedMs, verdict.durationMs)).toBeLessThanOrEqual(verdict.durationMs)
      }),
    )
  })
})
