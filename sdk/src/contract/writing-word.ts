/** Words that mean writing wherever they stand in a name. */
const writes = new Set(
  'create update delete remove cancel send write insert save upsert submit publish purchase refund destroy drop patch commit notify enqueue push upload execute transfer modify append increment decrement reset revoke approve reject dispatch'.split(
    ' ',
  ),
)
/** Words that mean writing as the verb, which stands first, and a thing elsewhere: `bookFlight` writes, `searchBook` reads. */
const writesAsVerb = new Set(
  'book order post put pay set add charge buy reserve schedule store log record change edit register mail email message invite assign close open start stop move copy rename archive mark'.split(
    ' ',
  ),
)

/** Words that may stand before the verb and say nothing of it. */
const before = new Set('http https api rest db sql do try async handle run call invoke tool tools mcp agent'.split(' '))

/** What spans of tools are called, before the name of the tool (`execute_tool get_weather`). */
const TOOL_SPAN = /^execute_tool\s+/

/**
 * The word of a name that says it writes. Names are split at `camelCase`, `_`, `-` and `/`; before a dot stands the object, before `__`
 * the server of a tool.
 * @param more words that mean writing wherever they stand, in lower case
 */
export function writingWord(name: string, more: readonly string[] = []): string | undefined {
  const parts = name.replace(TOOL_SPAN, '').split(/[.:#/]|__/)
  const method = parts.findLast((part) => part !== '') ?? name
  const words = method
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.toLowerCase())
    .filter((word) => word !== '')
  const verb = words.find((word) => !before.has(word))
  return words.find((word) => writes.has(word) || more.includes(word)) ?? (verb !== undefined && writesAsVerb.has(verb) ? verb : undefined)
}
