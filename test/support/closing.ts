import { afterEach } from 'vitest'

/** Gives a function that passes on what a test has opened, and closes it after the test, however that ends. */
export function useClosing(): <T extends { close(): unknown }>(cache: T) => T {
  const opened: { close(): unknown }[] = []
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((cache) => cache.close()))
  })
  return (cache) => {
    opened.push(cache)
    return cache
  }
}
