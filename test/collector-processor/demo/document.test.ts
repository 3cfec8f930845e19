import { expect, test } from 'vitest'
import { demoDocument } from '../../../collector-processor/src/demo/document.ts'
import { recommendation } from './recommendation.ts'

const measured = recommendation({ state: 'verified', actual: 5.5 })
const timings = { serversReadyMs: 1_000, firstTableMs: 9_000, firstVerifiedMs: 20_000 }
const nothing = { servers: [], recommendations: [], notAdvised: [], alerts: [], timings }

test('holds what a program needs of a recommendation, and nothing else', () => {
  const { recommendations } = demoDocument({ ...nothing, recommendations: [measured] })
  expect(recommendations).toEqual([
    {
      id: '0123456789',
      rule: 'uncached-repetition',
      title: 'Cache embedQuery',
      service: 'travel-agent',
      subject: 'embedQuery',
      location: 'src/embed-query.ts:16',
      priority: 'high',
      effort: 'minutes',
      phase: 'quick-win',
      saving: { unit: 's/s', lower: 4, likely: 5, upper: 6 },
    },
  ])
})

test.each([
  [4, true],
  [6, true],
  [6.1, false],
  [-1, false],
])('says of a measured saving of %d whether it lies in the interval', (actual, inside) => {
  const { verified } = demoDocument({ ...nothing, recommendations: [{ ...measured, actual }] })
  expect(verified).toEqual([{ id: '0123456789', predicted: { unit: 's/s', lower: 4, likely: 5, upper: 6 }, actual, inside }])
})

test('calls nothing verified that was only proposed or applied', () => {
  const { verified } = demoDocument({
    ...nothing,
    recommendations: [recommendation({ state: 'applied' }), recommendation({ state: 'proposed' })],
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
