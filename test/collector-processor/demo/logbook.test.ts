import { expect, test } from 'vitest'
import { Logbook } from '../../../collector-processor/src/demo/logbook.ts'
import { sampleRecommendation } from '../../support/recommendations.ts'

const notAdvised = { service: 'travel-agent', subject: 'searchFlights', rule: 'undersized-cache', reason: 'not enough data' }
const report = { recommendations: [], notAdvised: [], evaluatedAt: 1 }

test('keeps the latest word on a recommendation, also when it is not in the last report', () => {
  const logbook = new Logbook()
  logbook.note({ ...report, recommendations: [sampleRecommendation()] })
  logbook.note({ ...report, recommendations: [sampleRecommendation({ state: 'verified', actual: 5 })] })
  logbook.note(report)
  expect(logbook.recommendations).toEqual([sampleRecommendation({ state: 'verified', actual: 5 })])
  expect(logbook.get('0123456789')?.state).toBe('verified')
})

test('forgets that a subject was not advised once it is', () => {
  const logbook = new Logbook()
  logbook.note({ ...report, notAdvised: [notAdvised, { ...notAdvised, subject: 'bookSeat', reason: 'it writes' }] })
  logbook.note({ ...report, recommendations: [sampleRecommendation()] })
  expect(logbook.notAdvised.map(({ subject }) => subject)).toEqual(['bookSeat'])
})

test('learns nothing from a cycle without a verdict', () => {
  const logbook = new Logbook()
  logbook.note({ ...report, recommendations: [sampleRecommendation()], notAdvised: [notAdvised], noVerdict: 'Prometheus is unreachable.' })
  expect(logbook.recommendations).toEqual([])
  expect(logbook.notAdvised).toEqual([])
})

test('keeps one alert a recommendation, though its priority changed meanwhile', () => {
  const logbook = new Logbook()
  logbook.noteAlerts([{ labels: { id: '1', priority: 'low' }, annotations: { summary: 'early' } }])
  logbook.noteAlerts([{ labels: { id: '1', priority: 'high' }, annotations: { summary: 'late' } }])
  expect(logbook.alerts.map(({ annotations }) => annotations['summary'])).toEqual(['late'])
})
