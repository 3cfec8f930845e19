import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { markdown } from '../../../collector-processor/src/pages/markdown.ts'

const render = async (text: string): Promise<string> => String(await markdown(text))

describe('Markdown of runbooks', () => {
  it.each([
    ['# Title', '<h2>Title</h2>'],
    ['## When\nit is slow', '<h3>When</h3><p>it is slow</p>'],
    ['one\n\ntwo', '<p>one</p><p>two</p>'],
    ['- a\n- b\n  goes on', '<ul><li>a</li><li>b goes on</li></ul>'],
    ['## Not\n- a', '<h3>Not</h3><ul><li>a</li></ul>'],
    ['```ts\nconst a = 1\n\nconst b = 2\n```', '<pre><code>const a = 1\n\nconst b = 2</code></pre>'],
    ['so:\n\n    a = b × c\n\nthen', '<p>so:</p><pre><code>a = b × c</code></pre><p>then</p>'],
    ['`x < y`, **bold** and *soft*', '<p><code>x &lt; y</code>, <strong>bold</strong> and <em>soft</em></p>'],
    ['[paper](https://example.org/a)', '<p><a href="https://example.org/a" rel="noreferrer">paper</a></p>'],
    ['2 * 3 * 4 and a_b_c', '<p>2 * 3 * 4 and a_b_c</p>'],
  ])('%j', async (text, expected) => {
    expect((await render(text)).replace(/>\n\s*</g, '><')).toBe(expected)
  })

  it('lets no HTML and no script address through', async () => {
    const text = await render('<script>alert(1)</script> [x](javascript:alert(1)) `<b>`')
    expect(text).not.toMatch(/<script|<b>|href/)
  })

  it.each(['[x](javascript:alert(1))', '[x](data:text/html,x)', '[<](<)', '- [x](javascript:alert(1))'])(
    'makes no link of %s, which stands alone',
    async (text) => {
      expect(await render(text)).not.toContain('href')
    },
  )

  it('makes no other element than these of any text', async () => {
    const pieces = fc.constantFrom(
      '<',
      '>',
      '&',
      '"',
      '`',
      '```',
      '*',
      '**',
      '# ',
      '- ',
      '[',
      '](',
      ')',
      '\n',
      '\n\n',
      '    ',
      'a',
      'http://x',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 30 }), async (parts) => {
        const rest = (await render(parts.join(''))).replaceAll(
          /<\/?(h2|h3|p|ul|li|pre|code|strong|em|a)( href="https?:[^"<>]*" rel="noreferrer")?>/g,
          '',
        )
        expect(rest).not.toMatch(/[<>]/)
      }),
    )
  })
})
