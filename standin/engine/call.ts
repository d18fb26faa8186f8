import { type Reader, refusal } from './reader.ts';
import { AGGREGATES, DATE_PARTS, FRAMED, LEADER_ONLY, NOT_IMITATED, RANK_TYPES, RANKING, SCALARS } from './words.ts';

/** Functions with the result type text in PostgreSQL. As a VARCHAR, the result ignores trailing blanks like others do. */
const TEXTS = ['to_char', 'chr', 'quote_ident', 'quote_literal'];

/** Functions that read an earlier or later row. */
const SHIFTS = ['lag', 'lead'];

/**
 * Reads a function call. Functions on none of the lists are refused (page "Unsupported PostgreSQL features", page "SQL
 * functions reference").
 */
export function readCall(reader: Reader): void {
  const token = reader.peek();
  const name = reader.fold(token);
  reader.note(name);
  const constant = reader.surroundings.constants.get(name);
  if (constant !== undefined) {
    reader.take();
    reader.expect('(', ')');
    reader.write(constant, token);
  } else if (AGGREGATES.has(name) || RANKING.has(name) || FRAMED.has(name)) readAggregate(reader, name);
  else readScalar(reader, name);
}

function readScalar(reader: Reader, name: string): void {
  const token = reader.take();
  const scalar = SCALARS.get(name) ?? LEADER_ONLY.get(name);
  if (scalar === undefined) throw refusal(whyNot(name), token);
  if (LEADER_ONLY.has(name)) reader.leaderFunctions.add(name);
  const isText = TEXTS.includes(name);
  if (isText) reader.write('CAST(');
  reader.write(scalar.name, token);
  reader.expectCopy('(');
  if (name === 'date_trunc') checkPart(reader);
  let count = 0;
  if (!reader.is(')')) {
    reader.list(() => {
      reader.grammar.expression(reader);
      count += 1;
    });
  }
  reader.expectCopy(')');
  if (isText) reader.write('AS bpchar)');
  if (count < scalar.least || count > scalar.most) {
    throw refusal(`function ${name} with ${count} arguments does not exist`, token);
  }
  if (reader.is('over')) reader.refuse();
}

function whyNot(name: string): string {
  return NOT_IMITATED.has(name) ? `the function ${name} is not imitated` : `function ${name}() does not exist`;
}

function checkPart(reader: Reader): void {
  const { kind, value } = reader.peek();
  if (kind === 'string' && !DATE_PARTS.has(value.toLowerCase())) {
    throw refusal(`timestamp units "${value}" not recognized`, reader.peek());
  }
}

function readAggregate(reader: Reader, name: string): void {
  const type = RANK_TYPES.get(name);
  if (type !== undefined) reader.write('CAST(');
  readAggregateCall(reader, name);
  if (type !== undefined) reader.write(`AS ${type})`);
}

function readAggregateCall(reader: Reader, name: string): void {
  reader.pass();
  if (reader.scope !== undefined && name !== 'min' && name !== 'max') reader.scope.hasAggregate = true;
  reader.expectCopy('(');
  const subqueries = reader.scopes.length;
  let count = 0;
  if (!reader.copy('*') && !reader.is(')')) {
    if (!reader.copy('distinct')) reader.copy('all');
    reader.list(() => {
      reader.grammar.expression(reader);
      count += 1;
    });
  }
  reader.scope?.aggregated.push(...reader.scopes.slice(subqueries));
  // AWS: "LAG window function", "LEAD window function": a value and an offset.
  if (SHIFTS.includes(name) && count > 2)
    throw refusal(`Default parameter not be supported for window function ${name}`);
  // page "Unsupported PostgreSQL features": no ORDER BY inside an aggregate, no FILTER; IGNORE NULLS is not imitated.
  reader.expectCopy(')');
  if (reader.is('filter')) reader.refuse('Redshift has no FILTER clause');
  if (reader.is('over')) readWindow(reader, name);
  else if (!AGGREGATES.has(name)) throw refusal(`window function ${name} requires an OVER clause`);
}

function readWindow(reader: Reader, name: string): void {
  // Redshift has no WINDOW clause, so OVER cannot use a window name (AWS: "Window function syntax summary").
  reader.expectCopy('over', '(');
  if (reader.scope !== undefined) reader.scope.hasWindow = true;
  if (reader.copy('partition', 'by')) reader.list(() => reader.grammar.expression(reader));
  const token = reader.peek();
  const isOrdered = reader.is('order');
  if (isOrdered) reader.grammar.order(reader);
  // The pages of these functions show ORDER BY as required.
  if (!isOrdered && SHIFTS.includes(name)) throw refusal(`window function ${name} requires an ORDER BY clause`, token);
  const isFramed = reader.is('rows');
  if (isFramed) readFrame(reader, name);
  if (isOrdered && !isFramed && !RANKING.has(name)) {
    // page "Unsupported PostgreSQL features", AWS: "Window function syntax summary".
    throw refusal('Aggregate window functions with an ORDER BY clause require a frame clause', token);
  }
  // RANGE and GROUPS are refused here: ROWS is the only frame (page "Unsupported PostgreSQL features").
  reader.expectCopy(')');
}

function readFrame(reader: Reader, name: string): void {
  if (RANKING.has(name)) reader.refuse('a ranking function takes no frame');
  reader.pass();
  if (!reader.copy('between')) {
    readBound(reader);
    return;
  }
  readBound(reader);
  reader.expectCopy('and');
  readBound(reader);
}

function readBound(reader: Reader): void {
  if (reader.copy('current', 'row')) return;
  if (!reader.copy('unbounded')) {
    if (reader.peek().kind !== 'number') reader.refuse();
    reader.pass();
  }
  if (!reader.copy('preceding')) reader.expectCopy('following');
}
