/** An unknown key of a file: the number of its records with the key, and the line on which the first of these begins. */
export interface ToldKeyOfFile {
  readonly key: string;
  readonly records: number;
  readonly line: number;
}

/** The unknown keys of a file: how many different ones it has at least, and the first of them. */
export interface ToldKeysOfFile {
  readonly keys: number;
  readonly first: readonly ToldKeyOfFile[];
}

/** The most bytes that the text of a file's unknown keys takes. */
export const MOST_TOLD_BYTES = 4096;

/** The unknown keys of a file as JSON text of limited length; undefined if it has none. */
export function tellKeys(keys: readonly ToldKeyOfFile[], all = keys.length): string | undefined {
  if (all === 0) return undefined;
  const told: string[] = [];
  let bytes = wrapped(all, []).length;
  for (const { key, records, line } of keys) {
    const text = JSON.stringify({ key, records, line });
    bytes += Buffer.byteLength(text) + 1;
    if (bytes > MOST_TOLD_BYTES) break;
    told.push(text);
  }
  return wrapped(all, told);
}

function wrapped(all: number, told: readonly string[]): string {
  return `{"keys":${all},"first":[${told.join(',')}]}`;
}

/** Reads what `tellKeys` wrote; nothing of a text that somebody else wrote. */
export function readToldKeys(text: string): ToldKeysOfFile {
  try {
    const { keys, first } = JSON.parse(text) as ToldKeysOfFile;
    return { keys: Number.isFinite(keys) ? keys : first.length, first: first.filter(isTold) };
  } catch {
    return { keys: 0, first: [] };
  }
}

function isTold(one: Partial<ToldKeyOfFile> | null): boolean {
  return typeof one?.key === 'string' && Number.isFinite(one.records) && Number.isFinite(one.line);
}
