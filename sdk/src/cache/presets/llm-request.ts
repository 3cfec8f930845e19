/** Fields of which a request to a language model has one beside its model, as OpenAI, Anthropic, Google, Ollama and Bedrock have them. */
const PROMPTS = ['messages', 'prompt', 'input', 'contents']
const MODELS = ['model', 'modelId']
/** Fields within which some of them have their settings. */
const SETTINGS = ['config', 'options', 'generationConfig', 'generation_config', 'inferenceConfig', 'parameters']
/** Fields that only requests for embeddings have: the same text gives the same vector. */
const EMBEDDING = ['encoding_format', 'dimensions', 'input_type', 'embedding_types', 'taskType']
/** Fields by which a tool is told to be one that the caller runs. */
const OWN_TOOL = ['input_schema', 'inputSchema', 'parameters', 'functionDeclarations', 'function_declarations', 'toolSpec']

type Fields = Readonly<Record<string, unknown>>

/**
 * Why the answer to a call must not be given to another one with the same arguments; undefined where it may be. A request is
 * looked for among the arguments and one level within them, such as `{ body: {…} }` or a JSON text there. A language model
 * answers the same again when its temperature is 0, or a seed is given; nothing is held against other requests.
 */
export function whyDiffering(args: readonly unknown[]): string | undefined {
  const requests = requestsIn(args)
  if (requests.some(isStreamed)) return 'a stream can be read only once'
  for (const fields of requests) {
    const why = asksModel(fields) ? whyRandom(fields) : undefined
    if (why !== undefined) return why
  }
  return undefined
}

/** Whether a request among the arguments asks for its answer as a stream. */
export function asksForStream(args: readonly unknown[]): boolean {
  return requestsIn(args).some(isStreamed)
}

function requestsIn(args: readonly unknown[]): Fields[] {
  const requests: Fields[] = []
  try {
    for (const argument of args) {
      // The characters of a text and the bytes of a buffer are no parts.
      if (typeof argument !== 'object' || argument === null || ArrayBuffer.isView(argument)) continue
      if (isFields(argument)) requests.push(argument)
      for (const name of Object.keys(argument)) {
        const part: unknown = Reflect.get(argument, name)
        const inner = name === 'body' && typeof part === 'string' && part.startsWith('{') ? parsed(part) : part
        if (isFields(inner)) requests.push(inner)
      }
    }
    return requests
  } catch {
    // A getter of the caller threw: such arguments make no key either.
    return []
  }
}

function isStreamed(fields: Fields): boolean {
  return fields['stream'] === true
}

/** A temperature is enough: a prompt may be an argument of its own. */
function asksModel(fields: Fields): boolean {
  return 'temperature' in fields || (MODELS.some((name) => name in fields) && PROMPTS.some((name) => name in fields))
}

function whyRandom(fields: Fields): string | undefined {
  if (EMBEDDING.some((name) => name in fields) || MODELS.some((name) => /embed|moderation/i.test(String(fields[name])))) return undefined
  if (Number(setting(fields, 'n') ?? setting(fields, 'candidateCount') ?? 1) > 1) return 'they ask for several answers'
  if (usesHostedTools(fields)) return 'the provider runs tools for them, which look at the world outside'
  const temperature = setting(fields, 'temperature')
  if (setting(fields, 'seed') !== undefined || temperature === 0) return undefined
  return temperature === undefined ? 'they have no temperature and no seed' : 'their temperature is not 0'
}

/** A search on the web, for example, finds something else tomorrow. */
function usesHostedTools(fields: Fields): boolean {
  const tools = setting(fields, 'tools')
  return 'web_search_options' in fields || (Array.isArray(tools) && tools.some((tool) => isFields(tool) && !isOwnTool(tool)))
}

function isOwnTool(tool: Fields): boolean {
  return tool['type'] === undefined ? OWN_TOOL.some((name) => name in tool) : tool['type'] === 'function' || tool['type'] === 'custom'
}

/** A setting of a request, wherever the provider has it; undefined for null as well, which asks for the default. */
function setting(fields: Fields, name: string): unknown {
  for (const holder of [fields, ...SETTINGS.map((group) => fields[group])])
    if (isFields(holder) && holder[name] !== undefined && holder[name] !== null) return holder[name]
  return undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
