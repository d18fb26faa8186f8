import { StarloadError } from '../errors.ts';
import { CONSTRUCTS } from './constructs.ts';
import { type Token, tokenize } from './tokens.ts';
import { lineOf, type NamedSql } from './written.ts';

/**
 * What of a statement is not the same on every engine, as far as its tokens show it. `isInside` says that it stands inside
 * another query, as the SELECT of a table does. We do not parse SQL: what is left is for `check --deep`.
 */
export function portableMistakes(statement: NamedSql, isInside: boolean): readonly StarloadError[] {
  const tokens = tokenize(statement.sql);
  const mistakes = tokens.flatMap(({ at }, index) =>
    CONSTRUCTS.filter(({ isAt }) => isAt(tokens, index)).map(
      ({ what, instead }) =>
        new StarloadError(`${lineOf(statement, at)}: ${what} is not the same on every engine`, {
          next: `Write ${instead}.`,
        }),
    ),
  );
  const bare = isInside ? bareLiterals(tokens) : [];
  return [
    ...mistakes,
    ...bare.map(
      ({ at, text }) =>
        new StarloadError(`${lineOf(statement, at)}: a column of the bare literal ${text} has no type on Redshift`, {
          next: `Write CAST(${text} AS VARCHAR(n)), or another type.`,
        }),
    ),
  ];
}

/** Words behind a value that continue it or end it; any other word behind it is its alias. */
const CONTINUING = new Set(
  'is in not like ilike similar between and or collate at union except intersect minus where group having order limit from as'.split(
    ' ',
  ),
);

/** Literals and NULLs that are a column of a query as they are. The queries of EXISTS and IN need no types. */
function bareLiterals(tokens: readonly Token[]): readonly Token[] {
  const found: Token[] = [];
  const frames = [{ inList: false, needsTypes: true }];
  for (const [at, token] of tokens.entries()) {
    const before = tokens[at - 1];
    const frame = frames.at(-1);
    if (frame?.inList && frame.needsTypes && startsItem(before) && isBare(token) && endsItem(tokens[at + 1])) {
      found.push(token);
    }
    if (token.key === '(') frames.push({ inList: false, needsTypes: !['exists', 'in'].includes(before?.key ?? '') });
    else if (token.key === ')') frames.pop();
    else if (frame !== undefined && token.kind === 'word') {
      frame.inList = token.key === 'select' || (frame.inList && token.key !== 'from');
    }
  }
  return found;
}

function startsItem(before: Token | undefined): boolean {
  return before !== undefined && ['select', 'distinct', 'all', ','].includes(before.key);
}

function isBare({ kind, key }: Token): boolean {
  return kind === 'string' || (kind === 'word' && key === 'null');
}

function endsItem(next: Token | undefined): boolean {
  if (next === undefined || [',', ')', ';', 'as', 'from', 'union'].includes(next.key)) return true;
  return next.kind === 'quoted' || (next.kind === 'word' && !CONTINUING.has(next.key));
}
