import type { DataProblem } from '../errors.ts';
import { breathe } from '../objects/breathe.ts';
import { problemOf } from '../objects/bundle.ts';
import { ContentReader } from '../objects/bytes.ts';
import { RecordFramer } from '../objects/frame.ts';
import type { JsonPath } from '../objects/jsonpaths.ts';
import type { ObjectStore, SourceObject } from '../objects/objects.ts';
import { WholeRecords } from '../objects/whole-records.ts';
import type { Table } from '../sql/catalogue.ts';
import { fieldsAsMet } from './fields-as-met.ts';
import { checkFields, type FieldProblem, type FieldText } from './record.ts';
import { wantedKeys } from './wanted-keys.ts';

/** The files of one staging table, to be searched for the records that are to blame. */
export interface Haystack {
  readonly table: Table;
  /** Of its jsonpaths file; absent where keys are matched by name. */
  readonly paths: readonly JsonPath[] | undefined;
  readonly store: ObjectStore;
  readonly objects: readonly SourceObject[];
}

/** Looks at a record's fields; what it returns is to blame. */
type Judge = (fields: readonly FieldText[]) => readonly FieldProblem[];

const EXCERPT_CHARACTERS = 160;

/** The records that cannot be loaded, malformed or with values that do not fit their columns, up to a limit. */
export async function findMisfits(haystacks: readonly Haystack[], limit: number): Promise<readonly DataProblem[]> {
  const found: DataProblem[] = [];
  for (const haystack of haystacks) {
    if (found.length < limit) {
      found.push(...(await search(haystack, limit - found.length, (fields) => checkFields(fields, haystack.table))));
    }
  }
  return found;
}

/** The first record that holds a value in a column. */
export async function findValue(
  haystack: Haystack,
  column: string,
  value: string,
  reason: string,
): Promise<DataProblem | undefined> {
  const index = haystack.table.columns.filter(({ hasDefault }) => !hasDefault).findIndex(({ name }) => name === column);
  const wanted = withoutZeros(value);
  const found = await search(haystack, 1, (fields) => {
    const text = fields[index];
    return typeof text === 'string' && (text === value || withoutZeros(text) === wanted) ? [{ column, reason }] : [];
  });
  return found[0];
}

/** `1540919166796.0` and `1540919166796` are the same whole number. */
function withoutZeros(text: string): string {
  return text.replace(/\.0+$/, '');
}

async function search(haystack: Haystack, limit: number, judge: Judge): Promise<readonly DataProblem[]> {
  const found: DataProblem[] = [];
  for (const object of haystack.objects) {
    await searchFile(haystack, object, judge, (problem) => found.push(problem) >= limit);
    if (found.length >= limit) {
      return found.slice(0, limit);
    }
  }
  return found;
}

/** Reads a file past its mistakes, until `onProblem` says that it is enough. */
async function searchFile(
  { table, paths, store }: Haystack,
  object: SourceObject,
  judge: Judge,
  onProblem: (problem: DataProblem) => boolean,
): Promise<void> {
  let enough = false;
  const note = (problem: DataProblem) => {
    enough ||= onProblem(problem);
  };
  // The spellings of this file are enough, and where loading ended early, others are not known.
  const fieldsOf = fieldsAsMet(table, paths);
  const framer = new RecordFramer({
    wanted: wantedKeys(table, paths),
    onMistake: (mistake) => note(problemOf(object, mistake)),
    sink: new WholeRecords((bytes, line) => {
      const record = bytes.toString('utf8');
      for (const { column, reason } of judge(fieldsOf(record, framer.spellings))) {
        note({ file: object.label, line, column, reason, excerpt: excerptOf(record) });
      }
    }),
  });
  try {
    for await (const chunk of new ContentReader(store, object).content()) {
      framer.push(chunk);
      await breathe();
      if (enough) {
        return;
      }
    }
    framer.end();
  } catch (error) {
    note(problemOf(object, error));
  }
}

/** A record's beginning, for people to recognise it; no character is cut in two. */
export function excerptOf(record: string): string {
  const start = [...record.slice(0, 2 * EXCERPT_CHARACTERS)].slice(0, EXCERPT_CHARACTERS).join('');
  return record.length > start.length ? `${start}…` : record;
}
