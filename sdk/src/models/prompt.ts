/** Longest prompt that is looked at, in UTF-16 units; of a longer one nothing is known. */
const MAX_LENGTH = 262_144

/** Where instrumentations put messages, if they are told to record them: the conventions, older ones, and the AI SDK. */
const places = ['gen_ai.system_instructions', 'gen_ai.input.messages', 'gen_ai.prompt', 'ai.prompt.messages', 'ai.prompt'] as const

/** Where a message begins in JSON. */
const MESSAGE = '{"role"'

/** What makes two requests with the same prompt different ones. */
const parameters = [
  'gen_ai.operation.name',
  'gen_ai.request.temperature',
  'gen_ai.request.top_p',
  'gen_ai.request.top_k',
  'gen_ai.request.max_tokens',
  'gen_ai.request.seed',
  'gen_ai.output.type',
  'gen_ai.tool.definitions',
] as const

type Attributes = Readonly<Record<string, unknown>>

/** Messages of a prompt, in their order, as texts; undefined where the span does not hold them, or they are longer than 256 KiB. */
export function messagesOf(attributes: Attributes): readonly string[] | undefined {
  const messages = places.flatMap((place) => texts(attributes[place]))
  const length = messages.reduce((sum, message) => sum + message.length, 0)
  return length === 0 || length > MAX_LENGTH ? undefined : messages
}

/**
 * Whether the same request would be given the same answer: at temperature 0, with a seed, or where nothing is drawn by chance. What
 * `ResponseCache` caches unless it is told otherwise.
 */
export function isRepeatable(attributes: Attributes): boolean {
  const isFixed = attributes['gen_ai.request.temperature'] === 0 || attributes['gen_ai.request.seed'] !== undefined
  return isFixed || attributes['gen_ai.operation.name'] === 'embeddings'
}

/** Everything beside the messages that an answer depends on, as one text. */
export function parametersOf(attributes: Attributes): string {
  return JSON.stringify(parameters.map((name) => attributes[name]))
}

function texts(value: unknown): string[] {
  if (typeof value === 'string') return value.length > MAX_LENGTH ? [value] : cut(value)
  if (Array.isArray(value)) return value.map((message) => JSON.stringify(message) ?? '')
  return []
}

/** Lists come as JSON. They are cut where a message begins, which costs less than to read them. */
function cut(list: string): string[] {
  const parts: string[] = []
  let start = list.startsWith('[') ? 1 : 0
  for (let next = list.indexOf(MESSAGE, start + 1); next >= 0; next = list.indexOf(MESSAGE, start + 1)) {
    parts.push(list.slice(start, list.lastIndexOf('}', next) + 1))
    start = next
  }
  return [...parts, list.slice(start, list.endsWith(']') ? -1 : list.length)]
}
