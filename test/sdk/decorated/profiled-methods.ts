import { Cached, cachedMethod, getProfiler, Profiled, profiled } from '@pitwall/sdk'

/** Classes whose methods are profiled in the ways that both dialects of TypeScript know; prints what their calls gave, and what was counted. */
class Agent {
  readonly city: string
  constructor(city: string) {
    this.city = city
  }

  @Profiled
  async hotels(stars: number): Promise<string> {
    return `${stars} stars in ${this.city}`
  }

  @profiled({ name: 'rates' })
  rate(currency: string): string {
    return `${currency}, asked in ${this.city}`
  }

  @Profiled()
  *steps(to: number): Generator<number> {
    for (let step = 0; step < to; step++) yield step
  }

  @Profiled
  @Cached
  both(): string {
    return this.city
  }

  @Profiled
  static airport(code: string): string {
    return `${this.name}: ${code}`
  }
}

class Guide extends Agent {
  override async hotels(stars: number): Promise<string> {
    return `guided: ${await super.hotels(stars)}`
  }
}

const [rome, guide] = [new Agent('Rome'), new Guide('Bonn')]
const given = [
  await rome.hotels(3),
  await guide.hotels(4),
  rome.rate('NOK'),
  [...rome.steps(2)],
  rome.both(),
  rome.both(),
  Guide.airport('fco'),
]
const counts = getProfiler()
  .summaries({ sort: 'name' })
  .map(({ name, count }) => [name, count])
console.log(
  JSON.stringify({
    given,
    counts,
    shape: [Agent.prototype.hotels.name, Agent.prototype.hotels.length],
    hits: cachedMethod(rome, 'both')?.stats().hits,
  }),
)
