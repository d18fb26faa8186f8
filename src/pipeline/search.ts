import type { DataProblem } from '../errors.ts';
import { breathe } from '../objects/breathe.ts';
import { type IsForgotten, problemOf } from '../objects/bundle.ts';
import { ContentReader } from '../objects/bytes.ts';
import type { ObjectStore, SourceObject } from '../objects/objects.ts';
import { fieldsAsMet } from '../records/fields-as-met.ts';
import { RecordFramer } from '../records/frame.ts';
import type { MistakeListener } from '../records/past-mistakes.ts';
import { checkFields, type FieldProblem, type FieldText } from '../records/record.ts';
import { wantedKeys } from '../records/wanted-keys.ts';
import { WholeRecords } from '../records/whole-records.ts';
import type { Table } from '../sql/catalogue.ts';
import type { JsonPath } from '../sql/jsonpaths.ts';

/** The files of one staging table, to search for the bad records. */
export interface Haystack {
  readonly table: Table;
  /** The paths of its jsonpaths file; absent if keys are matched by name. */
  readonly paths: readonly JsonPath[] | undefined;
  readonly store: ObjectStore;
  readonly objects: readonly SourceObject[];
  /** Records that are not looked at. */
  readonly isForgotten?: IsForgotten | undefined;
}

/** What to look for in files. */
interface Quarry {
  /** Examines a record's fields and returns the problems it finds. */
  readonly judge: (fields: readonly FieldText[]) => readonly FieldProblem[];
  /** Whether to look for malformed records too. */
  readonly malformed: boolean;
  /** The search stops after this many problems. */
  readonly limit: number;
}

/** The records that cannot be loaded. */
export interface Misfits {
  /** Malformed records, or records with values that do not fit their columns. */
  readonly problems: readonly DataProblem[];
  /** Whether a file is broken as a whole, so that what follows its first mistake was not examined. */
  readonly holdBroken: boolean;
}

const EXCERPT_CHARACTERS = 160;

/** The records that cannot be loaded, up to a limit. */
export async function findMisfits(haystacks: readonly Haystack[], limit: number): Promise<Misfits> {
  const problems: DataProblem[] = [];
  let holdBroken = false;
  for (const haystack of haystacks) {
    const judge: Quarry['judge'] = (fields) => checkFields(fields, haystack.table);
    const found = await search(haystack, { judge, malformed: true, limit: limit - problems.length });
    problems.push(...found.problems);
    holdBroken ||= found.holdBroken;
  }
  return { problems, holdBroken };
}

/** The first record that holds a value in a column. */
export async function findValue(
  haystack: Haystack,
  column: string,
  value: string,
  problem: Omit<FieldProblem, 'column'>,
): Promise<DataProblem | undefined> {
  const index = haystack.table.columns.filter(({ hasDefault }) => !hasDefault).findIndex(({ name }) => name === column);
  const wanted = withoutZeros(value);
  const judge: Quarry['judge'] = (fields) => {
    const text = fields[index];
    return typeof text === 'string' && (text === value || withoutZeros(text) === wanted)
      ? [{ column, ...problem }]
      : [];
  };
  const { problems } = await search(haystack, { judge, malformed: false, limit: 1 });
  return problems[0];
}

/** `1540919166796.0` and `1540919166796` are the same whole number. */
function withoutZeros(text: string): string {
  return text.replace(/\.0+$/, '');
}

async function search(haystack: Haystack, quarry: Quarry): Promise<Misfits> {
  const found = new Found(quarry.limit);
  for (const object of haystack.objects) {
    if (!found.isEnough) {
      await searchFile(haystack, object, quarry, found);
    }
  }
  return found;
}

/** What has been found so far. */
class Found implements Misfits {
  readonly problems: DataProblem[] = [];
  holdBroken = false;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get isEnough(): boolean {
    return this.problems.length >= this.#limit;
  }

  note(problem: DataProblem): void {
    if (!this.isEnough) {
      this.problems.push(problem);
    }
  }
}

/** Reads a file past its mistakes, until enough problems are found. */
async function searchFile(
  { table, paths, store, isForgotten }: Haystack,
  object: SourceObject,
  { judge, malformed }: Quarry,
  found: Found,
): Promise<void> {
  // This file's spellings suffice. If loading ended early, those of other files are unknown.
  const fieldsOf = fieldsAsMet(table, paths);
  const framer = new RecordFramer({
    wanted: wantedKeys(table, paths),
    mistakes: malformed ? mistakesOf(object, found) : { onMistake: () => {}, onBroken: () => {} },
    sink: new WholeRecords((bytes, line) => {
      const record = bytes.toString('utf8');
      if (isForgotten?.(record, framer.spellings) === true) return;
      for (const problem of judge(fieldsOf(record, framer.spellings))) {
        found.note({ file: object.label, line, ...problem, excerpt: excerptOf(record) });
      }
    }),
  });
  try {
    for await (const chunk of new ContentReader(store, object).content()) {
      framer.push(chunk);
      await breathe();
      if (found.isEnough) {
        return;
      }
    }
    framer.end();
  } catch (error) {
    found.note(problemOf(object, error));
  }
}

function mistakesOf(object: SourceObject, found: Found): MistakeListener {
  const told = new Set<number>();
  return {
    onMistake: (mistake) => {
      told.add(mistake.line);
      found.note(problemOf(object, mistake));
    },
    onBroken: (mistake) => {
      found.holdBroken = true;
      // A later part of the file may show that a mistake breaks the file as a whole.
      if (!told.has(mistake.line)) {
        found.note(problemOf(object, mistake));
      }
    },
  };
}

/** The beginning of a record, for recognition. It never cuts a character in two. */
export function excerptOf(record: string): string {
  const start = [...record.slice(0, 2 * EXCERPT_CHARACTERS)].slice(0, EXCERPT_CHARACTERS).join('');
  return record.length > start.length ? `${start}…` : record;
}
