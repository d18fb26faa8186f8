import type { Check, Comparison, NamedSql } from '../sql/catalogue.ts';
import { headComment } from '../sql/comments.ts';
import { type Facts, ownRules } from './facts.ts';
import { type Content, type Html, html } from './html.ts';
import { details } from './tables.ts';

/** The checks, the questions and the comparisons of a model. */
export function ruleSections({ model }: Facts): Html {
  const checks = ownRules(model.checks);
  const comparisons = ownRules(model.comparisons);
  return html`${section('checks', 'Checks', 'A load runs them before it commits. An error refuses the load.', checks.map(checkItem))}
${section('questions', 'Questions', 'Ask them with npm run query.', model.queries.map(questionItem))}
${section('comparisons', 'Comparisons', 'What reconcile compares besides the tables with their SELECTs.', comparisons.map(comparisonItem))}`;
}

function section(id: string, title: string, about: string, items: readonly Html[]): Content {
  return items.length === 0
    ? undefined
    : html`<section id="${id}" data-part aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
<p class="soft">${about}</p>
${items}</section>
`;
}

function item({ name, sql }: NamedSql, badge: Content, note: Content = undefined): Html {
  const comment = headComment(sql);
  return html`<article class="item" data-find="${name}"><header><h3>${name}</h3> ${badge}</header>
${comment === undefined ? undefined : html`<p>${comment}</p>`}${note}
${details('SQL', { sql: bare(sql) })}</article>
`;
}

/** A statement without the comment at its head, which is said above it. */
function bare(sql: string): string {
  return sql.replace(/^(?:--[^\n]*\n|\s*\n)*/, '');
}

function checkItem(check: Check): Html {
  const when = check.phase === 'staged' ? 'on staging tables' : 'on the star';
  return item(
    check,
    html`<span class="badge ${check.severity}">${check.severity}</span> <span class="soft">${when}</span>`,
  );
}

function questionItem(question: NamedSql): Html {
  return item(question, undefined);
}

function comparisonItem(comparison: Comparison): Html {
  const when = comparison.of === 'files' ? 'with --recount' : undefined;
  return item(
    comparison,
    when && html`<span class="soft">${when}</span>`,
    html`<p class="soft">${comparison.next}</p>`,
  );
}
