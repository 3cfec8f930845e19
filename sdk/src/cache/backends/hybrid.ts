import { OptionError } from '../../errors.ts'
import { checkOptions } from '../options/check-options.ts'
import type { LocalBackend, SharedBackend } from './backend.ts'

/** The two tiers of `hybrid()`. */
export interface HybridOptions {
  /** Asked first: `memory()`. */
  readonly front: LocalBackend
  /** Asked when the front has nothing: `redis({ url })`. What it has is put into the front for the time it has left. */
  readonly back: SharedBackend
}

/**
 * Memory in front of a shared storage. The back may be slow, frozen or gone: the front goes on, and misses load.
 * Fronts of other processes hear of changes where the back tells of them, as `redis()` and `file()` do, within milliseconds;
 * while they cannot hear, they ask the back each time. Behind a back that does not tell, they keep their copy until its time
 * to live is over.
 */
export function hybrid(options: HybridOptions): SharedBackend {
  checkOptions('hybrid', options, ['front', 'back'])
  const { front, back } = options
  if (front?.synchronous !== true) throw new OptionError('front', front, 'a backend in this process, such as memory()')
  if (back?.synchronous !== false) throw new OptionError('back', back, 'a shared backend, such as redis({ url })')
  return {
    name: 'hybrid',
    synchronous: false,
    open: (context) => ({ local: front.open(context).local, shared: back.open(context).shared }),
  }
}

export { hybrid as default }
