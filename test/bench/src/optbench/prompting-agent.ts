import { ofText, oneModel } from './one-model.ts'
import { ProviderCache } from './provider-cache.ts'
import type { Service } from './service.ts'
import { between } from './traffic.ts'
import type { Change, Life } from './world.ts'

/** An agent that sends long prompts. */
export interface PromptOptions {
  /** Characters of what is the same in every prompt. */
  readonly instructions: number
  /** Characters of what is new, and those of it that stand first. */
  readonly question: number
  readonly first: number
  /** Whether the provider keeps beginnings of prompts without being told to. */
  readonly isKept: boolean
  /** Calls a second. */
  readonly perSecond: number
}

/** A world of one model whose prompts have a fixed part. The advised change puts that first, or has it kept. */
export function promptingAgent(service: Service, random: () => number, options: PromptOptions): Life {
  let { isKept, first } = options
  const cache = new ProviderCache(random, between(random, 0.85, 1))
  const instructions = text('instructions', options.instructions)
  const life = oneModel(service, random, {
    perSecond: () => options.perSecond,
    key: (index) => `call ${index}`,
    meanMs: () => 2_000,
    ask({ key, ms }, now) {
      const question = text(key, options.question * (0.5 + ofText(key)))
      const messages = [question.slice(0, first), instructions, question.slice(first)].filter((message) => message !== '')
      const { input, cachedInput } = cache.read(messages, now)
      return { seconds: ms / 1_000, input, cachedInput: isKept ? cachedInput : 0, output: 0, messages }
    },
  })
  return {
    play: (until) => life.play(until),
    apply(change: Change) {
      isKept = true
      if (change['layout'] === 'stable-first') first = 0
    },
    spent: () => life.spent?.() ?? 0,
  }
}

/** A text of a length that has nothing in common with that of another name. */
function text(name: string, length: number): string {
  const word = `${name}:${ofText(name)} `
  return Array.from({ length: Math.ceil(length / (word.length + 8)) }, (_, index) => `${word}${(index * 7_919) % 99_991} `)
    .join('')
    .slice(0, length)
}
