import { describe, expect, it } from 'vitest'
import { SingleFlight } from '../../../sdk/src/cache/single-flight.ts'

describe('SingleFlight', () => {
  it('has nothing to wait for before a run has a promise', () => {
    const flights = new SingleFlight()
    expect(flights.running('a')).toBeUndefined()
    flights.begin('a', 1)
    expect(flights.running('a')).toBeUndefined()
  })

  it('gives everyone the run that is there, until it ends', () => {
    const flights = new SingleFlight()
    const flight = flights.begin('a', 1)
    flight.promise = Promise.resolve()
    expect(flights.running('a')).toBe(flight)
    expect(flights.running('b')).toBeUndefined()
    flights.end(flight)
    expect(flights.running('a')).toBeUndefined()
  })

  it('lets nobody join an outdated run, and does not take a newer one away when the old one ends', () => {
    const flights = new SingleFlight()
    const old = flights.begin('a', 1)
    old.promise = Promise.resolve()
    flights.outdate('a')
    expect(old.outdated).toBe(true)
    expect(flights.running('a')).toBeUndefined()
    const fresh = flights.begin('a', 1)
    fresh.promise = Promise.resolve()
    flights.end(old)
    expect(flights.running('a')).toBe(fresh)
    expect(fresh.outdated).toBe(false)
  })

  it('forgets a run that ended before one that was started inside of it', () => {
    const flights = new SingleFlight()
    const outer = flights.begin('a', 1)
    outer.promise = Promise.resolve()
    const inner = flights.begin('a', 1)
    flights.end(outer)
    flights.end(inner)
    expect(flights.running('a')).toBeUndefined()
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
})
