import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { LRUCache } from 'lru-cache'
import { sdk } from '@pitwall/sdk/contract'
import { read, text } from './fake-services.ts'
import { serve } from './worker.ts'

/** How the functions of the agent are wrapped: by the SDK, or by nothing. */
interface Wrapping {
  profiled<F extends (...args: never[]) => unknown>(fn: F): F
  cached(load: (key: string) => Promise<number>): (key: string) => Promise<number>
}

interface Message {
  readonly role: string
  readonly content: string
}

/** What Linux says of this process. */
const STATUS = '/proc/self/status'

const documents = Array.from({ length: 200 }, (_, id) => ({ id, words: new Set(text(60 + (id % 40)).split(' ')), title: `document ${id}` }))
const customers = new LRUCache<string, object>({ max: 500 })

/** What the agent does with one request: two turns with the model, a tool in each, and an answer. */
function agent(modelUrl: string, { profiled, cached }: Wrapping) {
  const askModel = profiled(async function askModel(messages: readonly Message[]) {
    const response = await fetch(`${modelUrl}/v1/chat/completions`, { method: 'POST', body: JSON.stringify({ model: 'fake', messages }) })
    const { choices }: { choices: { message: Message }[] } = JSON.parse(await response.text())
    return choices[0]?.message ?? { role: 'assistant', content: '' }
  })
  const searchDocuments = profiled(function searchDocuments(query: string) {
    const wanted = query.split(' ')
    const score = (words: ReadonlySet<string>) => wanted.filter((word) => words.has(word)).length
    return documents
      .map(({ id, words, title }) => ({ id, title, score: score(words) }))
      .toSorted((a, b) => b.score - a.score)
      .slice(0, 5)
  })
  const exchangeRate = cached(async (currency) => currency.length * 1.1)
  const customer = profiled(function customer(id: string) {
    const known = customers.get(id) ?? { id, tier: 'gold', notes: text(30) }
    customers.set(id, known)
    return known
  })
  return profiled(async function answer(body: string) {
    const { messages, user }: { messages: Message[]; user: string } = JSON.parse(body)
    const found = []
    for (let turn = 0; turn < 2; turn++) {
      const message = await askModel(messages)
      messages.push(message, { role: 'tool', content: JSON.stringify(searchDocuments(message.content.slice(0, 400))) })
      found.push(await exchangeRate(`EUR-${user.length % 7}`), customer(user))
    }
    return JSON.stringify({ messages: messages.slice(-2), found })
  })
}

const bare: Wrapping = {
  profiled: (fn) => fn,
  cached(load) {
    const entries = new LRUCache<string, number>({ max: 1_000, ttl: 3_600_000 })
    return async (key) => {
      const value = entries.get(key) ?? (await load(key))
      entries.set(key, value)
      return value
    }
  },
}

async function withSdk(collectorUrl: string): Promise<Wrapping> {
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = collectorUrl
  const { cached, profiled, register } = await import('@pitwall/sdk')
  register()
  return { profiled: (fn) => profiled(fn), cached: (load) => cached(load, { name: 'exchangeRate', ttl: '1h' }) }
}

const service = {
  /** Starts the agent; returns its address. */
  async start(url: string, on: boolean): Promise<string> {
    const answer = agent(url, on ? await withSdk(url) : bare)
    const server = createServer(
      (request, response) =>
        void read(request)
          .then(answer)
          .then((body) => response.end(body)),
    ).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : ''
  },

  /** Milliseconds of CPU time so far, of all threads. */
  cpuMs(): number {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1_000
  },

  /**
   * Bytes of memory that only this process has, and of all that is resident, after V8 was made to give back everything that it keeps
   * free. How much that is depends on when it last grew its spaces, and differs between two equal processes by more than the SDK takes.
   */
  memory(): { readonly private: number; readonly resident: number } {
    for (let collection = 0; collection < 3; collection++) globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    const resident = process.memoryUsage.rss()
    const kibibytes = /^RssAnon:\s+(\d+) kB/m.exec(existsSync(STATUS) ? readFileSync(STATUS, 'utf8') : '')?.[1]
    return { private: kibibytes === undefined ? resident : Number(kibibytes) * 1_024, resident }
  },

  /** What the SDK says of itself: milliseconds by layer, and the layers that do not run. */
  async layers(): Promise<{ readonly spentMs: Record<string, number>; readonly shed: readonly string[] }> {
    const { metricProducer } = await import('@pitwall/sdk')
    const { resourceMetrics } = await metricProducer.collect()
    const spentMs: Record<string, number> = {}
    const shed: string[] = []
    for (const { descriptor, dataPoints } of resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)) {
      for (const { attributes, value } of dataPoints) {
        const layer = String(attributes['pitwall.sdk.layer'])
        if (descriptor.name === sdk.overheadTime.name) spentMs[layer] = Number(value) * 1_000
        if (descriptor.name === sdk.layerRunning.name && value === 0) shed.push(layer)
      }
    }
    return { spentMs, shed }
  },
}

/** An agent as there are many: an HTTP server that asks a model, uses tools and caches, and waits most of the time. */
export type OverheadAgent = typeof service

serve(service)
