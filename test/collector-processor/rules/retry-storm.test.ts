import { describe, expect, it } from 'vitest'
import rule from '../../../collector-processor/src/rules/retry-storm.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { type Counted, runEvidence } from './run-evidence.ts'

const settings = parseSettings({})
const judge = (counted: Counted) => rule.evaluate(runEvidence({ saved: { without_failed_retries: 100 }, ...counted }), settings)

describe('retry-storm', () => {
  it('predicts that the retries which fail and are beyond a tenth of the first calls are saved', () => {
    const [answer] = judge({ calls: { all: 300, retry: 200, recovered: 10 }, groups: { retry: 100, recovered: 10 } })
    expect(answer).toMatchObject({ kind: 'finding', saving: { likely: 0.95 } })
  })

  it('does not advise against retries that end in success', () => {
    expect(judge({ calls: { all: 200, retry: 100, recovered: 80 }, groups: { retry: 100, recovered: 80 } })).toMatchObject([
      { kind: 'notAdvised', reason: '80 % of its retries end in success' },
    ])
  })

  it('does not advise against a retry now and then', () => {
    expect(judge({ calls: { all: 200, retry: 10 }, groups: { retry: 10 } })).toMatchObject([
      { kind: 'notAdvised', reason: 'only 5 % of its calls are retries' },
    ])
  })

  it('has nothing to say where nothing was retried', () => {
    expect(judge({ calls: { all: 200, sequential: 100 }, groups: { sequential: 50 } })).toEqual([])
  })
})
