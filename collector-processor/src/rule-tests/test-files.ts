import type { StackOptions } from '../servers/stack.ts'
import { type Mistake, readRule } from '../user-rules/read-rule.ts'
import { readRuleFile } from '../user-rules/rule-files.ts'
import { yamlRule } from '../user-rules/yaml-rule.ts'
import { judgeCases, type JudgedCase, type RuleAndCase } from './judge-cases.ts'

/** A rule file and how its cases came out. */
export interface TestedFile {
  readonly file: string
  /** Id of the rule; absent where the file has mistakes. */
  readonly rule?: string
  readonly mistakes: readonly Mistake[]
  readonly cases: readonly JudgedCase[]
}

/** Judges the cases that stand in rule files. Rejects when a file cannot be read or no Prometheus is to be had. */
export async function testFiles(
  files: readonly string[],
  options: Pick<StackOptions, 'env' | 'signal' | 'onProgress'>,
): Promise<readonly TestedFile[]> {
  const read = await Promise.all(files.map((file) => casesOf(file)))
  const judged = await judgeCases(
    read.flatMap(({ cases }) => cases),
    options,
  )
  let next = 0
  return read.map(({ file, rule, mistakes, cases }) => {
    const own = judged.slice(next, (next += cases.length))
    return { file, mistakes, cases: own, ...(rule === undefined ? {} : { rule }) }
  })
}

async function casesOf(file: string): Promise<Omit<TestedFile, 'cases'> & { readonly cases: readonly RuleAndCase[] }> {
  const { rule: document, mistakes } = readRule(await readRuleFile(file), file)
  if (document === undefined) return { file, mistakes, cases: [] }
  const refused: string[] = []
  const rule = yamlRule(document, (reason) => refused.push(reason))
  return { file, rule: rule.id, mistakes, cases: rule.cases.map((written) => ({ rule, written, refusals: () => refused.splice(0) })) }
}

/** Whether a case came out as it says. */
export function isRight({ expected, said, refused }: JudgedCase): boolean {
  return expected === said && refused.length === 0
}
