/** Of the whole page. Text has a contrast of 4.5 and more on both backgrounds, in light and in dark. */
export const STYLE_SHEET = `
:root {
  color-scheme: light dark;
  --page: #f6f6f3; --card: #ffffff; --line: #dfe1e0; --text: #1d2733; --quiet: #596472;
  --good: #17703f; --warning: #855600; --bad: #b0261d; --accent: #2c679a;
  --ok: #4a84b5; --failed: #c9453b; --throttled: #dba033; --track: #e9ebea;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #12161b; --card: #1a2027; --line: #2f3842; --text: #e5e9ed; --quiet: #9ba7b4;
    --good: #62c98f; --warning: #e5b450; --bad: #ff8f85; --accent: #86bbe6;
    --ok: #5f9fd1; --failed: #ef766b; --throttled: #e5b450; --track: #2a323b;
  }
}
* { box-sizing: border-box }
body {
  margin: 0 auto; max-width: 76rem; padding: 2.5rem 1.5rem 4rem; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  font-variant-numeric: tabular-nums;
}
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0; letter-spacing: -0.01em }
h2 { font-size: 1.25rem; margin: 0; letter-spacing: -0.005em }
h3, caption, figcaption { font-size: 0.95rem; font-weight: 600; margin: 0; text-align: left }
p { margin: 0 }
a { color: var(--accent) }
.quiet { color: var(--quiet) } .good { color: var(--good) } .warning { color: var(--warning) } .bad { color: var(--bad) }
.period { color: var(--quiet); margin-top: 0.35rem }
.verdict {
  display: flex; gap: 0.9rem; align-items: center; margin: 1.5rem 0; padding: 1rem 1.25rem; background: var(--card);
  border: 1px solid var(--line); border-left: 5px solid var(--tone); border-radius: 10px; font-size: 1.15rem; font-weight: 550;
}
.verdict svg { flex: none; width: 1.6rem; height: 1.6rem; color: var(--tone) }
.is-well { --tone: var(--good) } .is-worth_a_look, .is-empty { --tone: var(--warning) } .is-bad { --tone: var(--bad) }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 0.75rem; margin: 0; padding: 0 }
.figures div { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 0.8rem 1rem }
.figures dt { color: var(--quiet); font-size: 0.85rem }
.figures dd { margin: 0; overflow-wrap: anywhere }
.figures dd.main { font-size: 1.5rem; font-weight: 600; line-height: 1.3 }
.figures dd.more { font-size: 0.85rem }
.figures dd.more span { display: inline-block }
nav { margin: 1.5rem 0 0; display: flex; flex-wrap: wrap; gap: 0.3rem 1.1rem; font-size: 0.9rem }
section { margin-top: 2.75rem }
.head { display: flex; flex-wrap: wrap; gap: 0.1rem 0.8rem; align-items: baseline; padding-bottom: 0.5rem; border-bottom: 1px solid var(--line) }
.head p { color: var(--quiet) }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 0.75rem; margin-top: 0.9rem }
.block { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 0.9rem 1rem; min-width: 0; margin: 0 }
.wide { grid-column: 1 / -1 }
.facts { display: flex; flex-wrap: wrap; gap: 0.6rem 2rem; margin: 0 }
.facts dt { color: var(--quiet); font-size: 0.8rem }
.facts dd { margin: 0; font-weight: 550; overflow-wrap: anywhere }
.plot { position: relative; height: 11rem; margin: 1.1rem 0 0 2.6rem }
.plot > svg { display: block; width: 100%; height: 100%; overflow: visible }
.scale { position: absolute; left: -2.6rem; width: 2.2rem; text-align: right; transform: translateY(-50%); font-size: 0.72rem; color: var(--quiet); line-height: 1.25 }
.mark { position: absolute; transform: translateX(0.3rem); font-size: 0.75rem; white-space: nowrap; padding: 0 0.25rem; background: var(--card); border-radius: 3px; line-height: 1.3 }
.mark.left { transform: translateX(calc(-100% - 0.3rem)) }
.axis { position: relative; margin-left: 2.6rem; height: 1.3rem; font-size: 0.72rem; color: var(--quiet) }
.axis span { position: absolute; white-space: nowrap; transform: translateX(-50%); top: 0.15rem }
.axis span.edge { transform: none }
.grid-line { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke }
.mark-line { stroke: var(--text); stroke-width: 1.25; stroke-dasharray: 4 3; vector-effect: non-scaling-stroke }
.ok-fill { fill: var(--ok) } .failed-fill { fill: var(--failed) } .throttled-fill { fill: var(--throttled) } .track { fill: var(--track) }
.good-fill, .plain-fill { fill: var(--ok) } .warning-fill { fill: var(--throttled) } .bad-fill { fill: var(--failed) } .quiet-fill { fill: var(--quiet) }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; margin: 0.5rem 0 0; padding: 0; list-style: none; font-size: 0.8rem; color: var(--quiet) }
.legend svg { width: 0.7rem; height: 0.7rem; margin-right: 0.35rem; vertical-align: -0.05rem }
details { margin-top: 0.5rem; font-size: 0.85rem }
summary { cursor: pointer; color: var(--accent) }
.scroll { overflow-x: auto }
.scroll:focus-visible, a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px }
table { border-collapse: collapse; width: 100%; font-size: 0.88rem }
caption { padding-bottom: 0.45rem; font-size: 0.95rem }
th, td { text-align: left; font-weight: inherit; padding: 0.3rem 0.9rem 0.3rem 0; border-top: 1px solid var(--line); vertical-align: top; unicode-bidi: isolate }
thead th { color: var(--quiet); font-size: 0.8rem; border-top: 0; white-space: nowrap }
.number { text-align: right; white-space: nowrap }
.key { overflow-wrap: anywhere; min-width: 8rem }
.bar { width: 22%; min-width: 5rem; padding-right: 0; vertical-align: middle }
.bar svg { display: block; width: 100%; height: 0.65rem }
.shares th, .shares td { padding-right: 0.7rem } .shares .key { min-width: 4rem } .shares .bar { width: 16%; min-width: 3.2rem; padding-right: 0.9rem } .shares td:last-child { padding-right: 0 }
.note { color: var(--quiet); font-size: 0.85rem; margin-top: 0.5rem }
.errors { list-style: none; margin: 0.6rem 0 0; padding: 0 }
.errors > li { border-top: 1px solid var(--line); padding: 0.8rem 0; overflow-wrap: anywhere }
.errors > li:last-child { padding-bottom: 0 }
.errors .pattern { font: 0.88rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; margin: 0.25rem 0 }
.errors .times { color: var(--quiet); font-size: 0.85rem }
code { font: 0.85em ui-monospace, "SF Mono", Menlo, Consolas, monospace }
footer { margin-top: 3rem; color: var(--quiet); font-size: 0.85rem }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
@media (max-width: 48rem) {
  body { padding: 1.25rem 0.9rem 3rem; font-size: 14px }
  .figures { grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)) }
  .figures dd.main { font-size: 1.25rem }
  .axis span:nth-child(even) { display: none }
  .plot { height: 9rem }
}
@page { margin: 15mm }
@media print {
  body { max-width: none; padding: 0; font-size: 10.5pt; background: none }
  nav, details { display: none }
  .block, .figures div, .verdict { box-shadow: none; break-inside: avoid }
  .block.long { break-inside: auto }
  tr, .errors > li { break-inside: avoid }
  .head { break-after: avoid }
  .scroll { overflow: visible }
  section { margin-top: 1.6rem }
}
`
