import { Cached, cached, cachedMethod, getCache, metricProducer } from '@pitwall/sdk'

/** Classes whose methods are decorated in the ways that both dialects of TypeScript know; prints what their calls gave. */
class Agent {
  readonly city: string
  runs = 0

  constructor(city: string) {
    this.city = city
  }

  @Cached({ ttl: '5m' })
  async hotels(stars: number): Promise<string> {
    this.runs += 1
    return `${stars} stars in ${this.city}`
  }

  @cached({ per: 'class', name: 'rates' })
  rate(currency: string): string {
    this.runs += 1
    return `${currency}, asked in ${this.city}`
  }

  @Cached
  greeting(): string {
    this.runs += 1
    return `Welcome to ${this.city}`
  }

  static lookups = 0

  @Cached({ key: (code: string) => code.toUpperCase() })
  static airport(code: string): string {
    this.lookups += 1
    return `${this.name}: ${code}`
  }
}

class Guide extends Agent {
  override async hotels(stars: number): Promise<string> {
    return `guided: ${await super.hotels(stars)}`
  }
}

const [rome, oslo, guide] = [new Agent('Rome'), new Agent('Oslo'), new Guide('Bonn')]
const hotels = [await rome.hotels(3), await rome.hotels(3), await oslo.hotels(3), await guide.hotels(3), await guide.hotels(3)]
const rates = [rome.rate('NOK'), oslo.rate('NOK')]
const greetings = [rome.greeting(), rome.greeting(), oslo.greeting()]
const airports = [Agent.airport('fco'), Agent.airport('FCO'), Guide.airport('fco')]
const seen = await cachedMethod(rome, 'hotels')?.peek(3)
cachedMethod(rome, 'hotels')?.invalidate(3)
await rome.hotels(3)
await oslo.hotels(3)

const { resourceMetrics } = await metricProducer.collect()
const place = resourceMetrics.scopeMetrics
  .flatMap(({ metrics }) => metrics.flatMap(({ dataPoints }) => dataPoints.map(({ attributes }) => attributes)))
  .find((attributes) => attributes['pitwall.subject'] === 'Agent.hotels' && 'code.file.path' in attributes)

console.log(
  JSON.stringify({
    hotels,
    rates,
    greetings,
    airports,
    seen,
    runs: [rome.runs, oslo.runs, guide.runs, Agent.lookups, Guide.lookups],
    names: ['Agent.hotels', 'rates', 'Agent.greeting', 'Agent.airport'].map((name) => getCache(name)?.name),
    shape: [Agent.prototype.hotels.name, Agent.prototype.hotels.length],
    place: place?.['code.line.number'],
  }),
)
