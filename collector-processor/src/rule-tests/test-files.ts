import type { NamedRule } from '../rules/rule.ts'
import type { StackOptions } from '../servers/stack.ts'
import { type Mistake, readRule } from '../user-rules/read-rule.ts'
import { readRuleFile } from '../user-rules/rule-files.ts'
import { yamlRule } from '../user-rules/yaml-rule.ts'
import { judgeCases, type JudgedCase } from './judge-cases.ts'

/** A rule file and how its cases came out. */
export interface TestedFile {
  readonly file: string
  /** Id of the rule; absent where the file has mistakes. */
  readonly rule?: string
  readonly mistakes: readonly Mistake[]
  readonly cases: readonly JudgedCase[]
}

/** Judges the cases that stand in rule files, one file after the other. Rejects when a file cannot be read or no Prometheus is to be had. */
export async function testFiles(
  files: readonly string[],
  options: Pick<StackOptions, 'env' | 'signal' | 'onProgress'>,
): Promise<readonly TestedFile[]> {
  const tested: TestedFile[] = []
  for (const file of files) tested.push(await testFile(file, options))
  return tested
}

async function testFile(file: string, options: Pick<StackOptions, 'env' | 'signal' | 'onProgress'>): Promise<TestedFile> {
  const { rule: document, mistakes } = readRule(await readRuleFile(file), file)
  if (document === undefined) return { file, mistakes, cases: [] }
  const refused: string[] = []
  const rule: NamedRule = yamlRule(document, (reason) => refused.push(reason))
  return { file, rule: rule.id, mistakes, cases: await judgeCases(rule, () => refused.splice(0), options) }
}

/** Whether a case came out as it says. */
export function isRight({ expected, said, refused }: JudgedCase): boolean {
  return expected === said && refused.length === 0
}
