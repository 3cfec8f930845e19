import { expect, test } from 'vitest'
import { liveLine } from '../../../collector-processor/src/demo/live-line.ts'

const totals = (calls: number, cacheRequests: number, cacheHits: number) => ({ calls, errors: 0, cacheRequests, cacheHits, alive: 3 })

function lines(inPlace: boolean) {
  const written: string[] = []
  return { written, line: liveLine((text) => void written.push(text), inPlace) }
}

test('shows calls a second and the hit ratio of the last interval, in place on a terminal', () => {
  const { written, line } = lines(true)
  line.update(totals(100, 40, 10), 0)
  line.update(totals(300, 80, 40), 1_000)
  line.end()
  expect(written).toEqual(['\r\u001B[2K  200 calls/s, hit ratio 75 %, 0 errors', '\n'])
})

test('writes a plain line every five seconds elsewhere', () => {
  const { written, line } = lines(false)
  for (let second = 0; second <= 10; second++) line.update(totals(second * 10, 0, 0), second * 1_000)
  line.end()
  expect(written).toEqual(['  10 calls/s, no cache in use, 0 errors\n', '  10 calls/s, no cache in use, 0 errors\n'])
})

test('says nothing about a ratio when a cache was exchanged and counts from zero', () => {
  const { written, line } = lines(true)
  line.update(totals(0, 1_000, 900), 0)
  line.update(totals(10, 50, 20), 1_000)
  expect(written.join('')).not.toContain('ratio')
})
