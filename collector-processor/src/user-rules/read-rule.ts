import { isMap, isNode, isScalar, LineCounter, type Document, parseDocument } from 'yaml'
import type { z } from 'zod'
import { nearestName } from '../text/nearest-name.ts'
import { type ExpressionMistake, expressionMistakes, unknownMetrics } from './expression.ts'
import { type RuleDocument, ruleSchema } from './rule-schema.ts'
import { caseFields, seriesFields } from './written-case.ts'

/** Something wrong in a rule file; lines and columns count from 1. */
export interface Mistake {
  readonly file: string
  readonly line: number
  readonly column: number
  /** What is wrong, with the word, and what to write instead. */
  readonly message: string
}

/** A rule, or everything that is wrong with it. */
export type ReadRule =
  | { readonly rule: RuleDocument; readonly mistakes: readonly []; readonly warnings: readonly Mistake[] }
  | { readonly rule?: never; readonly mistakes: readonly Mistake[]; readonly warnings?: never }

type Path = readonly PropertyKey[]

/**
 * Reads one rule from YAML. Never throws: what is wrong with the text is in `mistakes`.
 * @param known names of the metrics of a Prometheus; what is not there either is in `warnings`
 */
export function readRule(text: string, file: string, known?: ReadonlySet<string>): ReadRule {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number, message: string): Mistake => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), message }
  }
  if (document.errors.length > 0) {
    return { mistakes: document.errors.map(({ pos, message }) => at(pos[0], `is no YAML: ${message.replace(/\.?\s*$/, '')}.`)) }
  }
  // An alias that expands without bound is refused by the library, with an error.
  let content: unknown
  try {
    content = document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    return { mistakes: [at(0, `is no YAML: ${error instanceof Error ? error.message : String(error)}.`)] }
  }
  const parsed = ruleSchema.safeParse(content)
  if (!parsed.success) {
    const found = parsed.error.issues.flatMap((issue) => explain(issue, document))
    // A field under a wrong name is one mistake, not a second one for being missing.
    const meant = new Set(found.map(({ field }) => field).filter((field) => field !== undefined))
    return { mistakes: found.filter(({ missing = '' }) => !meant.has(missing)).map(({ offset, message }) => at(offset, message)) }
  }
  const rule = parsed.data
  const found = (mistakesOf: (expression: string) => readonly ExpressionMistake[]): readonly Mistake[] =>
    expressions(rule).flatMap(([path, expression]) =>
      mistakesOf(expression).map(({ offset, message }) => at(inside(document, path, text, offset), `${path.join('.')} ${message}`)),
    )
  const mistakes = found(expressionMistakes)
  if (mistakes.length > 0) return { mistakes }
  return { rule, mistakes: [], warnings: known === undefined ? [] : found((expression) => unknownMetrics(expression, known)) }
}

interface Explanation {
  readonly offset: number
  readonly message: string
  /** Path of the field that an unknown one was probably meant to be. */
  readonly field?: string
  /** Path of the field that is missing. */
  readonly missing?: string
}

/** Position and sentence of everything that one issue of the schema says. */
function explain(issue: z.core.$ZodIssue, document: Document): Explanation[] {
  if (issue.code === 'unrecognized_keys') {
    const known = fieldsAt(issue.path)
    return issue.keys.map((key) => {
      const nearest = nearestName(key, known)
      const fix = nearest === undefined ? `the fields are ${known.join(', ')}.` : `did you mean '${nearest}'?`
      const message = `'${key}' is no field of ${place(issue.path)}; ${fix}`
      const offset = keyOffset(document, [...issue.path, key])
      return nearest === undefined ? { offset, message } : { offset, message, field: [...issue.path, nearest].join('.') }
    })
  }
  const field = issue.path.join('.')
  if (issue.path.length === 0) return [{ offset: 0, message: 'the file must hold one rule, as fields with values.' }]
  if (!document.hasIn(issue.path)) {
    const parent = issue.path.slice(0, -1)
    return [{ offset: keyOffset(document, parent), message: `'${field}' is missing; ${place(parent)} needs it.`, missing: field }]
  }
  const message = issue.message.startsWith('must') ? issue.message : 'must be fields with values'
  return [{ offset: valueOffset(document, issue.path), message: `'${field}' ${message}.` }]
}

function place(path: Path): string {
  return path.length === 0 ? 'a rule' : `'${path.join('.')}'`
}

function fieldsAt(path: Path): readonly string[] {
  if (path[0] === 'subject') return Object.keys(ruleSchema.shape.subject.shape)
  if (path[0] === 'saving') return Object.keys(ruleSchema.shape.saving.shape)
  if (path[0] === 'verify') return Object.keys(ruleSchema.shape.verify.shape)
  if (path[0] === 'cases') return path.includes('series') ? seriesFields : caseFields
  return Object.keys(ruleSchema.shape)
}

/** Where the name of a field stands; where its parent stands when it is not there. */
function keyOffset(document: Document, path: Path): number {
  const parent: unknown = path.length <= 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) : undefined
  return isNode(pair?.key) ? (pair.key.range?.[0] ?? 0) : 0
}

function valueOffset(document: Document, path: Path): number {
  const node: unknown = document.getIn(path, true)
  return isNode(node) ? (node.range?.[0] ?? 0) : 0
}

/** Every expression of a rule, and where it stands. */
function expressions(rule: RuleDocument): (readonly [path: Path, expression: string])[] {
  const all: (readonly [Path, string | undefined])[] = [
    [['expr'], rule.expr],
    [['saving', 'expr'], rule.saving.expr],
    [['interval'], rule.interval],
    [['guard'], rule.guard],
    [['verify', 'spent'], rule.verify.spent],
    [['verify', 'requests'], rule.verify.requests],
    ...(rule.cases ?? []).flatMap(({ series }, index) =>
      series.map((one, at): readonly [readonly PropertyKey[], string] => [['cases', index, 'series', at, 'series'], one.series]),
    ),
  ]
  return all.flatMap(([path, expression]) => (expression === undefined ? [] : [[path, expression] as const]))
}

/** Where a character of a value stands in the file; the word is looked for, because YAML folds and indents. */
function inside(document: Document, path: Path, text: string, offset: number): number {
  const start = valueOffset(document, path)
  const value = document.getIn(path)
  const word = typeof value === 'string' ? /\S+/.exec(value.slice(offset))?.[0] : undefined
  if (word === undefined || typeof value !== 'string') return start
  const earlier = value.slice(0, offset).split(word).length - 1
  let found = start - 1
  for (let index = 0; index <= earlier; index++) found = text.indexOf(word, found + 1)
  return found < 0 ? start : found
}
