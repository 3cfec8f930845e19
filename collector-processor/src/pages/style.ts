/** The one style sheet of all pages. It stands in the page itself, so that a saved report needs nothing else. */
export const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d8dee4; --paper: #ffffff; --card: #f6f8fa; --accent: #0b6bcb; --good: #1a7f37; --bad: #b35900; --bar: #9ecbff; --mark: #1a7f37; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa4af; --line: #30363d; --paper: #0d1117; --card: #161b22; --accent: #6cb6ff; --good: #57c26e; --bad: #f0a04b; --bar: #1f4b7a; --mark: #57c26e; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 84rem; padding: 1.25rem clamp(1rem, 3vw, 2.5rem) 3rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; justify-content: space-between; border-bottom: 1px solid var(--line); padding-bottom: .75rem; }
h1 { font-size: 1.4rem; margin: 0; letter-spacing: -.01em; } h1 a { color: inherit; }
h2 { font-size: 1.25rem; margin: 1.75rem 0 .5rem; } h3 { font-size: 1.05rem; margin: 1.5rem 0 .4rem; }
p { margin: .25rem 0 .75rem; } .soft { color: var(--soft); } small, .small { font-size: .87rem; }
nav { display: flex; gap: 1rem; }
code, pre { font: .87rem/1.45 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .75rem; margin: .5rem 0; overflow-x: auto; overflow-wrap: normal; }
.figures { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.25rem 0 0; padding: 0; list-style: none; }
.figures li { flex: 1 1 9rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .7rem 1rem; }
.figures strong { display: block; font-size: 1.6rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.notice { border: 1px solid var(--bad); border-left-width: 4px; border-radius: 6px; padding: .75rem 1rem; margin: 1.25rem 0 0; } .notice strong { color: var(--bad); } .notice p { margin: 0; }
table { width: 100%; border-collapse: collapse; } caption { text-align: left; font-weight: 600; font-size: 1.05rem; padding: 1.75rem 0 .5rem; }
th { text-align: left; font-weight: 600; font-size: .8rem; color: var(--soft); white-space: nowrap; } th, td { padding: .6rem .9rem .6rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:target td { background: var(--card); } td p { margin: 0; }
.nowrap { white-space: nowrap; } .what { min-width: 17rem; width: 36%; } .what a { font-weight: 600; } .saving { min-width: 12rem; } .where { min-width: 10rem; }
.saving strong, .rank { font-variant-numeric: tabular-nums; } .rank { color: var(--soft); }
.interval { display: block; width: 100%; max-width: 15rem; height: 10px; margin-top: .35rem; } .interval .track { fill: var(--line); } .interval .range { fill: var(--bar); } .interval .likely { fill: var(--accent); } .interval .actual { fill: var(--mark); }
.tag { display: inline-block; border: 1px solid var(--line); border-radius: 99px; padding: 0 .55rem; font-size: .8rem; white-space: nowrap; }
.verified, .good { color: var(--good); border-color: currentColor; } .refuted, .degraded, .bad { color: var(--bad); border-color: currentColor; }
details { margin-top: .35rem; } summary { cursor: pointer; color: var(--accent); font-size: .87rem; } ul { margin: .35rem 0; padding-left: 1.2rem; }
footer { margin-top: 2.5rem; color: var(--soft); font-size: .87rem; }
main.text { max-width: 48rem; } main.text pre { white-space: pre-wrap; }
@media (max-width: 60rem) {
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  table, caption, tbody, tr, td { display: block; } tr { border: 1px solid var(--line); border-radius: 8px; padding: .5rem .9rem; margin-bottom: .75rem; }
  td, .what, .where, .saving { border: 0; padding: .2rem 0; width: auto; min-width: 0; } td.rank { float: right; }
  td[data-label]::before { content: attr(data-label) " "; color: var(--soft); font-size: .8rem; } td.saving::before { display: block; }
}
@media print { details > * { display: block; } nav { display: none; } }
`
