import { discoverRules, type NamedRule } from '../rules/rule.ts'
import { type Configuration, ConfigurationError } from './config-file.ts'
import { RuleFiles, rulesPath } from './rule-files.ts'

/** A rule and where it comes from: `pitwall`, `configuration`, or the path of the YAML files. */
export interface SourcedRule {
  readonly rule: NamedRule
  readonly source: string
}

/** Every rule that judges: Pitwall's own, those of the configuration, and those of YAML files. */
export interface RuleSet {
  /** The same list all the time; `refresh` replaces what is in it. */
  readonly current: readonly NamedRule[]
  sourced(): readonly SourcedRule[]
  /** Takes up what changed in the YAML files. Never rejects. */
  refresh(): Promise<void>
}

/** What a set of rules is made from. `path`: of YAML files; default: the folder `rules`, where there is one. */
export interface RuleSources {
  readonly configuration: Configuration
  readonly path: string | undefined
  readonly onTrouble: (sentence: string) => void
}

/** Reads all rules. Rejects with a `ConfigurationError` when two rules of the configuration, or one and ours, have the same id. */
export async function ruleSet({ configuration, path: asked, onTrouble }: RuleSources): Promise<RuleSet> {
  const fixed: SourcedRule[] = (await discoverRules()).map((rule) => ({ rule, source: 'pitwall' }))
  for (const rule of configuration.rules ?? []) {
    if (fixed.some((other) => other.rule.id === rule.id)) {
      throw new ConfigurationError(`The configuration has a rule '${rule.id}', which is taken; give it another id.`)
    }
    fixed.push({ rule: contained(rule, onTrouble), source: 'configuration' })
  }
  const path = rulesPath(asked)
  const taken = fixed.map(({ rule }) => rule.id)
  const files = path === undefined ? undefined : new RuleFiles(path, taken, onTrouble)
  let all: readonly SourcedRule[] = fixed
  const current: NamedRule[] = []
  const refresh = async (): Promise<void> => {
    const read = (await files?.read()) ?? []
    all = [...fixed, ...read.map((rule) => ({ rule, source: path ?? '' }))]
    current.splice(0, Infinity, ...all.map(({ rule }) => rule))
  }
  await refresh()
  return { current, sourced: () => all, refresh }
}

/** A rule that throws has no answer, and says so once; the others go on. */
function contained(rule: NamedRule, onTrouble: (sentence: string) => void): NamedRule {
  let isSaid = false
  const evaluate: NamedRule['evaluate'] = (evidence, settings) => {
    try {
      return rule.evaluate(evidence, settings)
    } catch (error) {
      if (!isSaid) onTrouble(`the rule '${rule.id}' failed and is left out (${error instanceof Error ? error.message : String(error)}).`)
      isSaid = true
      return []
    }
  }
  return { ...rule, evaluate }
}
