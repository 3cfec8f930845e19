import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addSegmentSource, labelsOf, type LabelledSegment } from '../../../sdk/src/profiles/segments.ts'

const node = {
  frame: { functionName: 'f', scriptId: '1', url: '', lineNumber: 0, columnNumber: 0 },
  caller: undefined,
  lines: [],
}
const at = (timeUs: number) => ({ node, timeUs })

function labelsWith(times: readonly number[], segments: readonly LabelledSegment[]) {
  const remove = addSegmentSource(() => segments)
  try {
    return labelsOf(times.map(at)).map((labels) => labels?.function)
  } finally {
    remove()
  }
}

describe('labels of samples, by time', () => {
  it('are those of the segment that began last around the sample', () => {
    const segment = fc
      .record({ startUs: fc.nat(100), length: fc.nat(40), name: fc.uuid() })
      .map(({ startUs, length, name }) => ({ startUs, endUs: startUs + length, labels: { function: name } }))
    fc.assert(
      fc.property(
        fc.array(fc.nat(150), { minLength: 1 }),
        fc.uniqueArray(segment, { selector: ({ startUs }) => startUs, maxLength: 20 }),
        (times, segments) => {
          const expected = times.map(
            (time) =>
              segments
                .filter(({ startUs, endUs }) => startUs <= time && endUs >= time)
                .toSorted((one, other) => other.startUs - one.startUs)[0]?.labels.function,
          )
          expect(labelsWith(times, segments)).toEqual(expected)
        },
      ),
    )
  })

  it('are none where nobody tells segments', () => {
    expect(labelsOf([at(1), at(2)])).toEqual([undefined, undefined])
    expect(labelsOf([])).toEqual([])
  })
})
