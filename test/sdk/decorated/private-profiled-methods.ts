import { getProfiler, Profiled } from '@pitwall/sdk'

/** A private method, which only the decorators of TC39 reach; prints what its call gave, and what was counted. */
class Agent {
  @Profiled
  #ask(question: string): string {
    return `${question}?`
  }

  ask(question: string): string {
    return this.#ask(question)
  }
}

console.log(
  JSON.stringify([
    new Agent().ask('who'),
    getProfiler()
      .summaries()
      .map(({ name, count }) => [name, count]),
  ]),
)
