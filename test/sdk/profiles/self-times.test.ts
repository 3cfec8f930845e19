import { describe, expect, it } from 'vitest'
import { cpuWindow, selfSamples } from '../../../sdk/src/profiles/cpu-window.ts'
import { foldedStacks } from '../../../sdk/src/profiles/folded.ts'
import { Places } from '../../../sdk/src/profiles/places.ts'
import { ProfiledBodies } from '../../../sdk/src/profiles/profiled-bodies.ts'
import { selfTimes } from '../../../sdk/src/profiles/self-times.ts'
import { SourceMaps } from '../../../sdk/src/profiles/source-maps.ts'

const frame = (functionName: string, url = '', lineNumber = -1) => ({ functionName, scriptId: '7', url, lineNumber, columnNumber: 0 })
const own = 'file:///srv/agent/plan.js'

/** Ten seconds, of which the thread had something to do for eight. */
const window = cpuWindow({
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 3, 7] },
    { id: 2, callFrame: frame('(idle)') },
    { id: 3, callFrame: frame('', own), children: [4, 5] },
    {
      id: 4,
      callFrame: frame('plan', own, 9),
      positionTicks: [
        { line: 11, ticks: 1 },
        { line: 12, ticks: 3 },
      ],
      children: [6],
    },
    { id: 5, callFrame: frame('RegExp: alice|bob') },
    { id: 6, callFrame: frame('now') },
    { id: 7, callFrame: frame('(garbage collector)') },
  ],
  samples: [3, 4, 4, 2, 4, 4, 5, 6, 2, 7, 7],
  timeDeltas: [10, ...Array.from({ length: 10 }, () => 1_000_000)],
  startTime: 5_000_000,
  endTime: 15_000_000,
})
const places = new Places('/srv/agent', new SourceMaps(), new ProfiledBodies())
const everything = () => true

describe('where the time of a window went', () => {
  it('is told by function and by line, each sample for its share of the window', () => {
    const { functions, lines } = selfTimes(window, places, everything)
    expect(Object.fromEntries(functions)).toEqual({ 'plan\0plan.js': 4, 'RegExp\0': 1, 'now\0': 1, '(garbage collector)\0': 2 })
    expect(Object.fromEntries(lines)).toEqual({ 'plan.js\x0011': 1, 'plan.js\x0012': 3 })
  })

  it('does not count the wait for work, nor the sample that shows how the recording began', () => {
    const names = [...selfTimes(window, places, everything).functions.keys()]
    expect(names.filter((name) => /idle|anonymous/.test(name))).toEqual([])
  })

  it('does not tell what a regular expression looks for', () => {
    expect(foldedStacks(selfSamples(window), places)).not.toContain('alice')
  })

  it('leaves out scripts that are not to be counted yet', () => {
    expect([...selfTimes(window, places, (url) => url !== own).functions.keys()]).not.toContain('plan\0plan.js')
  })

  it('is written as folded stacks, callers first', () => {
    expect(foldedStacks(selfSamples(window), places).split('\n')).toContain('(anonymous) (plan.js:1);plan (plan.js:10);now 1')
  })

  it('is nothing where nothing was seen', () => {
    const { functions } = selfTimes(cpuWindow({ nodes: [], startTime: 0, endTime: 0 }), places, everything)
    expect(functions.size).toBe(0)
  })
})
