import { createHash } from 'node:crypto'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { overview } from './pages/overview.ts'
import { type Runbook, runbookPage } from './pages/runbook.ts'
import type { PageContent } from './pages/status.ts'
import { style } from './pages/style.ts'

/** How the pages are served. */
export interface ServerOptions {
  /** Address to listen on. Default 127.0.0.1: nobody else can ask. */
  readonly host?: string
  /** Default 9465; 0 takes a free one. */
  readonly port?: number
  /** Further names under which browsers may reach the server, beside loopback and `host`. */
  readonly allowedHosts?: readonly string[]
  /** Rules that have a page. */
  readonly rules: readonly Runbook[]
  /** Asked for every request. */
  readonly content: () => PageContent
}

/** A server that runs until `close`. */
export interface PageServer {
  /** `http://127.0.0.1:9465`, without a slash at the end. */
  readonly url: string
  /** Never rejects; cuts what is still open. */
  close(): Promise<void>
}

/** The pages and their data as an application: `/`, `/rules/ID`, `/api/recommendations`, `/healthz`, `/metrics`. */
export function application({ host, allowedHosts = [], rules, content }: Omit<ServerOptions, 'port'>): Hono {
  const app = new Hono()
  const names = new Set(['localhost', '127.0.0.1', '[::1]', host, ...allowedHosts].map((name) => name?.toLowerCase()))
  const styleHash = createHash('sha256').update(style).digest('base64')
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: [`'sha256-${styleHash}'`],
        imgSrc: ['data:'],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
      referrerPolicy: 'no-referrer',
      // Plain HTTP on loopback; whoever puts TLS in front says so there.
      strictTransportSecurity: false,
    }),
  )
  app.use(async (context, next) => {
    // A name that somebody else's DNS points to loopback would let their page read ours (DNS rebinding).
    const name = hostName(context.req.header('host'))
    if (!names.has(name)) return context.text(`The host name '${name}' is not allowed here; add it with --allowed-hosts.\n`, 403)
    await next()
    context.header('cache-control', 'no-store')
  })
  app.get('/', (context) => {
    const { report, trouble } = content()
    return context.html(overview(report, { trouble }))
  })
  app.get('/rules/:id', (context) => {
    const rule = rules.find(({ id }) => id === context.req.param('id'))
    return rule === undefined
      ? context.text(`There is no such rule; the rules are ${rules.map(({ id }) => id).join(', ')}.\n`, 404)
      : context.html(runbookPage(rule))
  })
  app.get('/api/recommendations', (context) => context.json(content().report))
  app.get('/metrics', (context) => context.text(content().metrics, 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }))
  // A missing verdict is no reason to restart the optimizer: it says so and goes on.
  app.get('/healthz', (context) => {
    const { report, trouble } = content()
    return context.json({
      status: 'up',
      verdict: report.noVerdict === undefined,
      reason: report.noVerdict,
      evaluatedAt: report.evaluatedAt,
      trouble,
    })
  })
  app.notFound((context) => context.text('There is nothing here; the table is at /.\n', 404))
  return app
}

/** Serves the pages. Rejects when the address is taken. */
export function startServer(options: ServerOptions): Promise<PageServer> {
  const { host = '127.0.0.1', port = 9465 } = options
  const app = application({ ...options, host })
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: host, port }, (address) => {
      const shown = host.includes(':') ? `[${host}]` : host
      resolve({
        url: `http://${shown}:${address.port}`,
        close: () =>
          new Promise((done) => {
            server.close(() => done())
            if ('closeAllConnections' in server) server.closeAllConnections()
          }),
      })
    })
    server.once('error', reject)
  })
}

/** `localhost:9465` → `localhost`; `[::1]:9465` → `[::1]`. */
function hostName(header: string | undefined): string {
  return (header ?? '').replace(/:\d*$/, '').toLowerCase()
}
