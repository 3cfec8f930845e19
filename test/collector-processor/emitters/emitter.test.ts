import { describe, expect, it } from 'vitest'
import { createEmitters } from '../../../collector-processor/src/emitters/emitter.ts'

describe('emitters', () => {
  it('are made for the settings that ask for them', async () => {
    const emitters = await createEmitters({ otlpUrl: 'http://127.0.0.1:4318', reportFile: 'advice.md' })
    expect(emitters).toHaveLength(2)
    await Promise.all(emitters.map((emitter) => emitter.close()))
  })

  it('are none when nothing asks for one', async () => {
    expect(await createEmitters({})).toEqual([])
  })
})
