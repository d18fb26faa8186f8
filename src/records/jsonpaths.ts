import { MAX_PROBLEMS, messageOf, StarloadError } from '../errors.ts';

/** A path into a record: keys of objects, indexes of arrays. */
export type JsonPath = readonly (string | number)[];

/**
 * Reads a jsonpaths file: one object with only the key `jsonpaths`, an array of paths. The nth path feeds the nth
 * loaded column. If the key has another name, Redshift silently falls back to 'auto' (Database Developer Guide, COPY
 * from JSON format); here that is an error. Throws StarloadError with every mistake.
 */
export function parseJsonPaths(text: string, file: string, columns: number): readonly JsonPath[] {
  const paths = readArray(text, file);
  const parsed = paths.map((path) => (typeof path === 'string' ? parsePath(path) : undefined));
  const wrong = paths.flatMap((path, index) => {
    const reason = explain(parsed[index]);
    return reason === undefined ? [] : [`expression ${index + 1} ${reason}: ${show(path)}`];
  });
  const mistakes = wrong.slice(0, MAX_PROBLEMS);
  if (wrong.length > mistakes.length) {
    mistakes.push(`and ${wrong.length - mistakes.length} more like these`);
  }
  if (paths.length !== columns) {
    mistakes.push(`${paths.length} expressions for ${columns} columns: the nth expression feeds the nth column`);
  }
  if (mistakes.length > 0) {
    throw jsonPathsError(file, mistakes.join('\n  '));
  }
  return parsed as JsonPath[];
}

/** The largest jsonpaths file that is read: many times what the widest table needs. */
export const MAX_JSONPATHS_BYTES = 1024 * 1024;

/** The text of a jsonpaths file. Throws StarloadError unless it is UTF-8: a misread key would match nothing. */
export function decodeJsonPaths(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw jsonPathsError(file, 'it is not UTF-8');
  }
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

function readArray(text: string, file: string): readonly unknown[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw jsonPathsError(file, `not JSON: ${messageOf(cause)}`);
  }
  if (
    typeof content !== 'object' ||
    content === null ||
    Array.isArray(content) ||
    Object.keys(content).join() !== 'jsonpaths'
  ) {
    throw jsonPathsError(file, 'it must hold one object with exactly one key, "jsonpaths"');
  }
  const paths = (content as { jsonpaths: unknown }).jsonpaths;
  if (!Array.isArray(paths) || paths.length === 0) {
    throw jsonPathsError(file, '"jsonpaths" must be an array of expressions');
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
export function jsonPathsError(file: string, reason: string): StarloadError {
  return new StarloadError(`the jsonpaths file ${file} cannot be used:\n  ${reason}`, {
    next: 'Correct the file, or remove the jsonpaths key from dwh.cfg: then columns are matched by name, in any case.',
  });
}
