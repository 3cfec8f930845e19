import { expect, it } from 'vitest'
import { groupIsInForeground, isInForeground } from '../../../collector-processor/src/run/terminal.ts'

it('is in the foreground where its process group is the one that the terminal sends its signals to', () => {
  expect(groupIsInForeground('42 (node) S 1 42 40 34816 42 4194304 0')).toBe(true)
  expect(groupIsInForeground('42 (no) de (x) S 1 42 40 34816 42 4194304 0')).toBe(true)
})

it('is not where it runs in the background of a terminal, or without one', () => {
  expect(groupIsInForeground('42 (node) S 1 42 40 34816 40 4194304 0')).toBe(false)
  expect(groupIsInForeground('42 (node) S 1 42 42 0 -1 4194304 0')).toBe(false)
  expect(groupIsInForeground('')).toBe(false)
  expect(typeof isInForeground()).toBe('boolean')
})
