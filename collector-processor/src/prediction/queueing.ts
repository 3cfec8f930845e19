/** Work that arrives at servers: calls at a pool, callbacks at an event loop. */
export interface Load {
  /** Arrivals per second, above or equal to 0. */
  readonly arrivalsPerSecond: number
  /** Mean time that one server works on one arrival, in seconds. */
  readonly serviceSeconds: number
  /** Variance of that time over the square of its mean: 0 when all take equally long, 1 for exponential times. */
  readonly squaredVariation: number
}

/** How long work waits before a server takes it. */
export type Wait =
  /** Mean wait in seconds, and the share of time that each server works, below 1. */
  | { readonly kind: 'steady'; readonly seconds: number; readonly utilization: number }
  /** More arrives than the servers can do (utilization 1 or above): the queue grows for as long as that lasts. */
  | { readonly kind: 'saturated'; readonly utilization: number }

/**
 * Mean wait for a pool of servers: C(c, a) · s / (c − a) · (1 + v) / 2, where a is arrivals times service time s, and v the
 * squared variation. Erlang's formula (1917), exact for v = 1; the last factor (Lee and Longton, 1959) makes it exact for one
 * server too, and an approximation otherwise. Arrivals must be random: bursts wait longer, paced ones shorter.
 * Undefined when the load is not of finite numbers that are not negative, or servers is not a whole number of 1 to 100,000.
 */
export function poolWait(load: Load, servers: number): Wait | undefined {
  if (!isKnown(load) || !Number.isInteger(servers) || servers < 1 || servers > 100_000) return undefined
  const offered = load.arrivalsPerSecond * load.serviceSeconds
  const utilization = offered / servers
  if (utilization >= 1) return { kind: 'saturated', utilization }
  const exponential = (delayedShare(offered, servers) * load.serviceSeconds) / (servers - offered)
  return { kind: 'steady', seconds: (exponential * (1 + load.squaredVariation)) / 2, utilization }
}

/**
 * Mean wait for an event loop, which is a single server: ρ · s · (1 + v) / (2 · (1 − ρ)), ρ being arrivals times service time
 * (Pollaczek, 1930; Khinchine, 1932). Exact for random arrivals and times that do not depend on each other.
 * Undefined when the load is not of finite numbers that are not negative.
 */
export function eventLoopWait(load: Load): Wait | undefined {
  return poolWait(load, 1)
}

/** Share of arrivals that have to wait, 0 to 1: Erlang's C, for an offered load (in servers) below the number of servers. */
export function delayedShare(offered: number, servers: number): number {
  // Through the blocking probability, because factorials overflow at 171 servers.
  let blocked = 1
  for (let count = 1; count <= servers; count++) blocked = (offered * blocked) / (count + offered * blocked)
  return blocked / (1 - (offered / servers) * (1 - blocked))
}

/** What another number of servers, or another service time, does to the wait. */
export type WaitChange =
  /** Seconds by which each arrival waits less; negative when it waits longer. */
  | { readonly kind: 'changed'; readonly savedSeconds: number }
  /** The queue grew and would no longer: what that saves has no mean, what remains is the wait in seconds. */
  | { readonly kind: 'relieved'; readonly remainingSeconds: number }
  /** The queue would grow, as it did before or only then. */
  | { readonly kind: 'saturated'; readonly utilization: number }

/** Compares two waits: of the load and servers as they are, and as they would be. */
export function compareWaits(before: Wait, after: Wait): WaitChange {
  if (after.kind === 'saturated') return after
  if (before.kind === 'saturated') return { kind: 'relieved', remainingSeconds: after.seconds }
  return { kind: 'changed', savedSeconds: before.seconds - after.seconds }
}

function isKnown(load: Load): boolean {
  return [load.arrivalsPerSecond, load.serviceSeconds, load.squaredVariation].every((value) => Number.isFinite(value) && value >= 0)
}
