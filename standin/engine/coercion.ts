import { unknownType } from './domains.ts';

/** The start of the body of a function that refuses: it cannot be planned, and the rest of the body is the message. */
export const REFUSAL = '@ ';

const refusing = (signature: string, result: string, words: string): string =>
  `CREATE FUNCTION ${signature} RETURNS ${result} LANGUAGE sql IMMUTABLE AS '${REFUSAL}${words}';`;

/** Removes PostgreSQL's conversions that Redshift does not have, and replaces those that differ. */
export function coercionSql(): string {
  return `SET check_function_bodies TO off;
${unknownLiterals(0)}
${unknownLiterals(1)}
${booleans()}
SET check_function_bodies TO on;
${INTEGERS}
${AVERAGES}`;
}

/**
 * The type of bare literals. Casts to text and concatenations, which PostgreSQL would do by itself, get functions that
 * refuse. The type's input function accepts nothing, so that a literal beside such a column, in CASE or UNION, does not get
 * this type too.
 */
function unknownLiterals(side: 0 | 1): string {
  const type = unknownType(side);
  const words = (target: string): string => `failed to find conversion function from "unknown" to ${target}`;
  const casts = ['bpchar', 'text', 'varchar'].map((target) => {
    const name = `redshift.to_${target}_${side}(${type})`;
    const refusal = refusing(name, target, words(target === 'text' ? 'text' : 'character varying'));
    return `${refusal}\nCREATE CAST (${type} AS ${target}) WITH FUNCTION ${name};`;
  });
  const concatenations = ['bpchar', 'text'].flatMap((other) =>
    [
      [type, other],
      [other, type],
    ].map(
      ([left, right]) => `${refusing(`redshift.concatenate(${left}, ${right})`, 'bpchar', words('text'))}
CREATE OPERATOR redshift.|| (LEFTARG = ${left}, RIGHTARG = ${right}, FUNCTION = redshift.concatenate);`,
    ),
  );
  return `CREATE TYPE ${type};
CREATE FUNCTION ${type}_in(cstring) RETURNS ${type} LANGUAGE internal IMMUTABLE AS 'pg_node_tree_in';
CREATE FUNCTION ${type}_out(${type}) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE ${type} (INPUT = ${type}_in, OUTPUT = ${type}_out, LIKE = text);
CREATE CAST (text AS ${type}) WITHOUT FUNCTION;
${[...casts, ...concatenations].join('\n')}`;
}

/**
 * BOOLEAN and text do not convert to each other; only a literal can become a BOOLEAN (datafold/data-diff issue 280,
 * dimitri/pgloader issue 1549; AWS: "Type compatibility and conversion" has no such conversions). PostgreSQL's own casts
 * are replaced.
 */
function booleans(): string {
  const casts = ['bpchar', 'text'].map((type) => {
    const name = `redshift.to_boolean(${type})`;
    return `${refusing(name, 'boolean', 'cannot cast type character varying to boolean')}
CREATE CAST (${type} AS boolean) WITH FUNCTION ${name};`;
  });
  const concatenations = ['boolean,bpchar', 'bpchar,boolean', 'boolean,text', 'text,boolean'].map((pair) => {
    const [left = '', right = ''] = pair.split(',');
    const words = [left, right].map((type) => (type === 'boolean' ? type : 'character varying')).join(' || ');
    return `${refusing(`redshift.concatenate(${pair})`, 'bpchar', `operator does not exist: ${words}`)}
CREATE OPERATOR redshift.|| (LEFTARG = ${left}, RIGHTARG = ${right}, FUNCTION = redshift.concatenate);`;
  });
  return `${refusing('redshift.to_text(boolean)', 'text', 'cannot cast type boolean to character varying')}
UPDATE pg_catalog.pg_cast SET castfunc = CAST('redshift.to_text(boolean)' AS regprocedure), castcontext = 'e'
WHERE castsource = CAST('boolean' AS regtype) AND casttarget IN ('bpchar'::regtype, 'text'::regtype, 'varchar'::regtype);
${[...casts, ...concatenations].join('\n')}`;
}

/**
 * AWS: "SUM function": a BIGINT for integers, which can overflow; "CEILING function", "FLOOR function": the type of the
 * argument.
 */
const INTEGERS = `
CREATE AGGREGATE redshift.sum(bigint) (SFUNC = int8pl, STYPE = bigint);
${['smallint', 'integer', 'bigint']
  .flatMap((type) =>
    ['ceil', 'floor'].map(
      (name) => `CREATE FUNCTION redshift.${name}(${type}) RETURNS ${type} LANGUAGE sql IMMUTABLE AS 'SELECT $1';`,
    ),
  )
  .join('\n')}
`;

/**
 * AWS: "AVG function": a BIGINT for integers, and the argument's scale for a DECIMAL. AWS does not say whether it rounds.
 */
const AVERAGES = `
CREATE FUNCTION redshift.avg_step(s bigint[], v bigint) RETURNS bigint[] LANGUAGE sql IMMUTABLE STRICT AS
  'SELECT ARRAY[s[1] + 1, s[2] + v]';
CREATE FUNCTION redshift.avg_of(s bigint[]) RETURNS bigint LANGUAGE sql IMMUTABLE AS
  'SELECT CASE WHEN s[1] > 0 THEN s[2] / s[1] END';
CREATE FUNCTION redshift.avg_step(s numeric[], v numeric) RETURNS numeric[] LANGUAGE sql IMMUTABLE STRICT AS
  'SELECT ARRAY[s[1] + 1, s[2] + v]';
CREATE FUNCTION redshift.avg_of(s numeric[]) RETURNS numeric LANGUAGE sql IMMUTABLE AS
  'SELECT CASE WHEN s[1] > 0 THEN trunc(s[2] / s[1], scale(s[2])) END';
${[
  ['smallint', 'bigint[]', 'int2_avg_accum'],
  ['integer', 'bigint[]', 'int4_avg_accum'],
  ['bigint', 'bigint[]', 'redshift.avg_step'],
  ['numeric', 'numeric[]', 'redshift.avg_step'],
]
  .map(
    ([type, state, step]) =>
      `CREATE AGGREGATE redshift.avg(${type}) (SFUNC = ${step}, STYPE = ${state}, FINALFUNC = redshift.avg_of, INITCOND = '{0,0}');`,
  )
  .join('\n')}
`;
