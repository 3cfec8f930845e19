import { healthQuestions } from '../health/questions.ts'
import { recordingRuleFile } from '../prometheus/recording-rules.ts'
import { questions } from '../prometheus/questions.ts'
import { blockSecondsOf, parseSettings, SettingsError } from '../settings.ts'
import { ConfigurationError, readConfiguration, settingsBelow } from '../user-rules/config-file.ts'
import { ruleSet } from '../user-rules/rule-set.ts'
import { type Command, UsageError } from './command.ts'

/** Recording rules for a fleet that is too large to be read whole in each evaluation. */
export default {
  summary: 'Print recording rules for Prometheus, which make evaluations of large fleets fast.',
  options: {
    window: { type: 'string', value: 'TIME', description: 'The --window of pitwall serve and advise. Default 1h.' },
    config: { type: 'string', value: 'FILE', description: 'Configuration. Default: pitwall.config.ts, .mjs or .js, if any.' },
    rules: { type: 'string', value: 'PATH', description: 'More rules, in YAML: a file or a folder. Default: the folder rules, if any.' },
  },
  examples: ['pitwall recordings > pitwall-recordings.yaml', 'pitwall recordings --window 2h --rules rules > pitwall-recordings.yaml'],
  run: async ({ window, config, rules: path }, io) => {
    try {
      const configuration = await readConfiguration(typeof config === 'string' ? config : undefined)
      const settings = parseSettings(
        { ...settingsBelow(io.env, configuration), ...(typeof window === 'string' ? { windowMs: window } : {}) },
        io.env,
        { windowMs: '--window' },
      )
      const onTrouble = (sentence: string): void => io.err(`pitwall recordings: ${sentence}\n`)
      const { current } = await ruleSet({ configuration, path: typeof path === 'string' ? path : undefined, onTrouble })
      const asked = current.flatMap((rule) => [...rule.questions, ...rule.costQuestions])
      io.out(recordingRuleFile([...Object.values(questions), ...healthQuestions, ...asked], blockSecondsOf(settings)))
      return 0
    } catch (error) {
      if (error instanceof ConfigurationError || error instanceof SettingsError) throw new UsageError(error.message, { cause: error })
      throw error
    }
  },
} satisfies Command
