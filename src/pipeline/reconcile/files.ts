import { Spool } from '../../objects/spool.ts';
import { keysDigests, wantedKeys } from '../../records/wanted-keys.ts';
import { loadedColumns, type Table } from '../../sql/catalogue.ts';
import { STAMP } from '../../sql/design.ts';
import { quoteIdentifier, quoteLiteral } from '../../sql/render.ts';
import type { Step } from '../../warehouse/warehouse.ts';
import { byName } from '../batches.ts';
import type { LoadContext, Tolerance } from '../context.ts';
import { explainFailure } from '../explain.ts';
import type { Forget } from '../forgets.ts';
import { type LoadPlan, planOf } from '../plan.ts';
import { type Keeps, type PreparedTable, prepare, readJsonPaths } from '../prepare.ts';
import { runWithRetry } from '../retry.ts';
import { newRunId } from '../run-id.ts';
import { addRows, type TemporaryCopy, temporarily, temporarilyBeside, temporaryCopy } from '../temporary.ts';
import type { SourceUnit } from '../ways/unit.ts';
import type { Disagreement } from './disagreements.ts';
import { compareKeys, type KeysComparison, keptBefore, type RecountedSource } from './keys.ts';
import { type RowComparison, rowComparisonSql, rowDisagreements } from './rows.ts';
import type { SourceComparison } from './sources.ts';
import { comparisonSql, toDisagreements } from './tables.ts';

/** What to find out about the files. */
export interface FileQuestions {
  /** The newest stamp of the ledger with which the files were compared. */
  readonly stamp: string;
  /** Whether to look for rows that no file holds any more. */
  readonly searchesUnheld: boolean;
  /** The people whose records are left out. */
  readonly forgets: readonly Forget[];
  readonly excerpts: boolean;
}

const NEXT =
  'Somebody changed staging by hand, or records that were rejected fit the model now. npm run create-tables -- --force and npm run etl reload everything.';

/**
 * Compares staging with the files, value by value, and the ledger with what becomes of the files' keys. Each record of a loaded file must be in staging, and, if no other
 * version was ever loaded, staging must hold nothing else. On request, also names the rows that count although no file
 * holds them any more. The files' records are copied into temporary tables as a load copies them. It writes nothing
 * else and leaves nothing behind. Throws DataError if a file cannot be loaded.
 */
export async function compareFiles(
  context: LoadContext,
  sources: readonly SourceComparison[],
  questions: FileQuestions,
): Promise<KeysComparison> {
  const tolerant = { ...context, tolerance: sources.some(({ keptOut }) => keptOut) ? GOOD_RECORDS : undefined };
  const runId = newRunId();
  const spools = {
    loaded: new Spool(context.spoolRoot, `${runId}-1`),
    others: new Spool(context.spoolRoot, `${runId}-2`),
  };
  try {
    const [loaded, others] = [planOfUnits(sources, 'loaded'), planOfUnits(sources, 'others')];
    const counted = await Promise.all(sources.map((source) => countedBefore(context, source)));
    const isKept = new Map(counted.map(({ table, entries, digests }) => [table, keptBefore(entries, digests)]));
    const { forgets } = questions;
    const keeps: Keeps = ({ table }) => isKept.get(table.name);
    const read = await prepare(tolerant, loaded, spools.loaded, { keeps, forgets });
    const keys = compareKeys(counted.map((one, at) => ({ ...one, prepared: read[at] ?? { files: [] } })));
    const prepared: PreparedFiles = {
      loaded: read.map(temporarily),
      others: questions.searchesUnheld
        ? (await prepare(tolerant, others, spools.others, { keeps: () => undefined, forgets })).map(temporarilyBeside)
        : [],
    };
    const values = await compare(tolerant, runId, sources, prepared, questions);
    return { ...keys, disagreements: [...keys.disagreements, ...values] };
  } finally {
    spools.loaded.remove();
    spools.others.remove();
  }
}

/** What the ledger has of a source's keys, and the digests of the model as it is now. */
async function countedBefore(
  context: LoadContext,
  { source, entries, units }: SourceComparison,
): Promise<Omit<RecountedSource, 'prepared'> & { readonly table: string }> {
  const { table } = source;
  const digests = keysDigests(table, wantedKeys(table, await readJsonPaths(context, source)));
  const folders = units.loaded.filter(({ folder }) => folder !== undefined).length;
  return { table: table.name, entries, folders, digests };
}

