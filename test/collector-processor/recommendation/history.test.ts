import { advice, prometheusName } from '@pitwall/sdk/contract'
import { describe, expect, it } from 'vitest'
import type { PrometheusClient, RangeSeries } from '../../../collector-processor/src/prometheus/client.ts'
import { type Past, readHistory } from '../../../collector-processor/src/recommendation/history.ts'

type Samples = RangeSeries['samples']
type Gauge = (typeof advice)[keyof typeof advice]

function series(metric: Gauge, samples: Samples, labels: Record<string, string> = {}): RangeSeries {
  return { labels: { __name__: prometheusName(metric), id: 'a', ...labels }, samples }
}

const info = (state: string, ...times: number[]): RangeSeries =>
  series(
    advice.info,
    times.map((time): [number, number] => [time, 1]),
    { rule: 'short-ttl', service: 's', subject: 'x', state },
  )
const saving = (...samples: [number, number][]): RangeSeries[] =>
  ['lower', 'likely', 'upper'].map((bound) => series(advice.saving, samples, { unit: 's/s', bound }))

async function past(...given: RangeSeries[]): Promise<Past | undefined> {
  const client: PrometheusClient = { query: () => Promise.resolve([]), queryRange: () => Promise.resolve(given) }
  return (await readHistory(client, 1_000, 1_000)).get('a')
}

describe('the history of a recommendation', () => {
  it('begins with the earliest creation, when two optimizers proposed it at once', async () => {
    const found = await past(
      info('proposed', 110, 120),
      series(advice.created, [[110, 100]]),
      series(advice.created, [[120, 104]]),
      ...saving([110, 1]),
    )
    expect(found).toMatchObject({ createdAt: 100, lastOpenAt: 120, labels: { subject: 'x' } })
    expect(found?.appliedAt).toBeUndefined()
  })

  it('knows the change and the verdict', async () => {
    const given = [info('proposed', 110), series(advice.created, [[110, 100]]), series(advice.applied, [[210, 200]]), ...saving([110, 1])]
    expect(await past(...given)).toMatchObject({ appliedAt: 200 })
    const verdict = [series(advice.verified, [[310, 300]]), series(advice.actual, [[310, 0.9]])]
    expect(await past(...given, ...verdict, info('verified', 310))).toMatchObject({ verifiedAt: 300, held: true, actual: 0.9 })
    expect(await past(...given, ...verdict, info('refuted', 310))).toMatchObject({ verifiedAt: 300, held: false })
  })

  it('starts a new life when it is proposed again after a verdict', async () => {
    const found = await past(
      info('proposed', 110, 510),
      series(advice.created, [
        [110, 100],
        [510, 500],
      ]),
      series(advice.applied, [[210, 200]]),
      series(advice.verified, [[310, 300]]),
      ...saving([110, 1]),
    )
    expect(found).toMatchObject({ createdAt: 500 })
    expect([found?.appliedAt, found?.verifiedAt]).toEqual([undefined, undefined])
  })

  it('tells what was predicted up to a moment, and the first prediction before that', async () => {
    const found = await past(info('proposed', 110), series(advice.created, [[110, 100]]), ...saving([110, 1], [120, 2], [130, 3]))
    expect([105, 110, 125, 999].map((moment) => found?.savingUntil(moment).likely)).toEqual([1, 1, 2, 3])
    expect(found?.saving.likely).toBe(3)
  })

  it('tells how a prediction had been corrected, and of one that had not been that it was not', async () => {
    const corrections = [
      series(advice.correction, [[120, 0.8]], { bound: 'likely' }),
      series(advice.correction, [[120, 1.2]], { bound: 'lower' }),
    ]
    const found = await past(
      info('proposed', 110),
      series(advice.created, [[110, 100]]),
      ...saving([110, 1], [120, 2], [130, 3]),
      ...corrections,
    )
    expect([105, 115, 130].map((moment) => found?.correctionUntil(moment))).toEqual(
      Array.from({ length: 3 }, () => ({ likely: 1, width: 1 })),
    )
    expect(found?.correctionUntil(125).likely).toBe(0.8)
    expect(found?.correctionUntil(125).width).toBeCloseTo(1.5, 9)
  })

  it('leaves out what has no creation or no prediction', async () => {
    expect(await past(info('proposed', 110), ...saving([110, 1]))).toBeUndefined()
    expect(await past(info('proposed', 110), series(advice.created, [[110, 100]]))).toBeUndefined()
  })
})
