import type { Token } from '../shared/shared-storage.ts'

/** What a load must know when it ends, to tell whether its outcome is outdated. */
export interface TokenParts {
  /** Number of the connection at the beginning. */
  readonly epoch: number
  /** Milliseconds of the cache's clock at the beginning. */
  readonly startedAt: number
  /** The last invalidation of tags, or of everything, by then. */
  readonly since: number
  /** The last invalidation or setting of the key by then; empty when Redis knew of none. */
  readonly fence: string
}

export function formatToken({ epoch, startedAt, since, fence }: TokenParts): Token {
  return `${epoch} ${startedAt} ${since} ${fence}`
}

export function parseToken(token: Token): TokenParts {
  const [epoch, startedAt, since, fence = ''] = token.split(' ')
  return { epoch: Number(epoch), startedAt: Number(startedAt), since: Number(since), fence }
}
