/** The page's style, for light and dark screens, narrow ones, and paper. */
export const STYLE = `:root {
  color-scheme: light dark;
  --back: #ffffff; --panel: #f6f7f9; --text: #1b1f24; --soft: #545c66; --line: #d5dae1; --link: #0a56c2;
  --source: #6a41b8; --staging: #8a5300; --current: #00685c; --star: #0a56c2; --error: #b3261e; --warning: #7a5600;
  --edge: #a9b1bb; --shade: rgb(20 30 50 / 6%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #14171b; --panel: #1c2026; --text: #e7eaee; --soft: #a7afb9; --line: #343a43; --link: #8db6ff;
    --source: #c6a9ff; --staging: #f0b869; --current: #6fd3c3; --star: #8db6ff; --error: #ff9a91; --warning: #e9c46a;
    --edge: #5a626d; --shade: rgb(255 255 255 / 5%);
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { scroll-behavior: smooth; scroll-padding-top: 5rem; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: break-word; }
a { color: var(--link); text-underline-offset: .15em; text-decoration-thickness: .06em; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 1rem; top: 1rem; background: var(--back); padding: .5rem 1rem; z-index: 9; }
body > header { padding: 2.2rem 0 1.4rem; background: var(--panel); border-bottom: 1px solid var(--line); }
.wide { width: min(1240px, 100%); margin: 0 auto; padding: 0 clamp(1rem, 4vw, 2.5rem); }
h1 { font-size: clamp(1.7rem, 5vw, 2.4rem); line-height: 1.15; margin: 0 0 .4rem; letter-spacing: -.02em; }
h2 { font-size: 1.45rem; margin: 3rem 0 .8rem; letter-spacing: -.01em; }
h3 { font-size: 1.1rem; margin: 0; font-family: var(--mono); }
h4 { font-size: .95rem; margin: 1.2rem 0 .3rem; }
p { margin: .5rem 0; max-width: 75ch; }
:root { --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code, pre, .name, h3 { font-family: var(--mono); }
code, .name { font-size: .88em; }
.soft { color: var(--soft); }
nav { position: sticky; top: 0; z-index: 5; background: var(--back); border-bottom: 1px solid var(--line); }
nav .wide { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; align-items: center; padding-top: .55rem; padding-bottom: .55rem; }
nav a { text-decoration: none; font-size: .92rem; }
nav a:hover { text-decoration: underline; }
nav form { margin-left: auto; display: flex; gap: .6rem; align-items: center; }
input { font: inherit; font-size: .92rem; width: 13rem; max-width: 100%; padding: .3rem .7rem; color: inherit; background: var(--panel); border: 1px solid var(--soft); border-radius: 999px; }
.facts { display: flex; flex-wrap: wrap; gap: .4rem 1.6rem; margin: 1rem 0 0; padding: 0; list-style: none; color: var(--soft); }
.facts b { color: var(--text); font-size: 1.15rem; font-variant-numeric: tabular-nums; }
.item { border: 1px solid var(--line); border-radius: 10px; margin: 0 0 1.1rem; padding: 1.1rem clamp(.9rem, 2.5vw, 1.5rem) 1.2rem; background: var(--back); }
.item > header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .3rem .7rem; }
.item > header > * { overflow-wrap: anywhere; }
.badge { font: 600 .74rem/1 system-ui, sans-serif; padding: .28em .6em; border-radius: 999px; border: 1px solid currentcolor; white-space: nowrap; }
.source { color: var(--source); } .staging { color: var(--staging); } .current { color: var(--current); } .star { color: var(--star); }
.error { color: var(--error); } .warning { color: var(--warning); }
table { border-collapse: collapse; width: 100%; margin: .9rem 0 .4rem; font-size: .93rem; }
th, td { text-align: left; vertical-align: top; padding: .42rem .9rem .42rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 600; font-size: .82rem; }
tbody th { font-weight: 500; } tbody th.name { min-width: 15em; overflow-wrap: anywhere; }
tr:last-child > * { border-bottom: 0; }
tr:target, .item:target { background: var(--shade); outline: 2px solid var(--link); outline-offset: 2px; border-radius: 6px; }
td.type { min-width: 9em; } td.from { overflow-wrap: anywhere; min-width: 11em; } .number { text-align: right; font-variant-numeric: tabular-nums; }
.mark { font: 600 .7rem/1 system-ui, sans-serif; color: var(--soft); margin-left: .45em; }
.from a { margin-right: .7em; display: inline-block; } a.name { text-underline-offset: .32em; }
details { margin-top: .7rem; } summary { cursor: pointer; color: var(--link); font-size: .92rem; width: fit-content; }
pre { margin: .6rem 0 0; padding: .9rem 1rem; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; overflow-x: auto; font-size: .82rem; line-height: 1.5; tab-size: 2; }
pre code { font-size: inherit; } pre b { font-weight: 600; color: var(--star); } pre q { quotes: none; color: var(--current); } pre i { color: var(--soft); }
figure { margin: 0; }
#picture .frame-box { border: 1px solid var(--line); border-radius: 10px; overflow: auto; max-height: min(92vh, 1100px); background: var(--panel); }
#picture svg { display: block; margin: 0 auto; font: 11.5px/1 var(--mono); }
#trail { min-height: 3.1em; font-size: .92rem; margin: .7rem 0 0; max-width: none; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; font-size: .86rem; color: var(--soft); padding: 0; margin: .6rem 0; list-style: none; }
.legend i { display: inline-block; width: 2rem; border-top: 2px solid var(--edge); vertical-align: middle; margin-right: .5em; }
.legend .decides i { border-top-style: dashed; border-top-width: 1.5px; } .legend .untold i { border-top-style: dotted; }
svg path { fill: none; stroke: var(--edge); stroke-width: 1.2; }
svg path.d { stroke-dasharray: 4 4; opacity: .55; stroke-width: 1; } svg path.u { stroke-dasharray: 1 4; stroke-width: 2; }
svg .frame { fill: var(--back); stroke: var(--line); }
svg text { fill: var(--text); } svg .head text { font-weight: 700; fill: currentcolor; } svg .key text { font-weight: 700; }
svg .head rect { fill: currentcolor; opacity: .11; } svg .row rect { fill: transparent; }
svg a { color: inherit; text-decoration: none; cursor: pointer; outline: none; } 
svg a:focus-visible rect, svg a.self rect { stroke: currentcolor; stroke-width: 1.5; }
svg .row:hover rect { fill: var(--shade); }
svg.chosen path { opacity: .12; } svg.chosen text { opacity: .42; }
svg.chosen path.on { opacity: 1; stroke: var(--star); stroke-width: 2; } svg.chosen path.near { opacity: .85; stroke: var(--soft); }
svg.chosen .on text, svg.chosen .self text { opacity: 1; } svg.chosen .near text { opacity: .85; }
svg.chosen .on.row rect { fill: currentcolor; fill-opacity: .14; }
footer { margin: 4rem 0 0; padding: 1.4rem 0 2.4rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .88rem; }
@media screen and (max-width: 860px) {
  h2 { margin-top: 2.2rem; }
  nav form { margin-left: 0; flex: 1 1 100%; } input { width: 100%; }
  nav { position: static; } html { scroll-padding-top: 1rem; }
  table.columns thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  table.columns tr { display: block; padding: .55rem 0; border-bottom: 1px solid var(--line); }
  table.columns tr:last-child { border-bottom: 0; }
  table.columns th, table.columns td { display: block; border: 0; padding: .05rem 0; overflow-wrap: anywhere; }
  table.columns td:empty { display: none; }
  table.columns .from::before { content: "from "; color: var(--soft); }
}
@media print {
  nav, .skip, #trail { display: none; }
  body { font-size: 11pt; } table { font-size: 8.5pt; } h2 { break-after: avoid; } .item, tr { break-inside: avoid; } a { color: inherit; }
  #picture .frame-box { overflow: visible; max-height: none; border: 0; background: none; } #picture svg { width: 100%; height: auto; max-height: 95vh; }
  details::details-content { content-visibility: visible; block-size: auto; } pre { white-space: pre-wrap; }
}
`;
