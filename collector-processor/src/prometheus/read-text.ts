import { RefusedError } from './error.ts'

/** The body of a response as text; gives up with a `RefusedError` beyond so many bytes instead of filling the memory. */
export async function readText(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new RefusedError(`The answer of ${response.url} is larger than ${maxBytes} bytes; raise maxResponseBytes.`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
