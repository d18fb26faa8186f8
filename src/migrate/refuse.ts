import { StarloadError } from '../errors.ts';
import type { Ledger } from '../pipeline/ledger.ts';
import type { Attached } from '../warehouse/warehouse.ts';
import type { TableChange } from './compare.ts';
import type { Effects } from './effects.ts';
import type { Misfit } from './narrow.ts';

const NOTHING_CHANGED = 'nothing was changed';

/**
 * Throws StarloadError for what has the name of one of the model's tables and cannot be a former version of it: it is no
 * table, is another user's, or has few columns of the model's.
 */
export function refuseForeign(changes: readonly TableChange[]): void {
  const foreign = changes.flatMap((change) => {
    const reason = foreignReason(change);
    return reason === undefined ? [] : [`${change.table.name} (${change.found?.kind}, ${reason})`];
  });
  if (foreign.length > 0) {
    throw new StarloadError(`not of this model, although they have the names of its tables: ${foreign.join(', ')}`, {
      outcome: NOTHING_CHANGED,
      next: 'If another model made these tables, name it: --model DIR, or PATH under [MODEL] in dwh.cfg. Or give this one a schema for itself: DB_SCHEMA under [CLUSTER], or PATH under [DUCKDB].',
    });
  }
}

function foreignReason({ found, columns }: TableChange): string | undefined {
  if (found === undefined) return undefined;
  if (found.kind !== 'table') return 'not an ordinary table';
  if (found.stranger !== undefined) return `of the user ${found.stranger}`;
  const known = columns.filter(({ from }) => from !== undefined).length;
  return known * 2 >= Math.min(columns.length, found.columns.length)
    ? undefined
    : `with ${known} of the model's ${columns.length} columns`;
}

/**
 * Throws StarloadError if tables that are made again have columns that the model does not have and that are not named to be
 * dropped: they would be lost.
 */
export function refuseOthers(made: readonly TableChange[], dropped: ReadonlySet<string>): void {
  const lost = made
    .flatMap(({ table, others }) => others.map((name) => `${table.name}.${name}`))
    .filter((name) => !dropped.has(name));
  if (lost.length > 0) {
    throw new StarloadError(
      `these tables are made again, and the model does not have all of their columns: ${lost.join(', ')}`,
      {
        outcome: NOTHING_CHANGED,
        next: `If one has a new name, write it behind the new column: -- was: ${lost[0]?.split('.')[1]}. To drop them: npm run migrate -- --drop ${oneWord(lost.join(','))}`,
      },
    );
  }
}

/** A text as one word of a command line. */
function oneWord(text: string): string {
  return /[^\w.,]/.test(text) ? `'${text.replaceAll("'", String.raw`'\''`)}'` : text;
}

/** Throws StarloadError if rows are missing, or the loader's own tables, which only create-tables makes. */
export function refuseLost({ created, kept }: Effects, ledger: Ledger): void {
  const lacking = created.filter(({ table }) => table.role === 'control' && !table.kept);
  const changed = kept.filter(({ table }) => table.name === 'load_run');
  const isOnlyRun = lacking.every(({ table }) => table.name === 'load_run');
  if (lacking.length > 0 && isOnlyRun) {
    throw new StarloadError('load_run is missing', {
      outcome: NOTHING_CHANGED,
      next: 'npm run create-tables -- --missing creates it.',
    });
  }
  const filled = created.filter(
    ({ table }) => table.role === 'staging' && ledger.loadedVersions(table.name).length > 0,
  );
  const names = [...lacking, ...changed, ...filled].map(({ table }) => table.name);
  if (names.length > 0) {
    throw new StarloadError(
      `${names.join(', ')}: the rows or a column of them are lost, and only a load restores them`,
      {
        outcome: NOTHING_CHANGED,
        next: 'npm run create-tables -- --force recreates all tables, and npm run etl loads all files again.',
      },
    );
  }
}

/** Throws StarloadError with the values that the model's columns do not take. */
export function refuseMisfits(misfits: readonly Misfit[], excerpts: boolean): void {
  if (misfits.length === 0) {
    return;
  }
  const lines = misfits.map(({ table, column, rows, reason, example }) => {
    const such = example === undefined || !excerpts ? '' : `, such as ${JSON.stringify(example)}`;
    return `  ${table}.${column}: ${rows} ${rows === 1 ? 'row' : 'rows'} ${reason}${such}`;
  });
  throw new StarloadError(`values do not fit the columns of the model\n${lines.join('\n')}`, {
    outcome: NOTHING_CHANGED,
    next: 'Give these columns more room in the model, or let them allow NULL: nothing is cut.',
  });
}

/** Throws StarloadError for objects of others that keep tables from being made again. */
export function refuseKept(attached: readonly Attached[]): void {
  const kept = attached.filter(({ keeps }) => keeps);
  if (kept.length > 0) {
    const lines = kept.map(({ what, table }) => `  ${what} depends on table ${table}`);
    throw new StarloadError(`objects of others depend on tables that are made again\n${lines.join('\n')}`, {
      outcome: NOTHING_CHANGED,
      next: 'Drop the objects named above, and create them again afterwards.',
    });
  }
}
