import { type Token, tokenize } from '../sql/tokens.ts';
import { type Content, type Html, html } from './html.ts';

const KEYWORDS = new Set(
  'select distinct from where group by having order limit union all except intersect join left right full inner outer cross on using as and or not in is null exists case when then else end cast over partition row_number with values between like nulls last first desc asc create table index distkey sortkey diststyle interval timestamp extract true false'.split(
    ' ',
  ),
);

/** A statement with its words, literals and comments marked. */
export function sqlBlock(sql: string): Html {
  const pieces: Content[] = [];
  let end = 0;
  for (const token of tokenize(sql)) {
    pieces.push(between(sql.slice(end, token.at)), marked(token));
    end = token.at + token.text.length;
  }
  return html`<pre><code>${[...pieces, between(sql.slice(end))]}</code></pre>`;
}

/** White space, and comments. */
function between(text: string): Content {
  return text.trim() === '' ? text : html`<i>${text}</i>`;
}

function marked({ kind, key, text }: Token): Content {
  if (kind === 'string') {
    return html`<q>${text}</q>`;
  }
  return kind === 'word' && KEYWORDS.has(key) ? html`<b>${text}</b>` : text;
}