/** Bad records were kept out, so a file counts with its good records only. */
const GOOD_RECORDS: Tolerance = { maxErrors: Number.POSITIVE_INFINITY, quarantine: false, excerpts: false };

/** A plan of the files of one kind. Whole folders are copied unchanged. */
function planOfUnits(sources: readonly SourceComparison[], kind: 'loaded' | 'others'): LoadPlan {
  return planOf(
    sources.map(({ source, units }) => ({
      source,
      objects: units[kind].flatMap(({ folder, objects }) => (folder === undefined ? objects : [])),
    })),
  );
}

interface PreparedFiles {
  /** The files that are loaded and unchanged. */
  readonly loaded: readonly TemporaryCopy<PreparedTable>[];
  /** All others; empty if not requested. */
  readonly others: readonly TemporaryCopy<PreparedTable>[];
}

async function compare(
  context: LoadContext,
  runId: string,
  sources: readonly SourceComparison[],
  prepared: PreparedFiles,
  { stamp, searchesUnheld, excerpts }: FileQuestions,
): Promise<readonly Disagreement[]> {
  const tableOf = ({ source: { table } }: SourceComparison): Table => {
    const copied = prepared.loaded.find((one) => one.table.like === table.name)?.table ?? table;
    return { ...copied, name: table.name };
  };
  const compared = sources.map((source) => stagedValues(tableOf(source), source, stamp));
  const unheld = searchesUnheld ? context.model.comparisons.filter(({ of }) => of === 'files') : [];
  const steps = [
    ...prepared.loaded.flatMap(temporaryCopy),
    ...sources.flatMap(folderCopies),
    ...compared.map(compareStep),
    ...prepared.others.flatMap(addedTo(prepared.loaded)),
    ...(unheld.length === 0
      ? []
      : [{ kind: 'sql', name: UNHELD, ...comparisonSql(unheld), wanted: 'always' } as const]),
  ];
  const results = await runWithRetry(context, { name: `reconcile-${runId}`, locks: false, steps }).catch(
    async (error) => {
      throw await explainFailure(context, [...prepared.loaded, ...prepared.others], error);
    },
  );
  const resultOf = (wanted: string) => results.find(({ name }) => name === wanted)?.result ?? { rows: [] };
  return [
    ...compared.flatMap((one) => rowDisagreements(resultOf(stepName(one)), one, excerpts)),
    ...toDisagreements(resultOf(UNHELD), unheld),
  ];
}

const UNHELD = 'unheld';

/** Folders that are loaded and unchanged, if the warehouse loads only folders. */
function folderCopies({ source, units }: SourceComparison): readonly Step[] {
  const { table } = temporarily({ table: source.table, parts: [], mapping: byName(source.table) });
  return units.loaded.flatMap(({ folder }: SourceUnit): readonly Step[] =>
    folder === undefined ? [] : [{ kind: 'copy-folder', name: `copy_${table.name}`, table, folder }],
  );
}

/** The model's comparisons use one table of all files, so the others are added after the values are compared. */
function addedTo(loaded: PreparedFiles['loaded']): (copy: TemporaryCopy) => readonly Step[] {
  return (copy) => {
    const into = loaded.find(({ table }) => table.like === copy.table.like);
    return copy.parts.length === 0 || into === undefined
      ? []
      : [...temporaryCopy(copy), addRows(copy.table, into.table)];
  };
}

/** The rows of the loaded files, and the rows that were in staging when the ledger was read. */
function stagedValues(table: Table, { holdsMore }: SourceComparison, stamp: string): RowComparison {
  const until = `WHERE ${quoteIdentifier(STAMP)} <= TIMESTAMP ${quoteLiteral(stamp)}`;
  const columns = loadedColumns(table);
  return {
    rule: table.name,
    columns,
    key: table.key,
    due: quoteIdentifier(temporarily({ table, parts: [], mapping: byName(table) }).table.name),
    found: `(
  SELECT ${columns.map(({ name }) => quoteIdentifier(name)).join(', ')}
  FROM ${quoteIdentifier(table.name)}
  ${until}
) staged_rows`,
    mayFindMore: holdsMore,
    next: NEXT,
  };
}

function compareStep(comparison: RowComparison): Step {
  return { kind: 'sql', name: stepName(comparison), sql: rowComparisonSql(comparison), wanted: 'always' };
}

function stepName({ rule }: RowComparison): string {
  return `compare_${rule}`;
}
