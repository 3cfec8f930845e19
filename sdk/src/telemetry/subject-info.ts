import type { CallSite } from '../call-site.ts'
import { subjects } from '../contract/index.ts'
import { OTHER } from '../names.ts'
import { addSource, type AttributesOf, type MetricSink } from './source.ts'

type Attributes = AttributesOf<typeof subjects.info>

const known = new Map<string, Attributes>()

/**
 * Exports that a cache or function exists, and where it was wrapped. The first place counts when a name is used twice.
 * Names come bounded by a NameRegistry; what goes by `other` has no place of its own.
 */
export function announceSubject(subject: string, kind: 'cache' | 'function', site: CallSite | undefined): void {
  if (subject === OTHER) return
  if (known.size === 0) addSource({ collect: collectSubjects })
  const key = `${kind}:${subject}`
  if (known.has(key)) return
  const place = site && { 'code.file.path': site.file, 'code.line.number': site.line }
  known.set(key, { 'pitwall.subject': subject, 'pitwall.subject.kind': kind, ...place })
}

function collectSubjects(sink: MetricSink): void {
  for (const attributes of known.values()) sink.number(subjects.info, attributes, 1)
}
