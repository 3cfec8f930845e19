import { z } from 'zod'

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `90s`, `5m`, `1h`, `1d`, `500ms` or a number of milliseconds → milliseconds; anything else is left for the check below. */
function milliseconds(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(value.trim())
  return match === null ? value : Number(match[1]) * (unitMs[match[2] ?? 'ms'] ?? 1)
}

/** `tenant=a,authorization=Bearer b` → record of headers, as in `OTEL_EXPORTER_OTLP_HEADERS`. */
function headers(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const pairs = value.split(',').filter((pair) => pair.trim() !== '')
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), pair.slice(pair.indexOf('=') + 1).trim()]))
}

/** JSON text → its value; anything else is left for the check. */
function json(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

const dollars = z.number('must have prices in US dollars for a million tokens').min(0, 'must have prices of 0 or more')
/** US dollars for a million tokens. `cachedInput`: of those that the provider had in its cache; without it nothing is claimed about that cache. */
const price = z.strictObject(
  { input: dollars, output: dollars, cachedInput: dollars.optional() },
  'must be { input, output, cachedInput? } for each model',
)
const prices = z.record(z.string(), price, 'must be prices by model, such as {"gpt-4.1":{"input":2,"cachedInput":0.5,"output":8}}')

/** `a, b` → `['a', 'b']`. */
function list(value: unknown): unknown {
  if (typeof value !== 'string') return value
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

const url = z.string().regex(/^https?:\/\/[^\s/]/, 'must be an address such as http://127.0.0.1:9090')
const duration = z.preprocess(milliseconds, z.number('must be a duration such as 30s, 5m or 1h').positive('must be longer than 0'))
const count = z.coerce.number().int('must be a whole number').positive('must be at least 1')
const share = z.coerce.number().min(0, 'must be 0 or more').max(1, 'must be 1 or less')

/** Every setting of the optimizer, once: its default, its range and what it means. Durations are milliseconds or `5m`. */
const schema = z.strictObject({
  /** Base address of Prometheus or of anything that speaks its HTTP API (Thanos, Mimir, Cortex, VictoriaMetrics). */
  prometheusUrl: url.default('http://127.0.0.1:9090'),
  /** Sent with every query: the tenant (`X-Scope-OrgID`), a bearer token. */
  prometheusHeaders: z.preprocess(headers, z.record(z.string().regex(/^[\w-]+$/, 'is no header name'), z.string())).default({}),
  /**
   * Base address of Alertmanager, whose silences dismiss and accept recommendations; Mimir's and Cortex' stand at `/alertmanager`.
   * Default: none is asked.
   */
  alertmanagerUrl: url.optional(),
  /** Sent with every request to it. */
  alertmanagerHeaders: z.preprocess(headers, z.record(z.string().regex(/^[\w-]+$/, 'is no header name'), z.string())).default({}),
  /** One query may take this long. */
  queryTimeoutMs: duration.default(30_000),
  /** Queries in flight at a time; Prometheus itself runs 20 by default. */
  concurrency: count.default(4),
  /** Largest answer that is read, in bytes. */
  maxResponseBytes: count.default(64 * 1024 * 1024),

  /** Evidence window: what a prediction is made from. */
  windowMs: duration.default(3_600_000),
  /** Parts that the window is cut into; the variation between them gives the interval. */
  blocks: count.min(3, 'must be at least 3').default(12),
  /** Whole windows before the present one that are looked at for drift; those without data do not count. */
  earlierWindows: z.coerce.number().int('must be a whole number').min(0, 'must be 0 or more').default(4),
  /** How often samples arrive; a block must hold two of them. */
  scrapeIntervalMs: duration.default(15_000),
  /**
   * The evidence ends this long ago, for data that arrives late (Prometheus' own `query_offset` for rules): two scrapes by
   * default. On the scraped route it makes no measurable difference (docs/decisions.md).
   */
  queryOffsetMs: z.preprocess(milliseconds, z.number('must be a duration such as 30s, 5m or 1h').min(0, 'must be 0 or longer')).optional(),
  /** How far back earlier recommendations, changes and their verdicts are looked for. */
  lookbackMs: duration.default(7 * 86_400_000),
  /** Pause between two cycles of `pitwall serve`. */
  intervalMs: duration.default(60_000),

  /** Below this many requests in the window the answer is "not enough data". */
  minRequests: count.default(100),
  /** A lower bound below this many seconds saved a second is not worth a change; other units are converted first. */
  minSaving: z.coerce.number().min(0, 'must be 0 or more').default(0.02),
  /** What a gibibyte of memory saved is worth, in seconds saved a second: clouds ask about eight times as much for a processor. */
  gibibyteWorth: z.coerce.number().min(0, 'must be 0 or more').default(0.125),
  /** What a US dollar an hour saved is worth, in seconds saved a second: at about 0.04 dollars an hour for a processor. */
  dollarWorth: z.coerce.number().min(0, 'must be 0 or more').default(25),
  /**
   * What models cost, by the beginning of their names: `gpt-4.1` is also that of `gpt-4.1-2025-04-14`, and the longest name counts.
   * Empty by default, because prices change: without one no dollars are claimed. A change of them makes verdicts about changes that
   * still wait for one wrong.
   */
  modelPrices: z.preprocess(json, prices).default({}),
  /** Share of the reachable hit ratio that a proposed size or time to live has to reach. */
  reach: share.default(0.95),
  /** Share of calls that should succeed: a service in which fewer do is not healthy. The burn-rate alerts have the same default. */
  errorObjective: z.coerce.number().min(0.5, 'must be 0.5 or more').lt(1, 'must be less than 1').default(0.99),
  /** Share of repeated calls that may return something new before caching is called unsafe. */
  allowedStaleness: share.default(0.01),
  /** More words that say in a function's name that it writes, beside those of `writing-word.ts`; such a function is never to be cached. */
  writingWords: z.preprocess(list, z.array(z.string().regex(/^[a-z0-9]+$/, 'must be words in lower case'))).default([]),
  /** Functions that write nothing, whatever their names and the spans in them say. */
  readOnlyFunctions: z.preprocess(list, z.array(z.string().min(1, 'must not be empty'))).default([]),
  /** Open recommendations, at most, the best; and as many that have been applied or judged. Each is about ten series. */
  maxRecommendations: count.max(500, 'must be 500 or less').default(50),
  /** Where rules are explained: the id of the rule is appended to it. */
  runbookUrl: url.default('http://127.0.0.1:9465/rules/'),
})

/** Settings of the optimizer, complete and checked. */
export type Settings = z.output<typeof schema>

/** What may be given: any part of the settings, durations also as text. */
export type SettingsInput = { readonly [K in keyof Settings]?: Settings[K] | string | undefined }

/** Environment variables that stand for a setting. An option that is given wins over them. */
export const settingVariables = {
  prometheusUrl: 'PITWALL_PROMETHEUS_URL',
  prometheusHeaders: 'PITWALL_PROMETHEUS_HEADERS',
  alertmanagerUrl: 'PITWALL_ALERTMANAGER_URL',
  alertmanagerHeaders: 'PITWALL_ALERTMANAGER_HEADERS',
  queryTimeoutMs: 'PITWALL_QUERY_TIMEOUT',
  windowMs: 'PITWALL_WINDOW',
  scrapeIntervalMs: 'PITWALL_SCRAPE_INTERVAL',
  queryOffsetMs: 'PITWALL_QUERY_OFFSET',
  lookbackMs: 'PITWALL_LOOKBACK',
  intervalMs: 'PITWALL_INTERVAL',
  minRequests: 'PITWALL_MIN_REQUESTS',
  minSaving: 'PITWALL_MIN_SAVING',
  gibibyteWorth: 'PITWALL_GIBIBYTE_WORTH',
  dollarWorth: 'PITWALL_DOLLAR_WORTH',
  modelPrices: 'PITWALL_MODEL_PRICES',
  allowedStaleness: 'PITWALL_ALLOWED_STALENESS',
  errorObjective: 'PITWALL_ERROR_OBJECTIVE',
  writingWords: 'PITWALL_WRITING_WORDS',
  readOnlyFunctions: 'PITWALL_READ_ONLY_FUNCTIONS',
  runbookUrl: 'PITWALL_RUNBOOK_URL',
} as const satisfies { readonly [K in keyof Settings]?: string }

/** A setting that cannot be used; the message names it, says what is wrong with it and what it may be. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/**
 * Options over environment over defaults. Throws `SettingsError` with one sentence for the first setting that is wrong, under
 * the name by which its option was given: `names` has those that differ, for example `{ windowMs: '--window' }`.
 */
export function parseSettings(
  options: SettingsInput = {},
  env: Readonly<Record<string, string | undefined>> = {},
  names: { readonly [K in keyof Settings]?: string } = {},
): Settings {
  const variables = Object.entries(settingVariables).map(([setting, variable]): [string, unknown] => [setting, env[variable]])
  const given = [...variables, ...Object.entries(options)].filter(([, value]) => value !== undefined && value !== '')
  const parsed = schema.safeParse(Object.fromEntries(given))
  if (!parsed.success) throw new SettingsError(sentence(parsed.error.issues[0], options, names))
  const settings = parsed.data
  if (settings.windowMs / settings.blocks < 2 * settings.scrapeIntervalMs) {
    throw new SettingsError(
      `${names.windowMs ?? 'windowMs'} (${settings.windowMs} ms) is too short: each of its ${settings.blocks} blocks must hold two scrapes of ${settings.scrapeIntervalMs} ms, so it must be ${(2 * settings.blocks * settings.scrapeIntervalMs) / 1_000}s or longer.`,
    )
  }
  return settings
}

/** Length of a block of the evidence in seconds, to the millisecond. */
export function blockSecondsOf({ windowMs, blocks }: Settings): number {
  return Math.round(windowMs / blocks) / 1_000
}

function sentence(issue: z.core.$ZodIssue | undefined, options: SettingsInput, names: Readonly<Record<string, string>>): string {
  const setting = String(issue?.path[0] ?? 'settings')
  const isOption = Object.entries(options).some(([key, value]) => key === setting && value !== undefined)
  const variable = isOption ? undefined : Object.entries(settingVariables).find(([key]) => key === setting)?.[1]
  const name = variable === undefined ? (names[setting] ?? setting) : `${setting} (${variable})`
  return `${name} ${issue?.message ?? 'is wrong'}.`
}
