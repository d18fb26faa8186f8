import type { History } from './histories.ts';

/**
 * A history as small as it can be made until a time (as performance.now() tells it) by leaving out loads, files and
 * records one after the other, as long as it stays wrong.
 */
export async function smallest(
  history: History,
  isWrong: (history: History) => Promise<boolean>,
  until: number,
): Promise<History> {
  for (const one of smaller(history)) {
    if (performance.now() > until) return history;
    if (await isWrong(one)) return smallest(one, isWrong, until);
  }
  return history;
}

/** The histories that lack one load, one file or one record: what is left out is the largest first. */
function* smaller(history: History): Generator<History> {
  for (const at of history.keys()) {
    if (history.length > 1) yield history.toSpliced(at, 1);
  }
  for (const [at, files] of history.entries()) {
    for (const file of files.keys()) {
      if (files.length > 1) yield history.with(at, files.toSpliced(file, 1));
    }
  }
  for (const [at, files] of history.entries()) {
    for (const [index, file] of files.entries()) {
      for (const record of file.records.keys()) {
        yield history.with(at, files.with(index, { ...file, records: file.records.toSpliced(record, 1) }));
      }
    }
  }
}
