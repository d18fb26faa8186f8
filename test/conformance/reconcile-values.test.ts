import { describe, expect, test } from '@jest/globals';
import { etl } from '../../src/pipeline/etl.ts';
import { reconcile } from '../../src/pipeline/reconcile.ts';
import { type Column, loadedColumns, type Table } from '../../src/sql/catalogue.ts';
import { type Engine, engines } from '../support/engines.ts';
import { type Loader, withLoader } from '../support/loader.ts';
import { LOG_ROOT, linesOf, SONG_ROOT } from '../support/scenario.ts';
import { changesOf, TAMPERINGS, type Tampering, tamperSample } from '../support/tampering.ts';

/** One that has loaded the sample of a tampering. */
function withSample(
  engine: Engine,
  { isNullSample }: Tampering,
  action: (loader: Loader) => Promise<void>,
): Promise<void> {
  return withLoader(engine, async (loader) => {
    const { events, songs } = tamperSample(isNullSample);
    loader.store.files.set(`${LOG_ROOT}/a.json`, linesOf(events));
    loader.store.files.set(`${SONG_ROOT}/a.json`, linesOf(songs));
    await etl(loader.context);
    await action(loader);
  });
}

/** Changes one value of each column that can be changed so, each in a row of its own. Returns these columns by table. */
async function tamper(
  { context: { warehouse } }: Loader,
  tables: readonly Table[],
  columnsOf: (table: Table) => readonly Column[],
  how: Tampering,
) {
  const changes = tables.map((table) => changesOf(table, columnsOf(table), how));
  for (const { statements } of changes) {
    const steps = statements.map((sql, index) => ({ kind: 'sql' as const, name: `tamper_${index}`, sql }));
    await warehouse.run({ name: `tamper-${Math.random()}`, locks: false, steps });
  }
  return new Map(changes.map(({ table, columns }) => [table.name, columns]));
}

/** What a reconciliation names, by table: columns that differ, and rows that stand under another key than theirs. */
async function namedColumns({ context }: Loader, recounts: boolean): Promise<ReadonlyMap<string, readonly string[]>> {
  const { disagreements } = await reconcile(context, { recounts });
  const named = disagreements.map(({ rule, examples }) => [rule, examples.flatMap(columnIn)] as const);
  return new Map(named);
}

function columnIn(example: string): readonly string[] {
  const column = /: (\w+) is .+ instead of .+$/.exec(example)?.[1];
  return / 1 row missing$/.test(example) ? [] : [column ?? (/: 1 row too many$/.test(example) ? KEY : example)];
}

const KEY = 'a key';

describe.each(engines)('reconcile on $name names', (engine) => {
  test.each(TAMPERINGS)('$name in any column of the star and the current tables', (how) =>
    withSample(engine, how, async (loader) => {
      const tables = loader.context.model.tables.filter(({ role }) => role === 'current' || role === 'star');
      const changed = await tamper(loader, tables, ({ columns }) => columns, how);
      const named = await namedColumns(loader, false);
      for (const [table, columns] of changed) {
        expect([table, [...(named.get(table) ?? [])].sort()]).toEqual([
          table,
          how.isOfKeys ? columns.map(() => KEY) : [...columns].sort(),
        ]);
      }
    }),
  );

  test.each(TAMPERINGS)('with --recount, $name in any column of staging', (how) =>
    withSample(engine, how, async (loader) => {
      const tables = loader.context.model.tables.filter(({ role }) => role === 'staging');
      const changed = await tamper(loader, tables, loadedColumns, how);
      const named = await namedColumns(loader, true);
      for (const [table, columns] of changed) {
        expect([table, [...(named.get(table) ?? [])].sort()]).toEqual([
          table,
          how.isOfKeys ? columns.map(() => KEY) : [...columns].sort(),
        ]);
      }
    }),
  );
});
