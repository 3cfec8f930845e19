/** What a scenario can do to the process in one step of its time; sizes in bytes, and on the heap where nothing else is said. */
export interface LeakWorld {
  /** Share of an hour that a step takes. */
  readonly hours: number
  /** What stays in the process when it begins. */
  readonly baseBytes: number
  random(): number
  /** Calls of a profiled function that are under way at the end of the step, each with so much of its own. */
  calls(count: number, bytesEach: number): void
  /** Memory that is in use at the end of the step, and that nothing reports. */
  use(bytes: number): void
  /** Keeps for ever. */
  leak(bytes: number): void
  /** Keeps Buffers for ever. */
  leakBuffers(bytes: number): void
  /** Keeps until the next `drop`. */
  keep(bytes: number): void
  drop(): void
  /** Requests to a cache of Pitwall for so many keys, most of them popular; entries of a kilobyte, and as many as given at most. */
  cache(requests: number, keys: number, limit: number, by: 'bytes' | 'entries'): void
  /** Requests to a least-recently-used cache that Pitwall does not know of. */
  foreignCache(requests: number, keys: number, limit: number): void
}

/** A service of twelve hours, or of one and a half in finer steps. */
export interface LeakScenario {
  readonly name: string
  /** What leaks an hour, by what stays; 0 where nothing does. */
  readonly leakPerHour: number
  readonly hours: number
  readonly stepSeconds: number
  /** One step; `hour` is the time since the start. */
  step(world: LeakWorld, hour: number): void
}

const LONG = { hours: 12, stepSeconds: 120 }
const SHORT = { hours: 1.5, stepSeconds: 15 }

/** Calls under way: random about a mean. */
function load(world: LeakWorld, mean: number): void {
  const spread = Math.sqrt(mean) * (world.random() + world.random() + world.random() - 1.5) * 2
  world.calls(Math.max(0, Math.round(mean + spread)), 32_768)
  world.use(world.random() * 200_000)
}

const leaking = (share: number) => (world: LeakWorld) => world.leak(share * world.baseBytes * world.hours)
const wave = (hour: number, periodHours: number) => 1 + Math.sin((2 * Math.PI * hour) / periodHours)
const both =
  (...steps: readonly LeakScenario['step'][]): LeakScenario['step'] =>
  (world, hour) => {
    for (const step of steps) step(world, hour)
  }

const steady: LeakScenario['step'] = (world) => load(world, 20)
const ramp: LeakScenario['step'] = (world, hour) => load(world, 10 + 8 * hour)
const waves: LeakScenario['step'] = (world, hour) => load(world, 10 + 40 * wave(hour, 6))
const bursts: LeakScenario['step'] = (world) => load(world, world.random() < 0.05 ? 150 : 15)
const fillingCache: LeakScenario['step'] = (world) => world.cache(3_600 * world.hours, 20_000, 8_000, 'bytes')

/** Chosen before criteria were; a leak is to be found from 1 % an hour. */
export const leakScenarios: readonly LeakScenario[] = [
  { name: 'steady', leakPerHour: 0, ...LONG, step: steady },
  {
    name: 'cache, soon full',
    leakPerHour: 0,
    ...LONG,
    step: both(steady, (world) => world.cache(36_000 * world.hours, 10_000, 4_000, 'bytes')),
  },
  { name: 'cache, long filling', leakPerHour: 0, ...LONG, step: both(steady, fillingCache) },
  { name: 'waves of load', leakPerHour: 0, ...LONG, step: waves },
  { name: 'bursts', leakPerHour: 0, ...SHORT, step: bursts },
  { name: 'rising load', leakPerHour: 0, ...LONG, step: ramp },
  {
    name: 'cache bounded by entries',
    leakPerHour: 0,
    ...LONG,
    step: both(steady, (world) => world.cache(3_600 * world.hours, 20_000, 8_000, 'entries')),
  },
  {
    name: 'unknown cache that fills',
    leakPerHour: 0,
    ...LONG,
    step: both(steady, (world) => world.foreignCache(9_000 * world.hours, 10_000, 6_000)),
  },
  {
    name: 'one large load',
    leakPerHour: 0,
    ...LONG,
    step: both(steady, (world, hour) => {
      if (hour >= 7 && hour - world.hours < 7) world.leak(0.3 * world.baseBytes)
    }),
  },
  {
    name: 'batches that are flushed',
    leakPerHour: 0,
    ...LONG,
    step: both(steady, (world, hour) => {
      world.keep(0.04 * world.baseBytes * world.hours)
      if (Math.floor(hour / 2) !== Math.floor((hour - world.hours) / 2)) world.drop()
    }),
  },
  {
    name: 'warm-up after the start',
    leakPerHour: 0,
    ...SHORT,
    step: both(steady, (world, hour) => world.leak(0.3 * world.baseBytes * (Math.exp(-(hour - world.hours) * 12) - Math.exp(-hour * 12)))),
  },
  { name: 'fast leak', leakPerHour: 0.6, ...SHORT, step: both(steady, leaking(0.6)) },
  { name: 'slow leak, 1 % an hour', leakPerHour: 0.01, ...LONG, step: both(steady, leaking(0.01)) },
  { name: 'leak beside a filling cache', leakPerHour: 0.02, ...LONG, step: both(steady, fillingCache, leaking(0.02)) },
  { name: 'leak under rising load', leakPerHour: 0.02, ...LONG, step: both(ramp, leaking(0.02)) },
  {
    name: 'leak in steps',
    leakPerHour: 0.02,
    ...LONG,
    step: both(steady, (world, hour) => {
      if (Math.floor(hour) !== Math.floor(hour - world.hours)) world.leak(0.02 * world.baseBytes)
    }),
  },
  {
    name: 'leak of Buffers',
    leakPerHour: 0.02,
    ...LONG,
    step: both(steady, (world) => world.leakBuffers(0.02 * world.baseBytes * world.hours)),
  },
  { name: 'leak among waves of load', leakPerHour: 0.02, ...LONG, step: both(waves, leaking(0.02)) },
  { name: 'leak among bursts', leakPerHour: 0.015, ...LONG, step: both(bursts, leaking(0.015)) },
]
