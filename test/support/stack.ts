import { startStack } from '../../collector-processor/src/servers/start-stack.ts'
import type { ServerName, Stack, StackOptions } from '../../collector-processor/src/servers/stack.ts'
import { startedForTests } from './started-for-tests.ts'

/** Real servers for the tests of one file; scraping and evaluating every half second unless said otherwise. */
export async function startTestStack(servers: readonly ServerName[], options: Omit<StackOptions, 'servers'> = {}): Promise<Stack> {
  const progress: string[] = []
  const onProgress = options.onProgress ?? ((line: string): void => void progress.push(line))
  const stack = await startStack({ scrapeIntervalMs: 500, metricExpirationMs: 10_000, ...options, servers, onProgress })
  if (stack.missing.length === 0) return stack
  await stack.stop()
  throw new Error([...stack.missing.map(({ reason }) => reason), ...progress].join('\n'))
}

/**
 * Starts the servers once, before the tests of this file, and stops them after. Returns a function that gives the stack inside a test.
 * A server that is not to be had fails the file: nothing is skipped.
 */
export function useStack(servers: readonly ServerName[], options: Omit<StackOptions, 'servers'> = {}): () => Stack {
  return startedForTests('the stack', () => startTestStack(servers, options))
}

/** One series of an instant query: its labels, and its value as a number. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Asks a stack's Prometheus one instant query. Rejects with Prometheus' own words. */
export async function query(stack: Stack, expression: string): Promise<Sample[]> {
  const url = `${stack.endpoints.prometheus}/api/v1/query?query=${encodeURIComponent(expression)}`
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) })
  const answer: { error?: string; data: { result: { metric: Record<string, string>; value: [number, string] }[] } } = JSON.parse(
    await response.text(),
  )
  if (!response.ok) throw new Error(answer.error)
  return answer.data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
}
