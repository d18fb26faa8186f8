import { changesOf, type ModelChange, othersOf } from '../migrate/describe.ts';
import type { MigrationReport } from '../migrate/migrate.ts';
import { isIdle, type MigrationPlan } from '../migrate/plan.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { asStarted } from './command-line.ts';
import { LISTED, more } from './listed.ts';
import { count, counted, document, result, story, styledStory } from './output.ts';
import { warn, warningsForJson, withoutValue } from './reports.ts';
import { renderTable } from './table.ts';

interface Shown {
  readonly json: boolean;
  readonly excerpts?: boolean | undefined;
}

type Place = Pick<Warehouse, 'location' | 'losesGrants'>;

/** Prints what a migration would do. */
export function printMigrationPlan(
  { plan, statements }: { readonly plan: MigrationPlan; readonly statements: readonly string[] },
  place: Place,
  { json }: Shown,
): void {
  tell(plan, place);
  if (json) {
    const status = isIdle(plan) ? 'up_to_date' : 'planned';
    document({ ...planForJson(plan, place), status, filled: [], rows: {}, warnings: [], statements });
    return;
  }
  result(renderChanges(plan));
  if (!isIdle(plan)) {
    story(`${statements.length} statements would run in one transaction:`);
    result(statements.map((sql) => `${sql};`).join('\n\n'));
  }
}

/** Prints what a migration did. */
export function printMigration(report: MigrationReport, place: Place, { json, excerpts = true }: Shown): void {
  const { plan, status, filled, rows } = report;
  const warnings = excerpts ? report.warnings : report.warnings.map(withoutValue);
  warn(warnings);
  tell(plan, place);
  if (json) {
    const told = { rows: Object.fromEntries(rows), warnings: warningsForJson(warnings) };
    document({ ...planForJson(plan, place), status, filled, ...told });
    return;
  }
  result(renderChanges(plan));
  if (status === 'migrated') {
    for (const { table, rows: read, files, others } of filled) {
      const without = others === 0 ? '' : `; ${counted(others, 'row')} without a file`;
      result(`\n${table}: ${counted(read, 'row')} filled from ${counted(files, 'file')}${without}`);
    }
    result(`\n${renderTable(['table', 'rows'], [...rows])}`);
    result(`\nmigrated ${place.location}`);
  }
}

const CLASSES: Readonly<Record<ModelChange['class'], string>> = {
  safe: 'safe',
  rebuild: 'needs a rebuild',
  loses: 'loses something',
};

function renderChanges(plan: MigrationPlan): string {
  const rows = changesOf(plan).map((one) => [one.table, one.column ?? '', one.change, CLASSES[one.class]]);
  return rows.length === 0
    ? 'nothing to migrate: the tables are those of the model'
    : renderTable(['table', 'column', 'change', 'class'], rows);
}

/** What stays, what cannot be filled, and what is lost outside of the tables. */
function tell(plan: MigrationPlan, place: Place): void {
  const warning = styledStory('yellow', 'warning');
  const others = othersOf(plan);
  if (others.length > 0) {
    story(`left alone, because the model does not have them: ${others.join(', ')}`);
  }
  for (const name of plan.unknown) {
    story(`${warning}: --drop ${name}: there is no such table, and no such column that the model does not have`);
  }
  const lost = plan.refills.flatMap((refill) => refill.lost);
  if (lost.length > 0) {
    story(
      `${warning}: ${counted(lost.length, 'version')} of files that were loaded cannot be read again; their rows get what was kept in rescued, or NULL:`,
    );
  }
  const lines = lost
    .slice(0, LISTED)
    .map(({ table, uri, reason, records }) => `${reason}, ${count(records)} rows of ${table}: ${uri}`);
  for (const line of [...lines, ...more(lost, LISTED, '--json names all')]) {
    story(`  ${line}`);
  }
  for (const { what, table } of plan.attached) {
    story(`${warning}: ${what} on ${table} goes with the former table; create it again`);
  }
  const made = madeAgain(plan);
  if (place.losesGrants === true && made.length > 0) {
    story(
      asStarted(`${warning}: the grants on these tables go with the former ones; GRANT them again: ${made.join(', ')}`),
    );
  }
}

/** The tables that are dropped and made again. */
function madeAgain({ effects: { kept, remade } }: MigrationPlan): readonly string[] {
  return [...kept, ...remade].flatMap(({ table, found }) => (found === undefined ? [] : [table.name]));
}

function planForJson(plan: MigrationPlan, { location }: Place) {
  return {
    command: 'migrate',
    warehouse: location,
    changes: changesOf(plan).map(({ column = null, ...one }) => ({ ...one, column })),
    made_again: madeAgain(plan),
    lost: plan.refills.flatMap((refill) => refill.lost),
    others: othersOf(plan),
    unknown: plan.unknown,
    attached: plan.attached.map(({ table, what }) => ({ table, what })),
  };
}
