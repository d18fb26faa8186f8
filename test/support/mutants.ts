import type { ObjectStore } from '../../src/objects/objects.ts';
import type { Part } from '../../src/objects/part.ts';
import { openStores } from '../../src/objects/stores.ts';
import { LOAD_GUARD, ROWS_GUARD } from '../../src/pipeline/batches.ts';
import type { Model } from '../../src/sql/catalogue.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import type { Batch, Step, Warehouse } from '../../src/warehouse/warehouse.ts';
import type { LoaderOptions } from './loader.ts';
import { override } from './trials.ts';

/** A way to get it wrong; some trial must notice. */
export interface Mutant {
  readonly name: string;
  readonly options: () => LoaderOptions;
  /** The engines on which it is no mistake, and why. */
  readonly harmlessOn?: { readonly engines: readonly string[]; readonly reason: string };
}

export const MUTANTS: readonly Mutant[] = [
  inStatement(
    'matches only the new triples',
    'affected_songplays',
    /\(SELECT "song_id", "before_[^\n]*? UNION ALL /,
    '(',
  ),
  inStatement('looks up no late songs', 'affected_songplays', /UNION[\s\S]*? found$/, ''),
  inStatement(
    'breaks no tie of events',
    'run_current_events',
    /"loaded_at" DESC,[^\n]*?\) AS starload_rank/,
    '"loaded_at" DESC) AS starload_rank',
  ),
  inStatement(
    'breaks no tie of songs',
    'run_current_songs',
    /"loaded_at" DESC,[^\n]*?\) AS starload_rank/,
    '"loaded_at" DESC) AS starload_rank',
  ),
  inRebuild('lets the earlier version of an event win in a rebuild', 'insert_current_events'),
  inRebuild('lets the earlier version of a song win in a rebuild', 'insert_current_songs'),
  inStatement(
    'fans out plays that several songs match',
    'insert_songplays',
    /LEFT JOIN \([\s\S]*\) m ON/,
    'LEFT JOIN (SELECT title AS match_title, artist_name AS match_artist, duration, song_id FROM current_songs) m ON',
  ),
  inStatement('matches without the duration', 'insert_songplays', / AND e\.length = m\.duration/, ''),
  inStatement('takes the greatest song_id of several', 'insert_songplays', /MIN\(song_id\)/, 'MAX(song_id)'),
  {
    ...inStatement('compares trailing blanks', 'run_current_events', /RTRIM\(song, ' '\)/, 'song'),
    harmlessOn: { engines: ['redshift'], reason: 'it ignores trailing blanks by itself' },
  },
  inStatement(
    'forgets the artists a song had before',
    'delete_artists',
    /SELECT "before_artist_id" AS "artist_id" FROM [^\n]*? UNION ALL /,
    '',
  ),
  inStatement(
    'picks the spelling of an artist by song alone',
    'insert_artists',
    /CASE WHEN COALESCE\(RTRIM[\s\S]*?song_id\n/,
    'song_id DESC\n',
  ),
  inStatement('takes the user from any event', 'insert_users', /MAX\(ts\)/, 'MIN(ts)'),
  inStatement(
    'lists users who were never logged in',
    'run_current_events',
    /CASE WHEN userid IS NULL OR[^\n]*END AS logged_in/,
    'userid IS NOT NULL AS logged_in',
  ),
  inStatement(
    'cuts the milliseconds',
    'run_current_events',
    /\n\s*\+ \(ts - 1000[^\n]*AS start_time/,
    ' AS start_time',
  ),
  without('deletes no time', 'delete_time'),
  without('deletes no songplays', 'delete_songplays'),
  without('deletes no songs', 'delete_songs'),
  without('deletes no users', 'delete_users'),
  inProtocol('locks without an update', 'begin_run', 'SELECT 1'),
  inProtocol('forgets which files were undone', 'undo_ledger', 'DELETE FROM load_ledger WHERE {base}'),
  inProtocol(
    'leaves a row of a file that is undone',
    'undo_file_rows',
    `DELETE FROM {table} WHERE source_line > 1 AND EXISTS (SELECT 1 FROM load_ledger WHERE {base})
AND source_file = 1 AND loaded_at IN (SELECT loaded_at FROM load_ledger WHERE {base})`,
  ),
  inProtocol(
    'takes the rows of other files of a run with those of a file that is undone',
    'undo_file_rows',
    'DELETE FROM {table} WHERE loaded_at IN (SELECT loaded_at FROM load_ledger WHERE {base})',
  ),
  inProtocol('takes moved files for loaded whose content was undone', 'undo_moved', 'SELECT 1'),
  inProtocolText(
    'loses who is forgotten',
    'ledger_versions',
    "status <> 'forgotten'",
    "status NOT IN ('forgotten', 'forget')",
  ),
  inProtocolText('loses who is forgotten in new tables', 'keep_history', "('loaded', 'forget')", "('loaded')"),
  inProtocolText('goes on though somebody was forgotten', LOAD_GUARD, ' OR forgets.entries > 0', ''),
  { name: 'leaves the forgotten in staging', options: () => ({ wrap: leavingOut('forget_staging_events') }) },
  { name: 'leaves bad records of the forgotten', options: () => ({ wrap: leavingOut('forget_rejected') }) },
  inGuard('has its stamp guard off', 'run.previous_stamp >= run.stamp'),
  inGuard('has its ledger guard off', 'others.files > 0'),
  inGuard('goes on in tables made anew', 'base.files = 0'),
  { name: 'writes the ledger beside the transaction', options: () => ({ wrap: ledgerBeside }) },
  { name: 'commits after staging', options: () => ({ wrap: commitsAfterStaging }) },
  { name: 'stops listing at an empty page', options: () => ({ store: stopsAtAnEmptyPage }) },
  {
    name: 'copies whatever version of a big file is there',
    options: () => ({ wrap: copiesAnyVersion }),
    harmlessOn: { engines: ['duckdb', 'postgres'], reason: 'only Redshift reads S3 by itself' },
  },
  {
    name: 'loses the lines behind a malformed record',
    options: () => ({ store: goesOnAtTheNextBrace }),
  },
  {
    name: 'drops tables by their plain names',
    options: () => ({ wrap: dropsPlainNames }),
    harmlessOn: { engines: ['postgres', 'redshift'], reason: 'plain names are those of one schema' },
  },
  { name: 'reconciles all columns but the last of each table', options: () => ({ wrap: leavesTheLastColumnOut }) },
  { name: 'reconciles with =, so that NULLs vanish', options: () => ({ wrap: reconcilesWithoutNulls }) },
  { name: 'counts rows before it has the lock only', options: () => ({ wrap: countsOutsideTheLock }) },
];

/** A mistake in a statement by which a load derives rows. */
function inStatement(name: string, statement: string, pattern: RegExp, replacement: string): Mutant {
  return {
    name,
    options: () => ({ model: mapStatement('load', statement, (sql) => replaced(sql, pattern, replacement)) }),
  };
}

function inRebuild(name: string, statement: string): Mutant {
  return {
    name,
    options: () => ({
      model: mapStatement('rebuild', statement, (sql) => replaced(sql, /"loaded_at" DESC/, '"loaded_at" ASC')),
    }),
  };
}

function without(name: string, statement: string): Mutant {
  return { name, options: () => ({ model: mapStatement('load', statement, () => 'SELECT 1') }) };
}

function inProtocol(name: string, file: string, sql: string): Mutant {
  return {
    name,
    options: () => {
      const model = loadModel();
      return { model: { ...model, protocol: new Map([...model.protocol, [file, sql]]) } };
    },
  };
}

/** One of the conditions of the load's guard never holds. */
/** Another text in a statement of the protocol. */
function inProtocolText(name: string, file: string, text: string, instead: string): Mutant {
  const sql = loadModel().protocol.get(file) ?? '';
  if (!sql.includes(text)) throw new Error(`${file} has no ${text}`);
  return inProtocol(name, file, sql.replace(text, instead));
}

/** A batch leaves one of its steps out. */
function leavingOut(name: string): (warehouse: Warehouse) => Warehouse {
  return (warehouse) =>
    override(warehouse, {
      run: (batch, onMoment) =>
        warehouse.run(
          withoutSteps(batch, (step) => step.name === name),
          onMoment,
        ),
    });
}

function inGuard(name: string, condition: string): Mutant {
  const guard = loadModel().protocol.get(LOAD_GUARD) ?? '';
  if (!guard.includes(`WHEN ${condition}`)) {
    throw new Error(`${LOAD_GUARD} does not ask whether ${condition}`);
  }
  return inProtocol(name, LOAD_GUARD, guard.replace(`WHEN ${condition}`, 'WHEN 1 = 0'));
}

function mapStatement(extent: 'load' | 'rebuild', statement: string, change: (sql: string) => string): Model {
  const model = loadModel();
  if (!model.derivation[extent].some(({ name }) => name === statement)) {
    throw new Error(`no statement ${statement} to mutate`);
  }
  const mutated = model.derivation[extent].map((one) =>
    one.name === statement ? { ...one, sql: change(one.sql) } : one,
  );
  return { ...model, derivation: { ...model.derivation, [extent]: mutated } };
}

/** A mutant that changes nothing would survive for the wrong reason. */
function replaced(sql: string, pattern: RegExp, replacement: string): string {
  const changed = sql.replace(pattern, replacement);
  if (changed === sql) {
    throw new Error(`the mutation ${pattern} changes nothing in\n${sql}`);
  }
  return changed;
}

/** Which tables go is left to the search path, as in 0.1.0. */
function dropsPlainNames(warehouse: Warehouse): Warehouse {
  return override(warehouse, {
    run: async (batch, onMoment) => {
      if (batch.creates === true) {
        const steps = loadModel().tables.map(
          ({ name }) => ({ kind: 'sql', name: `drop_${name}`, sql: `DROP TABLE IF EXISTS "${name}"` }) as const,
        );
        await warehouse.run({ name: `${batch.name}-drop`, locks: false, asWritten: true, steps });
      }
      const rest = withoutSteps(batch, ({ name }) => /^(drop_|rows_guard|begin_run)/.test(name));
      return warehouse.run(batch.creates === true ? { ...rest, locks: false, lockedTables: [] } : batch, onMoment);
    },
  });
}

/** create-tables trusts the count it made before its transaction. */
function countsOutsideTheLock(warehouse: Warehouse): Warehouse {
  return override(warehouse, {
    run: (batch, onMoment) =>
      warehouse.run(
        withoutSteps(batch, (step) => step.name === ROWS_GUARD),
        onMoment,
      ),
  });
}

function withoutSteps(batch: Batch, isLeftOut: (step: Step) => boolean): Batch {
  return { ...batch, steps: batch.steps.filter((step) => !isLeftOut(step)) };
}

/** The ledger's rows commit before the data does. */
function ledgerBeside(warehouse: Warehouse): Warehouse {
  return splitting(warehouse, (step) => step.name === 'copy_load_ledger');
}

/** Staging commits before the star does. */
function commitsAfterStaging(warehouse: Warehouse): Warehouse {
  return splitting(warehouse, (step) => step.name.startsWith('copy_staging'));
}

/** A batch is cut in two after the last step of some kind. */
function splitting(warehouse: Warehouse, isLast: (step: Step) => boolean): Warehouse {
  return override(warehouse, {
    run: async (batch, onMoment) => {
      const cut = batch.steps.findLastIndex(isLast) + 1;
      const part = (steps: Batch['steps']): Batch => ({ ...batch, steps });
      const first = await warehouse.run(part(batch.steps.slice(0, cut)), onMoment);
      return [...first, ...(await warehouse.run(part(batch.steps.slice(cut)), onMoment))];
    },
  });
}

function stopsAtAnEmptyPage(store: ObjectStore): ObjectStore {
  return {
    read: (object) => store.read(object),
    async *list(root) {
      for await (const page of store.list(root)) {
        if (page.objects.length + page.skipped.length === 0) return;
        yield page;
      }
    },
  };
}

/** A file in S3 that is handed on is taken for the one that was listed. */
function copiesAnyVersion(warehouse: Warehouse): Warehouse {
  const run: Warehouse['run'] = async (batch, onMoment) => {
    const steps: Step[] = [];
    for (const step of batch.steps) {
      steps.push(step.kind === 'copy' ? { ...step, parts: await Promise.all(step.parts.map(asItIsNow)) } : step);
    }
    return warehouse.run({ ...batch, steps }, onMoment);
  };
  return override(warehouse, { run });
}

async function asItIsNow(part: Part): Promise<Part> {
  const { untouched } = part;
  if (untouched === undefined) return part;
  for await (const { objects } of openStores().storeOf(untouched.uri).list(untouched.uri)) {
    return { ...part, untouched: objects[0] };
  }
  return part;
}

/** Of a malformed record and the lines behind it that begin with no brace, one malformed line is left. */
function goesOnAtTheNextBrace(store: ObjectStore): ObjectStore {
  return {
    list: (root) => store.list(root),
    async *read(object) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of store.read(object)) chunks.push(chunk);
      yield Buffer.from(skipping(Buffer.concat(chunks).toString('utf8').split('\n')).join('\n'));
    },
  };
}

