/** Text from telemetry as one line of Markdown: it must not become a table cell, a link or HTML. */
export function escaped(value: string): string {
  return value.replace(/[\\`*_[\]<>|#]/g, '\\$&').replace(/\s+/g, ' ')
}

/** Source code in a fence that nothing in it closes. */
export function fenced(code: string): string {
  const fence = '`'.repeat(Math.max(3, ...[...code.matchAll(/`+/g)].map(([run]) => run.length + 1)))
  return `${fence}ts\n${code}\n${fence}\n`
}
