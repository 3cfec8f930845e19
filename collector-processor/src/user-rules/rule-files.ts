import { existsSync } from 'node:fs'
import { glob, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { NamedRule } from '../rules/rule.ts'
import type { Mistake } from './read-rule.ts'
import { yamlRule } from './yaml-rule.ts'

/** In the working directory. */
const DEFAULT_FOLDER = 'rules'

/** More files than this are not read: every rule is some queries in every cycle. */
const MAX_FILES = 100

/** A larger file is no rule. */
const MAX_BYTES = 256 * 1024

/** `rules/slow.yaml:7:1: …`, as compilers and editors write it. */
export function mistakeLine({ file, line, column, message }: Mistake): string {
  return `${file}:${line}:${column}: ${message}`
}

/** The YAML files that a pattern such as `rules/**` matches, sorted; those of a folder, `*.yaml` and `*.yml`; or the path itself. Rejects when there is none. */
export async function ruleFiles(path: string): Promise<readonly string[]> {
  if (!existsSync(path) && /[*?{[]/.test(path)) return matching(path)
  if (!(await stat(path)).isDirectory()) return [path]
  const names = await readdir(path)
  return names
    .filter(isYaml)
    .toSorted()
    .slice(0, MAX_FILES)
    .map((name) => join(path, name))
}

function isYaml(name: string): boolean {
  return /\.ya?ml$/.test(name)
}

async function matching(pattern: string): Promise<readonly string[]> {
  const files: string[] = []
  for await (const file of glob(pattern)) if (isYaml(file) && files.length < MAX_FILES) files.push(file)
  if (files.length === 0) throw new Error('no file matches it')
  return files.toSorted()
}

/** Where rules are: the path that was asked for, else the folder `rules` where there is one; undefined where there is none. */
export function rulesPath(asked: string | undefined): string | undefined {
  return asked ?? (existsSync(DEFAULT_FOLDER) ? DEFAULT_FOLDER : undefined)
}

/** The text of a rule file. Rejects when it cannot be read, or is too large to be a rule. */
export async function readRuleFile(file: string): Promise<string> {
  if ((await stat(file)).size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`)
  return readFile(file, 'utf8')
}

/** The rules of a file or folder, read again in each cycle: what changed is taken up, what broke keeps its last good version. */
export class RuleFiles {
  readonly #path: string
  readonly #taken: ReadonlySet<string>
  readonly #onTrouble: (sentence: string) => void
  readonly #known = new Map<string, { text: string; rule: NamedRule | undefined }>()
  readonly #said = new Set<string>()

  /** `taken`: ids of other rules. `onTrouble`: called with one sentence for each new trouble, not again while it lasts. */
  constructor(path: string, taken: Iterable<string>, onTrouble: (sentence: string) => void) {
    this.#path = path
    this.#taken = new Set(taken)
    this.#onTrouble = onTrouble
  }

  /** The rules as they are now. Never rejects: what cannot be read is trouble, and its last good version stays. */
  async read(): Promise<readonly NamedRule[]> {
    try {
      const files = await ruleFiles(this.#path)
      for (const file of this.#known.keys()) if (!files.includes(file)) this.#known.delete(file)
      for (const file of files) await this.#refresh(file).catch((error: unknown) => this.#sayUnreadable(file, error))
    } catch (error) {
      this.#sayUnreadable(this.#path, error)
    }
    return this.#withoutDoubles()
  }

  async #refresh(file: string): Promise<void> {
    const known = this.#known.get(file)
    const text = await readRuleFile(file)
    if (known?.text === text) return
    // The parsers are loaded only where there is a rule to read.
    const { readRule } = await import('./read-rule.ts')
    const { rule, mistakes } = readRule(text, file)
    const [first] = mistakes
    if (first !== undefined) this.#say(`${mistakeLine(first)}${known?.rule === undefined ? '' : ' Its last good version stays.'}`)
    else this.#said.clear()
    const made = rule === undefined ? known?.rule : yamlRule(rule, (reason) => this.#say(`${file}: ${reason}`))
    this.#known.set(file, { text, rule: made })
  }

  #withoutDoubles(): readonly NamedRule[] {
    const ids = new Set(this.#taken)
    return [...this.#known].flatMap(([file, { rule }]) => {
      if (rule === undefined) return []
      if (ids.has(rule.id)) {
        this.#say(`${file}: there is another rule '${rule.id}'; give this one another id.`)
        return []
      }
      ids.add(rule.id)
      return [rule]
    })
  }

  #sayUnreadable(path: string, error: unknown): void {
    this.#say(`${path} cannot be read (${error instanceof Error ? error.message : String(error)}).`)
  }

  #say(sentence: string): void {
    if (this.#said.has(sentence)) return
    // A file that changes all the time must not fill memory with what was said of it.
    if (this.#said.size >= MAX_FILES) this.#said.clear()
    this.#said.add(sentence)
    this.#onTrouble(sentence)
  }
}
