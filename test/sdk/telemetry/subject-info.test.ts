import { describe, expect, it } from 'vitest'
import { subjects } from '../../../sdk/src/contract/index.ts'
import { OTHER } from '../../../sdk/src/names.ts'
import { announceSubject } from '../../../sdk/src/telemetry/subject-info.ts'
import { collected } from '../../support/collected.ts'

describe('what is known of a subject', () => {
  it('is exported with the place where it was wrapped first', () => {
    announceSubject('places', 'cache', { file: 'agent.ts', line: 3 })
    announceSubject('places', 'cache', { file: 'other.ts', line: 9 })
    expect(collected(subjects.info, { 'pitwall.subject': 'places' })).toEqual([
      {
        metric: subjects.info.name,
        attributes: {
          'pitwall.subject': 'places',
          'pitwall.subject.kind': 'cache',
          'code.file.path': 'agent.ts',
          'code.line.number': 3,
        },
        value: 1,
      },
    ])
  })

  it('is told apart by kind, because a cache is named after the function behind it', () => {
    announceSubject('twice', 'function', undefined)
    announceSubject('twice', 'cache', undefined)
    expect(collected(subjects.info, { 'pitwall.subject': 'twice' })).toHaveLength(2)
  })

  it('is not exported for the names beyond the bound, which have no place in common', () => {
    announceSubject(OTHER, 'function', { file: 'agent.ts', line: 1 })
    expect(collected(subjects.info, { 'pitwall.subject': OTHER })).toEqual([])
  })
})
