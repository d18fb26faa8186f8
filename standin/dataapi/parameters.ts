import type { SqlParameter } from '@aws-sdk/client-redshift-data';
import type { Parameters } from '../executor.ts';
import { UNCERTAIN, validation } from './errors.ts';

// Text that may contain a colon without naming a parameter comes first: literals, quoted names, comments, casts.
const TOKENS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|::|:([0-9a-zA-Z_]+)/g;

/**
 * The parameters a statement names, `:name`; not in comments, and `::` is a cast (AWS page "Passing SQL statements to an
 * Amazon Redshift data warehouse").
 */
export function referencedParameters(sql: string): ReadonlySet<string> {
  return new Set([...sql.matchAll(TOKENS)].flatMap(([, name]) => name ?? []));
}

/**
 * The parameters of each statement. Every parameter that a statement names must be given, and every given one must be
 * named by at least one statement (the same page). Throws ValidationException.
 */
export function bindParameters(
  sqls: readonly string[],
  given: readonly SqlParameter[] = [],
): readonly (Parameters | undefined)[] {
  const values = uniqueValues(given);
  const references = sqls.map(referencedParameters);
  if ([...values.keys()].some((name) => !references.some((names) => names.has(name)))) {
    throw validation(UNCERTAIN.unusedParameter);
  }
  return references.map((names) => (names.size === 0 ? undefined : pick(values, names)));
}

function uniqueValues(given: readonly SqlParameter[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const { name = '', value = '' } of given) {
    if (values.has(name)) {
      throw validation(UNCERTAIN.repeatedParameter(name));
    }
    values.set(name, value);
  }
  return values;
}

function pick(values: ReadonlyMap<string, string>, names: ReadonlySet<string>): Parameters {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = values.get(name);
    if (value === undefined) {
      throw validation(UNCERTAIN.missingParameter(name));
    }
    picked[name] = value;
  }
  return picked;
}
