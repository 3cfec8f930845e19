import { describe, expect, it } from 'vitest'
import { isRepeatable, messagesOf } from '../../../sdk/src/models/prompt.ts'

const [system, user] = ['{"role":"system","content":"be {brief}"}', '{"role":"user","content":"hello"}']

describe('messages of a span', () => {
  it('are found in JSON where each begins, whatever stands between them', () => {
    expect(messagesOf({ 'gen_ai.input.messages': `[${system},${user}]` })).toEqual([system, user])
    expect(messagesOf({ 'ai.prompt.messages': `[${system},\n ${user}]` })).toEqual([system, user])
  })

  it('are the same as the last ones and as ones before others', () => {
    const [first] = messagesOf({ 'gen_ai.input.messages': `[${system}]` }) ?? []
    expect(messagesOf({ 'gen_ai.input.messages': `[${system},${user}]` })?.[0]).toBe(first)
  })

  it('are found as structured values, behind the instructions, and as plain text', () => {
    const structured = { 'gen_ai.input.messages': [JSON.parse(user)], 'gen_ai.system_instructions': 'be brief' }
    expect(messagesOf(structured)).toEqual(['be brief', user])
    expect(messagesOf({ 'gen_ai.prompt': 'hello' })).toEqual(['hello'])
  })

  it('are not known where there are none, or they are longer than is looked at', () => {
    expect(messagesOf({ 'gen_ai.request.model': 'large' })).toBeUndefined()
    expect(messagesOf({ 'gen_ai.prompt': 'x'.repeat(262_145) })).toBeUndefined()
  })
})

describe('requests whose answer could be kept', () => {
  it('are those that nothing is drawn by chance for', () => {
    expect(isRepeatable({ 'gen_ai.request.temperature': 0 })).toBe(true)
    expect(isRepeatable({ 'gen_ai.request.seed': 7, 'gen_ai.request.temperature': 1 })).toBe(true)
    expect(isRepeatable({ 'gen_ai.operation.name': 'embeddings' })).toBe(true)
    expect(isRepeatable({ 'gen_ai.operation.name': 'chat' })).toBe(false)
    expect(isRepeatable({ 'gen_ai.request.temperature': 0.2 })).toBe(false)
  })
})
