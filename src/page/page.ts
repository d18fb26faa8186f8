import { createHash } from 'node:crypto';
import { type Facts, ownRules, ownTables } from './facts.ts';
import { type Content, Html, html } from './html.ts';
import { graphOf } from './picture/graph.ts';
import { picture } from './picture/picture.ts';
import { ruleSections } from './rules.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';
import { tableSections } from './tables.ts';

/** What every page that is made here has in its head, so that it can be told from other files. */
export const MARK = '<meta name="generator" content="Starload docs">';

/**
 * The page of a model: one HTML document that loads nothing. The same model gives the same text.
 */
export function pageOf(facts: Facts): string {
  const title = `${facts.name}: tables, sources and lineage`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${new Html(MARK)}
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='%230a56c2' d='m8 1 2 5 5 .4-4 3.3 1.400 5L8 12l-4.400 2.700 1.400-5-4-3.300L6 6z'/%3E%3C/svg%3E">
<style>${new Html(STYLE)}</style>
</head>
<body>
<a class="skip" href="#star">Skip to the tables</a>
${heading(facts)}
${navigation(facts)}
<main class="wide">
${lineageSection(facts)}
${tableSections(facts)}
${sourceSection(facts)}
${ruleSections(facts)}
${needSection(facts)}
${ownSection(facts)}
</main>
<footer><div class="wide">Made by <code>starload docs</code> from the files of the model.</div></footer>
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`.text;
}

/** Nothing may be loaded or sent, and only the style and the script below may run: no text of a model can. */
function policy(): string {
  const [style, script] = [STYLE, SCRIPT].map(
    (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  );
  return `default-src 'none'; style-src ${style}; script-src ${script}; img-src data:; base-uri 'none'; form-action 'none'`;
}

function heading(facts: Facts): Html {
  const tables = ownTables(facts);
  const columns = tables.flatMap((table) => table.columns);
  const numbers: readonly (readonly [number, string])[] = [
    [facts.sources.length, 'source'],
    [tables.length, 'table'],
    [columns.length, 'column'],
    [ownRules(facts.model.checks).length, 'check'],
    [facts.model.queries.length, 'question'],
  ];
  return html`<header><div class="wide"><h1>${facts.name}</h1>
<p class="soft">The model: where its data comes from, what its tables and columns mean, and how they are kept up to date.</p>
<ul class="facts">${numbers.map(([count, noun]) => html`<li><b>${count}</b> ${noun}${count === 1 ? '' : 's'}</li>`)}</ul></div></header>`;
}

function navigation({ model }: Facts): Html {
  const parts = [
    ['lineage', 'Lineage'],
    ['star', 'Star'],
    ['current', 'Current'],
    ['staging', 'Staging'],
    ['sources', 'Sources'],
    ...(ownRules(model.checks).length === 0 ? [] : [['checks', 'Checks']]),
    ...(model.queries.length === 0 ? [] : [['questions', 'Questions']]),
    ['limits', 'Limits'],
  ];
  return html`<nav aria-label="Parts of the page"><div class="wide">${parts.map(([id, text]) => html`<a href="#${id}">${text}</a>`)}
<form role="search" hidden><label class="soft" for="search">Filter</label><input id="search" type="search" autocomplete="off" placeholder="a table, a column, a word"><output id="found" for="search" class="soft"></output></form></div></nav>`;
}

const HINT =
  'Point at a column, or move to it with the arrow keys: what it comes from and what is made of it is shown. A click keeps it.';

function lineageSection(facts: Facts): Html {
  const graph = graphOf(facts);
  const isUntold = graph.edges.some(({ kind }) => kind === 'untold');
  return html`<section id="lineage" aria-labelledby="lineage-title"><h2 id="lineage-title">Lineage</h2>
<p class="soft">From the keys of the source files, on the left, to the columns of the star. The column “Comes from” of each table says the same in words.</p>
<figure id="picture"><div class="frame-box" tabindex="-1">${picture(graph)}</div>
<figcaption><ul class="legend"><li><i></i>is made of</li><li class="decides"><i></i>decides which rows or values there are</li>${isUntold ? html`<li class="untold"><i></i>plays a part, in a way that cannot be told from the SQL</li>` : undefined}</ul>
<p id="trail" role="status" data-hint="${HINT}"></p></figcaption></figure></section>`;
}

function sourceSection({ sources, model }: Facts): Html {
  const rows = sources.map(({ name, about, example, jsonpaths }) => {
    const filled = model.tables.filter((table) => table.source === name);
    return html`<tr id="source-${name}"><th scope="row" class="name">${name}</th><td>${about}</td><td class="name">${example}</td><td class="name">${jsonpaths.name}</td><td class="from">${filled.map((table) => html`<a class="name" href="#t-${table.name}">${table.name}</a> `)}</td></tr>
`;
  });
  return html`<section id="sources" data-part aria-labelledby="sources-title"><h2 id="sources-title">Sources</h2>
<p class="soft">The keys under [S3] in dwh.cfg. A value of a record goes to the column of the same name, in any case, unless a jsonpaths file says where it stands.</p>
<div class="item" data-find="sources"><table class="columns"><thead><tr><th scope="col">Key</th><th scope="col">Holds</th><th scope="col">Example</th><th scope="col">Key for jsonpaths</th><th scope="col">Fills</th></tr></thead><tbody>
${rows}</tbody></table></div></section>`;
}

function needSection({ needs }: Facts): Html {
  const rows = needs.map(
    (need) =>
      html`<tr><th scope="row">${need.task}</th><td class="number">${need.needs}</td><td class="number">${need.most}</td></tr>
`,
  );
  return html`<section id="limits" aria-labelledby="limits-title"><h2 id="limits-title">Limits</h2>
<p>On Redshift, one transaction takes a limited number of statements. This is how many the model can need in the worst case.</p>
<div class="item"><table><thead><tr><th scope="col">Task</th><th scope="col" class="number">Can need</th><th scope="col" class="number">Limit</th></tr></thead><tbody>
${rows}</tbody></table></div></section>`;
}

/** The loader's own tables and rules, which are the same for all models. */
function ownSection({ model }: Facts): Content {
  const tables = model.tables.filter(({ role }) => role === 'control');
  return html`<section id="own" aria-labelledby="own-title"><h2 id="own-title">Starload’s own tables</h2>
<p class="soft">Every model has them.</p>
<div class="item"><table class="columns"><thead><tr><th scope="col">Table</th><th scope="col">Meaning</th></tr></thead><tbody>
${tables.map(
  ({ name, comment }) => html`<tr><th scope="row" class="name">${name}</th><td>${comment}</td></tr>
`,
)}</tbody></table></div></section>`;
}
