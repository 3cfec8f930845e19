import { SimulatedFunction } from '../simulated-function.ts'
import { between, popularKeys, Traffic } from '../traffic.ts'
import type { World } from '../world.ts'

const DAY_MS = 24 * 3_600_000

export default {
  title:
    'a service as it should be, through days and nights, with a deploy every evening: a cache that fits, texts that are new, and quick work',
  truths: [],
  isOfDays: true,
  begin(service, random) {
    const [rate, meanMs, phase] = [between(random, 0.5, 2), between(random, 50, 300), random()]
    const ofDay = (now: number) => 1 + 0.7 * Math.sin(2 * Math.PI * (now / DAY_MS + phase))
    const catalogue = new SimulatedFunction(service, 'catalogue')
    catalogue.cache({ maxEntries: 5_000, ttlSeconds: 7_200 })
    const summarize = new SimulatedFunction(service, 'summarize')
    const normalize = new SimulatedFunction(service, 'normalize')
    const slower = (now: number) => meanMs * (1 + 0.2 * ofDay(now))
    const lives = [
      {
        fn: catalogue,
        traffic: new Traffic(random, { perSecond: (now) => rate * ofDay(now), key: popularKeys(random, 300, 1), meanMs: slower }),
      },
      {
        fn: summarize,
        traffic: new Traffic(random, { perSecond: (now) => (rate / 4) * ofDay(now), key: (index) => `text ${index}`, meanMs: slower }),
      },
      { fn: normalize, traffic: new Traffic(random, { perSecond: () => rate, key: popularKeys(random, 50, 1), meanMs: () => 0.05 }) },
    ]
    let deployed = 0
    const play = (until: number) => {
      for (const { fn, traffic } of lives) {
        for (const [time, call] of traffic.until(until)) {
          service.now = time
          fn.call(call)
        }
      }
      service.now = until
    }
    return {
      play(until) {
        for (; deployed + DAY_MS <= until; deployed += DAY_MS) {
          play(deployed + DAY_MS)
          service.restart()
          for (const { fn } of lives) fn.restart()
        }
        play(until)
      },
    }
  },
} satisfies World
