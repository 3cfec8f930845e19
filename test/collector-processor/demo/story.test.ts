import { expect, test } from 'vitest'
import { agentsLine, alertLines, applyLine, nextLines, serverLines, verdictLines } from '../../../collector-processor/src/demo/story.ts'
import { sampleRecommendation } from '../../support/recommendations.ts'

const totals = { calls: 12_345, errors: 0, cacheRequests: 0, cacheHits: 0, alive: 3 }

test('shows the measured saving beside the prediction, and says on which side of the interval it fell', () => {
  expect(verdictLines(sampleRecommendation({ state: 'verified', actual: 0.45 }), false)).toEqual([
    '  predicted   0.42 s/s (0.351 to 0.5)',
    '  measured    0.45 s/s',
    '  verdict     verified: the measured saving lies inside the predicted interval',
  ])
  expect(verdictLines(sampleRecommendation({ state: 'refuted', actual: 1 }), false)[2]).toContain(
    'refuted: the measured saving lies outside',
  )
})

test('claims no verdict where nothing was measured', () => {
  expect(verdictLines(sampleRecommendation({ state: 'applied' }), false)).toEqual([
    '  measured    not yet: the change was not seen for long enough',
  ])
})

test('names the settings that are applied', () => {
  const change = { maxEntries: 1_000, ttlSeconds: 4 }
  expect(applyLine(sampleRecommendation({ change }), 3)).toBe(
    'Applying #1 in 3 running agents: Enlarge the cache searchFlights (maxEntries 1,000, ttlSeconds 4)',
  )
  expect(applyLine(sampleRecommendation({ change: {} }), 3)).toBe('Applying #1 in 3 running agents: Enlarge the cache searchFlights')
})

test('says which servers run and from where, and what is missing', () => {
  const running = { name: 'redis', version: '7.0.15', source: 'path', origin: 'PATH', program: '/usr/bin/redis-server', log: '' } as const
  const lines = serverLines(
    [{ ...running, endpoint: 'redis://127.0.0.1:6379', pid: 1 }],
    [{ name: 'collector', reason: 'collector: no Go.' }],
  )
  expect(lines[0]).toMatch(/redis +7\.0\.15 +redis:\/\/127\.0\.0\.1:6379 +PATH/)
  expect(lines[1]).toBe('  missing       collector: no Go.')
})

test('reports errors of agents with the first of them', () => {
  expect(agentsLine(totals)).toBe('agents: 12,345 calls, 0 errors')
  expect(agentsLine({ ...totals, errors: 2, firstError: 'boom' })).toBe('agents: 12,345 calls, 2 errors (the first: boom)')
})

test('shows alerts by their summary', () => {
  expect(alertLines([{ labels: {}, annotations: { summary: 'Cache embedQuery (travel-agent)' } }])).toEqual([
    '1 alert in Alertmanager:',
    '  Cache embedQuery (travel-agent)',
  ])
  expect(alertLines([])).toEqual(['No alerts in Alertmanager.'])
})

test('tells to start servers first where none stay up', () => {
  expect(nextLines(undefined).join('\n')).toContain('pitwall up')
  expect(nextLines('http://127.0.0.1:4320').join('\n')).not.toContain('pitwall up')
})
