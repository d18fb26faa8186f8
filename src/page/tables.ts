import type { TableLineage } from '../lineage/model.ts';
import type { Origins } from '../lineage/origins.ts';
import type { Column, NamedSql, Table } from '../sql/catalogue.ts';
import { isAside, STAMP } from '../sql/design.ts';
import { type Facts, ownTables } from './facts.ts';
import { type Content, type Html, html } from './html.ts';
import { anchorOf } from './picture/graph.ts';
import { sqlBlock } from './sql.ts';
import { upkeepOf } from './upkeep.ts';

const KINDS = [
  { role: 'star', title: 'Star tables', about: 'What analysts query.' },
  {
    role: 'current',
    title: 'Current tables',
    about: 'Each record once, in the version that counts. The star is made of them.',
  },
  { role: 'staging', title: 'Staging tables', about: 'The records of the source files as they are.' },
];

/** The tables by their purposes, those that readers want first. */
export function tableSections(facts: Facts): Html {
  const tables = ownTables(facts);
  return html`${KINDS.map(({ role, title, about }) => {
    const own = tables.filter((table) => table.role === role);
    return html`<section id="${role}" data-part aria-labelledby="${role}-title"><h2 id="${role}-title">${title}</h2>
<p class="soft">${about}</p>
${own.map((table) => article(facts, table))}</section>
`;
  })}`;
}

function article(facts: Facts, table: Table): Html {
  const { name, role, comment, key } = table;
  const lineage = facts.lineage.find((one) => one.table.name === name);
  const upkeep = upkeepOf(facts.model, table);
  return html`<article class="item" id="${anchorOf({ box: name })}" data-find="${name}">
<header><h3>${name}</h3> <span class="badge ${role}">${role}</span> ${key.length === 0 ? undefined : html`<span class="soft">key: <span class="name">${key.join(', ')}</span></span>`}</header>
${comment === undefined ? undefined : html`<p>${comment}</p>`}
<table class="columns"><thead><tr><th scope="col">Column</th><th scope="col">Type</th><th scope="col">Meaning</th><th scope="col">Comes from</th></tr></thead>
<tbody>
${table.columns.map((column) => columnRow(facts, { table, column, lineage }))}</tbody></table>
${lineage === undefined ? undefined : decided(lineage)}
<p>${upkeep.join(' ')}</p>
${statements(table)}
</article>
`;
}

function columnRow(
  facts: Facts,
  {
    table,
    column,
    lineage,
  }: { readonly table: Table; readonly column: Column; readonly lineage: TableLineage | undefined },
): Html {
  const { name, notNull, comment } = column;
  const origins = lineage?.columns.get(name);
  const isKey = table.key.includes(name);
  return html`<tr id="${anchorOf({ box: table.name, row: name })}"><th scope="row" class="name">${name}${isKey ? html`<span class="mark">key</span>` : undefined}</th><td class="type name">${typeOf(column)}${notNull ? ' NOT NULL' : ''}</td><td>${comment}${rangeOf(column)}</td><td class="from">${origins === undefined ? sourceOf(facts, table, name) : originList(origins)}</td></tr>
`;
}

function typeOf({ sqlType, maxBytes }: Column): string {
  return maxBytes === undefined ? sqlType : `${sqlType}(${maxBytes})`;
}

function rangeOf({ range, comment }: Column): Content {
  return (
    range &&
    html`${comment === undefined ? '' : ' '}<span class="soft">From ${String(range[0])} to ${String(range[1])}.</span>`
  );
}

/** The place of a staging column's value in the records. */
function sourceOf({ keyOf }: Facts, table: Table, column: string): Content {
  if (table.source === undefined || column === STAMP || isAside(column)) {
    return undefined;
  }
  return html`<a href="#source-${table.source}">${table.source}</a> <span class="name">${keyOf(table, column) ?? column}</span>`;
}

function originList({ values, decides, untold }: Origins): Content {
  const chosen = decides.size === 0 ? undefined : html`<span class="soft">chosen by</span> ${[...decides].map(link)}`;
  const unknown =
    untold.size === 0 ? undefined : html`<span class="soft">of unknown columns of</span> ${[...untold].map(link)}`;
  const isNone = values.size + decides.size + untold.size === 0;
  return isNone
    ? html`<span class="soft">no column: it counts rows, or is constant</span>`
    : [...[...values].map(link), chosen, unknown];
}

/** A link to a table, or to a column, `table.column`. */
function link(name: string): Html {
  return html`<a class="name" href="#t-${name}">${name}</a> `;
}

function decided({ rows }: TableLineage): Content {
  const known =
    rows.decides.size === 0
      ? undefined
      : html`<p class="from"><span class="soft">Which rows there are is decided by</span> ${[...rows.decides].map(link)}</p>`;
  const unknown =
    rows.untold.size === 0
      ? undefined
      : html`<p class="from"><span class="soft">Which rows there are depends, in a way that cannot be told, on</span> ${[...rows.untold].map(link)}</p>`;
  return [known, unknown];
}

const ENGINES: Readonly<Record<string, string>> = { duckdb: 'DuckDB', postgres: 'PostgreSQL', redshift: 'Redshift' };

/** What is for those who want to know more. */
function statements({ role, select, affected, designs }: Table): Content {
  const own = role !== 'staging';
  return [
    own && select !== undefined ? details('SELECT', select) : undefined,
    affected === undefined ? undefined : details('Query for the keys that a change affects', affected),
    ...[...designs].map(([engine, design]) => details(`Physical design on ${ENGINES[engine] ?? engine}`, design)),
  ];
}

/** A statement to unfold. */
export function details(title: string, { sql }: Pick<NamedSql, 'sql'>): Html {
  return html`<details><summary>${title}</summary>${sqlBlock(sql)}</details>
`;
}
