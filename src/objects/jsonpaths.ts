import { messageOf, StarloadError } from '../errors.ts';

/** A path into a record: keys of objects, indexes of arrays. */
export type JsonPath = readonly (string | number)[];

/**
 * Reads a jsonpaths file: exactly one object with exactly the key `jsonpaths`, an array of paths, the nth of which feeds
 * the nth loaded column. Redshift falls back to 'auto' without a word when the key has another name (Database Developer
 * Guide, COPY from JSON format); here that is an error. Throws StarloadError with every mistake.
 */
export function parseJsonPaths(text: string, file: string, columns: number): readonly JsonPath[] {
  const paths = readArray(text, file);
  const parsed = paths.map((path) => (typeof path === 'string' ? parsePath(path) : undefined));
  const mistakes = paths.flatMap((path, index) =>
    parsed[index] === undefined
      ? [`expression ${index + 1} is not a JSONPath that COPY understands: ${JSON.stringify(path)}`]
      : [],
  );
  if (paths.length !== columns) {
    mistakes.push(`${paths.length} expressions for ${columns} columns: the nth expression feeds the nth column`);
  }
  if (mistakes.length > 0) {
    throw refusal(file, mistakes.join('\n  '));
  }
  return parsed as JsonPath[];
}

function readArray(text: string, file: string): readonly unknown[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw refusal(file, `not JSON: ${messageOf(cause)}`);
  }
  if (
    typeof content !== 'object' ||
    content === null ||
    Array.isArray(content) ||
    Object.keys(content).join() !== 'jsonpaths'
  ) {
    throw refusal(file, 'it must hold one object with exactly one key, "jsonpaths"');
  }
  const paths = (content as { jsonpaths: unknown }).jsonpaths;
  if (!Array.isArray(paths) || paths.length === 0) {
    throw refusal(file, '"jsonpaths" must be an array of expressions');
  }
  return paths;
}

/** Bracket notation `$['a']['b'][0]` or dot notation `$.a.b[0]`, not mixed, no wildcards. */
function parsePath(path: string): JsonPath | undefined {
  if (/^\$(\['[^'\\]+'\]|\[\d+\])+$/.test(path)) {
    return [...path.matchAll(/\['([^']+)'\]|\[(\d+)\]/g)].map(([, key, index]) => key ?? Number(index));
  }
  if (/^\$(\.[^.[\]*'"\s]+|\[\d+\])+$/.test(path)) {
    return [...path.matchAll(/\.([^.[]+)|\[(\d+)\]/g)].map(([, key, index]) => key ?? Number(index));
  }
  return undefined;
}

function refusal(file: string, reason: string): StarloadError {
  return new StarloadError(`the jsonpaths file ${file} cannot be used:\n  ${reason}`, {
    next: 'Correct the file, or remove the jsonpaths key from dwh.cfg: columns are then matched by name in any case.',
  });
}
