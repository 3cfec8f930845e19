import { Cached, cachedMethod } from '@pitwall/sdk'

/** Instances that nobody holds any more, with entries that hold them; prints how many are left. Wants `--expose-gc`. */
class Agent {
  @Cached()
  self(): this {
    return this
  }
}

function agents(): WeakRef<Agent>[] {
  return Array.from({ length: 100 }, () => {
    const agent = new Agent()
    if (agent.self() !== agent || cachedMethod(agent, 'self')?.peek() !== agent) throw new Error('not cached')
    return new WeakRef(agent)
  })
}

const references = agents()
await new Promise((resolve) => setTimeout(resolve, 10))
globalThis.gc?.()
console.log(references.filter((reference) => reference.deref() !== undefined).length)