function skipping(lines: readonly string[]): readonly string[] {
  let isBad = false;
  return lines.flatMap((line) => {
    const goesOn = isBad && !line.startsWith('{');
    isBad = goesOn || !(line === '' || isJson(line));
    return goesOn ? [] : [isBad ? '{oops}' : line];
  });
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** Of what reconcile compares, the last column is the same on both sides. */
function leavesTheLastColumnOut(warehouse: Warehouse): Warehouse {
  return comparing(warehouse, (sql) => {
    const [, column = '', alias = ''] = /("\w+") AS (v\d+), 1 AS due/.exec(sql) ?? [];
    return replaced(sql, new RegExp(`${column} AS ${alias}\\b`, 'g'), `NULLIF(${column}, ${column}) AS ${alias}`);
  });
}

/** Rows with a NULL in them are equal to none, and so are left out. */
function reconcilesWithoutNulls(warehouse: Warehouse): Warehouse {
  return comparing(warehouse, (sql) => {
    const [, values = ''] = /SELECT (v1(?:, v\d+)*), rows_due/.exec(sql) ?? [];
    const areEqual = values.split(', ').map((value) => `${value} = ${value}`);
    return replaced(sql, /\) counted\n/, `) counted\nWHERE ${areEqual.join(' AND ')}\n`);
  });
}

/** Changes the statements by which reconcile compares values. */
function comparing(warehouse: Warehouse, change: (sql: string) => string): Warehouse {
  return override(warehouse, {
    run: (batch, onMoment) => {
      const isComparison = (step: Step) => step.kind === 'sql' && /^compare_(?!model$)/.test(step.name);
      const steps = batch.steps.map((step) =>
        step.kind === 'sql' && isComparison(step) ? { ...step, sql: change(step.sql) } : step,
      );
      return warehouse.run({ ...batch, steps }, onMoment);
    },
  });
}
