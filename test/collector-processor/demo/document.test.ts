import { expect, test } from 'vitest'
import { demoDocument } from '../../../collector-processor/src/demo/document.ts'
import { sampleRecommendation } from '../../support/recommendations.ts'

const measured = sampleRecommendation({ state: 'verified', actual: 0.45 })
const timings = { serversReadyMs: 1_000, firstTableMs: 9_000, firstVerifiedMs: 20_000 }
const nothing = { servers: [], recommendations: [], notAdvised: [], alerts: [], timings }

test('holds what a program needs of a recommendation, and nothing else', () => {
  const { recommendations } = demoDocument({ ...nothing, recommendations: [measured] })
  expect(recommendations).toEqual([
    {
      id: '0123456789',
      rule: 'undersized-cache',
      title: 'Enlarge the cache searchFlights',
      service: 'travel-agent',
      subject: 'searchFlights',
      location: 'src/search.ts:42',
      priority: 'high',
      effort: 'minutes',
      phase: 'quick-win',
      saving: { unit: 's/s', lower: 0.351, likely: 0.42, upper: 0.5 },
    },
  ])
})

test.each([
  [0.351, true],
  [0.5, true],
  [0.51, false],
  [-1, false],
])('says of a measured saving of %d whether it lies in the interval', (actual, inside) => {
  const { verified } = demoDocument({ ...nothing, recommendations: [{ ...measured, actual }] })
  expect(verified).toEqual([{ id: '0123456789', predicted: { unit: 's/s', lower: 0.351, likely: 0.42, upper: 0.5 }, actual, inside }])
})

test('calls nothing verified that was only proposed or applied', () => {
  const { verified } = demoDocument({
    ...nothing,
    recommendations: [sampleRecommendation({ state: 'applied' }), sampleRecommendation({ state: 'proposed' })],
  })
  expect(verified).toEqual([])
})

test('is complete without a single recommendation', () => {
  const document = demoDocument({ ...nothing, notAdvised: [{ service: 's', subject: 'f', rule: 'r', reason: 'unique keys' }] })
  expect(document).toEqual({
    servers: [],
    recommendations: [],
    verified: [],
    alerts: [],
    notAdvised: [{ subject: 'f', reason: 'unique keys' }],
    timings,
  })
})
