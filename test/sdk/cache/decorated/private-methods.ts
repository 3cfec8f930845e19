import { Cached, cached } from '@pitwall/sdk'

/** Private methods, which only the decorators of TC39 reach; prints what their calls gave. */
class Agent {
  readonly #city: string
  runs = 0
  static lookups = 0

  constructor(city: string) {
    this.#city = city
  }

  @Cached({ ttl: '5m' })
  #hotels(stars: number): string {
    this.runs += 1
    return `${stars} stars in ${this.#city}`
  }

  @cached
  static #airport(code: string): string {
    this.lookups += 1
    return `${this.name}: ${code}`
  }

  ask(stars: number): string {
    return this.#hotels(stars)
  }

  static find(code: string): string {
    return Agent.#airport(code)
  }
}

const [rome, oslo] = [new Agent('Rome'), new Agent('Oslo')]
console.log(
  JSON.stringify({
    hotels: [rome.ask(3), rome.ask(3), oslo.ask(3)],
    airports: [Agent.find('FCO'), Agent.find('FCO')],
    runs: [rome.runs, oslo.runs, Agent.lookups],
  }),
)
