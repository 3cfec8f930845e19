import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRule } from '../../../collector-processor/src/user-rules/read-rule.ts'
import { documentedRule } from '../../support/documented-rule.ts'

const documented = documentedRule()

/** What is said of the documented rule after one change. */
function said(from: string | RegExp, to: string): string[] {
  const text = documented.replace(from, to)
  expect(text).not.toBe(documented)
  return readRule(text, 'r.yaml').mistakes.map(({ line, column, message }) => `${line}:${column}: ${message}`)
}

describe('reading a rule', () => {
  it('finds nothing wrong with the documented one', () => {
    const { rule, mistakes } = readRule(documented, 'r.yaml')
    expect(mistakes).toEqual([])
    expect(rule?.id).toBe('slow-model-call')
  })

  it('names line 7, the word and the fix', () => {
    expect(said('\nexpr:', '\nexrp:')).toEqual(["7:1: 'exrp' is no field of a rule; did you mean 'expr'?"])
  })

  it('names the nearest metric where there is none of that name', () => {
    expect(said('duration_seconds_count[$block])) > 2', 'duration_secs_count[$block])) > 2')).toEqual([
      "9:76: expr asks for 'pitwall_function_duration_secs_count', which Pitwall does not export; did you mean 'pitwall_function_duration_seconds_count'?",
    ])
  })

  it('finds the place where an expression is no PromQL', () => {
    expect(said('* 0.4', '* * 0.4')).toEqual([expect.stringMatching(/^11:\d+: saving\.expr is no PromQL at '\*'$/)])
  })

  it('says that an expression ends too early', () => {
    expect(said('(increase(pitwall_function_duration_seconds_count[$block])) > 10', '(increase(')).toEqual([
      expect.stringMatching(/^13:\d+: guard is no PromQL/),
    ])
  })

  it('says what is missing, and in which part', () => {
    expect(said('  kind: function\n', '')).toEqual([`4:1: 'subject.kind' is missing; 'subject' needs it.`])
    expect(said(/^effort.*\n/m, '')).toEqual([expect.stringContaining(`'effort' is missing; a rule needs it.`)])
  })

  it('says what a field must be', () => {
    expect(said('effort: hours', 'effort: weeks')).toEqual(["15:9: 'effort' must be 'minutes', 'hours' or 'days'."])
    expect(said(/title: .*/, 'title: [1]')).toEqual(["3:8: 'title' must be a text."])
  })

  it('does not take a text that is no YAML, or more than one value', () => {
    expect(said('effort: hours', 'effort: "hours')[0]).toMatch(/is no YAML: /)
    for (const text of ['', '- a', 'a', '7']) expect(readRule(text, 'r.yaml').mistakes).not.toEqual([])
  })

  it('does not complain of metrics of others', () => {
    expect(said('> 10', '> 10 and on (service_name) up')).toEqual([])
  })

  it('never throws, and every place that it names is in the file', () => {
    fc.assert(
      fc.property(fc.nat(documented.length), fc.nat(40), fc.string(), (start, length, text) => {
        const changed = documented.slice(0, start) + text + documented.slice(start + length)
        for (const { line, column } of readRule(changed, 'r.yaml').mistakes) {
          expect(line).toBeGreaterThan(0)
          expect(line).toBeLessThanOrEqual(changed.split('\n').length)
          expect(column).toBeGreaterThan(0)
        }
      }),
      { numRuns: 200 },
    )
  })
})
