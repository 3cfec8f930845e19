import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** The complete rule of docs/user-rules.md, as readers copy it. */
export function documentedRule(): string {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/user-rules.md'), 'utf8')
  const rule = /```yaml\n([\s\S]*?)```/.exec(page)?.[1]
  if (rule === undefined) throw new Error('docs/user-rules.md has no rule in YAML.')
  return rule
}
