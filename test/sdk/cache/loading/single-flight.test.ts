import { describe, expect, it } from 'vitest'
import { type Flight, SingleFlight } from '../../../../sdk/src/cache/loading/single-flight.ts'

function begun(flights: SingleFlight, key: string): Flight {
  const flight = flights.begin(key, 1)
  flight.answer = Promise.resolve()
  return flight
}

describe('SingleFlight', () => {
  it('has nothing to wait for before a run has a promise', () => {
    const flights = new SingleFlight()
    expect(flights.running('a', 0)).toBeUndefined()
    flights.begin('a', 1)
    expect(flights.running('a', 0)).toBeUndefined()
  })

  it('gives everyone the run that is there, until it ends', () => {
    const flights = new SingleFlight()
    const flight = begun(flights, 'a')
    expect(flights.running('a', 0)).toBe(flight)
    expect(flights.running('b', 0)).toBeUndefined()
    flights.end(flight)
    expect(flights.running('a', 0)).toBeUndefined()
  })

  it('lets nobody join an outdated run, and does not take a newer one away when the old one ends', () => {
    const flights = new SingleFlight()
    const old = begun(flights, 'a')
    flights.outdate('a')
    expect(old.outdated).toBe(true)
    expect(flights.running('a', 0)).toBeUndefined()
    const fresh = begun(flights, 'a')
    flights.end(old)
    expect(flights.running('a', 0)).toBe(fresh)
    expect(fresh.outdated).toBe(false)
  })

  it('forgets a run that ended before one that was started inside of it', () => {
    const flights = new SingleFlight()
    const outer = begun(flights, 'a')
    const inner = flights.begin('a', 1)
    flights.end(outer)
    flights.end(inner)
    expect(flights.running('a', 0)).toBeUndefined()
  })

  it('outdates a run and the one that it was started inside of', () => {
    const flights = new SingleFlight()
    const outer = flights.begin('a', 1)
    const inner = flights.begin('a', 1)
    flights.outdate('a')
    expect([outer.outdated, inner.outdated]).toEqual([true, true])
  })

  it('outdates what started outside when the inner run has ended', () => {
    const flights = new SingleFlight()
    const outer = flights.begin('a', 1)
    flights.end(flights.begin('a', 1))
    flights.outdateAll()
    expect(outer.outdated).toBe(true)
  })

  it('outdates by the hash of the key, and no other key', () => {
    const flights = new SingleFlight()
    const [a, b] = [flights.begin('a', 1), flights.begin('b', 2)]
    flights.outdateHash(2)
    expect([a.outdated, b.outdated]).toEqual([false, true])
  })

  it('lets the outcome of a newer run stand when an older one ends later', () => {
    const flights = new SingleFlight()
    const load = flights.begin('a', 1)
    const refresh = flights.begin('a', 1)
    flights.outdateOlder(refresh)
    flights.end(refresh)
    expect(flights.isOutdated(load, [])).toBe(true)
  })

  it('remembers tags that were invalidated while a run goes on, for that run and not for later ones', () => {
    const flights = new SingleFlight()
    const before = begun(flights, 'a')
    flights.outdateTag('city')
    expect(flights.running('a', 0), 'nobody may join what might turn out to have the tag').toBeUndefined()
    const after = begun(flights, 'b')
    expect([flights.isOutdated(before, ['city']), flights.isOutdated(before, ['country'])]).toEqual([true, false])
    expect(flights.isOutdated(after, ['city'])).toBe(false)
  })

  it('stores nothing that runs when more tags are invalidated than it can remember', () => {
    const flights = new SingleFlight()
    const flight = flights.begin('a', 1)
    for (let tag = 0; tag <= 10_000; tag++) flights.outdateTag(String(tag))
    expect(flights.isOutdated(flight, [])).toBe(true)
  })

  it('does not keep a stale value alive beyond its time by a load that never ends', () => {
    const flights = new SingleFlight()
    const flight = begun(flights, 'a')
    flight.fallback = { value: 'stale', expiresAt: 100 }
    flight.servedStale = true
    expect(flights.running('a', 99)).toBe(flight)
    expect(flights.running('a', 100)).toBeUndefined()
  })
})
