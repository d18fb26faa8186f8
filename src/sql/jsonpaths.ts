import { MAX_PROBLEMS, messageOf, StarloadError } from '../errors.ts';

/** A path into a record: keys of objects, indexes of arrays. */
export type JsonPath = readonly (string | number)[];

/** Where jsonpaths can come from: a file that dwh.cfg names, or one of the model. */
export type JsonPathsOrigin = 'dwh.cfg' | 'model';

/**
 * Reads a jsonpaths file: one object with only the key `jsonpaths`, an array of paths. The nth path feeds the nth
 * loaded column. If the key has another name, Redshift silently falls back to 'auto' (Database Developer Guide, COPY
 * from JSON format); here that is an error. Throws StarloadError with every mistake and its line.
 */
export function parseJsonPaths(
  text: string,
  file: string,
  columns: number,
  origin: JsonPathsOrigin = 'dwh.cfg',
): readonly JsonPath[] {
  const paths = readArray(text, file, origin);
  const parsed = paths.map((path) => (typeof path === 'string' ? parsePath(path) : undefined));
  const wrong = paths.flatMap((path, at) => {
    const reason = explain(parsed[at]);
    return reason === undefined ? [] : [{ at, reason: `expression ${at + 1} ${reason}: ${show(path)}` }];
  });
  if (wrong.length > 0 || paths.length !== columns) {
    throw jsonPathsError(file, mistakesIn(text, wrong, { expressions: paths.length, columns }).join('\n  '), origin);
  }
  return parsed as JsonPath[];
}

/** What is wrong with a file, one mistake each, with its line. */
function mistakesIn(
  text: string,
  wrong: readonly { readonly at: number; readonly reason: string }[],
  { expressions, columns }: { readonly expressions: number; readonly columns: number },
): readonly string[] {
  const lines = linesOfExpressions(text);
  const named = wrong.slice(0, MAX_PROBLEMS).map(({ at, reason }) => `line ${lines[at]}: ${reason}`);
  const others = wrong.length > named.length ? [`and ${wrong.length - named.length} more like these`] : [];
  const count =
    expressions === columns
      ? []
      : [
          `line ${lines.at(-1)}: ${expressions} expressions for ${columns} columns: the nth expression feeds the nth column`,
        ];
  return [...named, ...others, ...count];
}

/** The depth of the expressions: in the array that is in the object. */
const DEPTH = 2;

/** The line of each expression of a file that is valid. */
function linesOfExpressions(text: string): readonly number[] {
  const lines: number[] = [];
  let depth = 0;
  let line = 1;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|\n|[[{]|[\]}]|[^\s",:[\]{}]+/g)) {
    if (token === '\n') {
      line += 1;
    } else if (token === ']' || token === '}') {
      depth -= 1;
    } else {
      if (depth === DEPTH) lines.push(line);
      if (token === '[' || token === '{') depth += 1;
    }
  }
  return lines;
}

/** The largest jsonpaths file that is read: many times what the widest table needs. */
export const MAX_JSONPATHS_BYTES = 1024 * 1024;

/** The text of a jsonpaths file. Throws StarloadError unless it is UTF-8: a misread key would match nothing. */
export function decodeJsonPaths(bytes: Uint8Array, file: string, origin?: JsonPathsOrigin): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw jsonPathsError(file, 'it is not UTF-8', origin);
  }
}

/** Reads a model's jsonpaths file. Throws StarloadError with every mistake. */
export function readModelPaths(bytes: Uint8Array, file: string, columns: number): readonly JsonPath[] {
  if (bytes.length > MAX_JSONPATHS_BYTES) {
    throw tooLarge(file, bytes.length, 'model');
  }
  return parseJsonPaths(decodeJsonPaths(bytes, file, 'model'), file, columns, 'model');
}

/** The error for a file that is larger than a jsonpaths file can be. */
export function tooLarge(file: string, bytes: number, origin?: JsonPathsOrigin): StarloadError {
  return jsonPathsError(file, `${bytes} bytes, but the limit is ${MAX_JSONPATHS_BYTES}`, origin);
}

const LONGEST_SHOWN = 80;

/** The text that is in the place of an expression. Nested values may be nested too deeply to be shown. */
function show(path: unknown): string {
  if (typeof path === 'object' && path !== null) {
    return Array.isArray(path) ? 'an array' : 'an object';
  }
  const text = JSON.stringify(path);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

function readArray(text: string, file: string, origin: JsonPathsOrigin): readonly unknown[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw jsonPathsError(file, `not JSON: ${messageOf(cause)}`, origin);
  }
  if (
    typeof content !== 'object' ||
    content === null ||
    Array.isArray(content) ||
    Object.keys(content).join() !== 'jsonpaths'
  ) {
    throw jsonPathsError(file, 'it must hold one object with exactly one key, "jsonpaths"', origin);
  }
  const paths = (content as { jsonpaths: unknown }).jsonpaths;
  if (!Array.isArray(paths) || paths.length === 0) {
    throw jsonPathsError(file, '"jsonpaths" must be an array of expressions', origin);
  }
  return paths;
}

/** Why no record has a value at a path. */
function explain(path: JsonPath | undefined): string | undefined {
  if (path === undefined) {
    return 'is not a JSONPath that COPY understands';
  }
  return typeof path[0] === 'number' ? 'is an element of an array, and records are objects' : undefined;
}

/** Bracket notation `$['a']['b'][0]` or dot notation `$.a.b[0]`, not mixed, without wildcards. */
function parsePath(path: string): JsonPath | undefined {
  if (/^\$(?:\[(?:'[^'\\]+'|\d+)\])+$/.test(path)) {
    return [...path.matchAll(/\$?\[(?:'([^']+)'|(\d+))\]/gy)].map(([, key, index]) => key ?? Number(index));
  }
  if (/^\$(\.[^.[\]*'"\s]+|\[\d+\])+$/.test(path)) {
    return [...path.matchAll(/\.([^.[]+)|\[(\d+)\]/g)].map(([, key, index]) => key ?? Number(index));
  }
  return undefined;
}

/** The error for a jsonpaths file that cannot be used. */
export function jsonPathsError(file: string, reason: string, origin: JsonPathsOrigin = 'dwh.cfg'): StarloadError {
  return new StarloadError(`the jsonpaths file ${file} cannot be used:\n  ${reason}`, {
    next:
      origin === 'model'
        ? 'Correct the file, or delete it: then columns are matched by name, in any case.'
        : 'Correct the file, or remove the jsonpaths key from dwh.cfg: then columns are matched by name, in any case.',
  });
}
