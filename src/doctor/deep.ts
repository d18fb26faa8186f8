import { compressionOf, withoutCompression } from '../objects/compression.ts';
import type { ObjectStore, SourceObject } from '../objects/objects.ts';
import type { Part } from '../objects/part.ts';
import { Spool } from '../objects/spool.ts';
import { byName } from '../pipeline/batches.ts';
import type { LoadContext, Source } from '../pipeline/context.ts';
import { explainFailure } from '../pipeline/explain.ts';
import { explainLoad } from '../pipeline/explain-statements.ts';
import { readForgets } from '../pipeline/past-runs.ts';
import { planEverything } from '../pipeline/planning.ts';
import { type PreparedTable, prepare } from '../pipeline/prepare.ts';
import { newRunId } from '../pipeline/run-id.ts';
import { temporarily, temporaryCopy } from '../pipeline/temporary.ts';
import { quoteIdentifier } from '../sql/render.ts';
import type { Step, Warehouse } from '../warehouse/warehouse.ts';
import type { CheckOutcome, DoctorCheck } from './checks.ts';
import { type Examination, type Learnt, nameOf, type SampleFile } from './examination.ts';

/** The checks that need a COPY: of one record, loaded in the usual way, and of a file that Redshift reads directly. */
export function deepChecks(examination: Examination, learnt: Learnt): readonly DoctorCheck[] {
  const { deep, sources, aws } = examination;
  if (!deep) {
    return aws?.redshift === undefined
      ? []
      : [{ name: 'role', needs: [], run: async () => roleUntried(aws.redshift?.role) }];
  }
  const statements = { name: 'statements', needs: ['tables'], run: () => planStatements(examination, learnt) };
  const copies = sources.flatMap((source) => {
    const name = nameOf(source);
    const needs = ['work prefix', 'tables', `read ${name}`, `jsonpaths ${name}`];
    const copy = { name: `copy ${name}`, needs, run: () => copyRecord(examination, source, learnt) };
    const role = { name: `role ${name}`, needs, run: () => copyFile(examination, source, learnt) };
    const isRead = aws?.redshift !== undefined && source.root.startsWith('s3://');
    return isRead ? [role, copy] : [copy];
  });
  return [statements, ...copies];
}

/**
 * Whether the warehouse accepts the statements of a load: it plans them, and creates their temporary tables, which are
 * empty.
 */
async function planStatements({ model }: Examination, learnt: Learnt): Promise<CheckOutcome> {
  const { statements, refused } = await explainLoad(model, learnt.warehouse as Warehouse);
  const [first] = refused;
  return first === undefined
    ? { reason: `${statements} statements of a load can be planned` }
    : {
        status: 'failed',
        reason: `the warehouse refuses ${refused.length} of ${statements} statements of a load; the first is ${first.place}: ${first.said}`,
        next: 'Correct that file. If you have not changed it, report it.',
      };
}

function roleUntried(role: string | undefined): CheckOutcome {
  return { status: 'skipped', reason: `only a COPY shows whether Redshift may use ${role}: --deep runs one` };
}

/** Copies one record into a temporary table, which is dropped with its session. Nothing remains. */
async function copyRecord(examination: Examination, source: Source, learnt: Learnt): Promise<CheckOutcome> {
  const warehouse = learnt.warehouse as Warehouse;
  const { object, record = '' } = learnt.samples.get(source.root) as SampleFile;
  if (warehouse.loads === 'folders') {
    return { status: 'skipped', reason: 'there is no work prefix to copy a single record from' };
  }
  const spool = new Spool(examination.spoolRoot, newRunId());
  try {
    const context = contextOf(examination, source, { warehouse, store: oneRecord(object, record) });
    const forgets = await readForgets(context);
    const prepared = (await prepare(context, await planEverything(context), spool, { forgets })).map(temporarily);
    if (prepared.some(({ files }) => files.some(({ forgotten }) => forgotten > 0))) {
      return { status: 'skipped', reason: `the first record of ${object.label} is of somebody who is forgotten` };
    }
    const steps = prepared.flatMap(temporaryCopy);
    const copied = await countCopied(context, { prepared, source, steps });
    return { reason: `${copied} record of ${object.label} was copied into a temporary copy of ${source.table.name}` };
  } finally {
    spool.remove();
  }
}

/** A file of the source as the warehouse reads it: copied by manifest, or by prefix if there is no work prefix. */
async function copyFile(examination: Examination, source: Source, learnt: Learnt): Promise<CheckOutcome> {
  const { aws, emit = () => {} } = examination;
  const warehouse = learnt.warehouse as Warehouse;
  const { object } = learnt.samples.get(source.root) as SampleFile;
  const { steps, what } = warehouse.loads === 'parts' ? byManifest(source, object) : byPrefix(source, object);
  const copied = await countCopied({ warehouse, emit }, { prepared: [], source, steps });
  return { reason: `Redshift read ${what} as ${aws?.redshift?.role}: ${copied} records` };
}

/** The record alone, as a source of its own. */
function oneRecord({ label, uri }: SourceObject, record: string): ObjectStore {
  const bytes = Buffer.from(record);
  const object = { uri: withoutCompression(uri), label, size: bytes.length, version: undefined };
  return {
    async *list() {
      yield { objects: [object], skipped: [] };
    },
    async *read() {
      yield bytes;
    },
  };
}

/** The context of a load if this were the only source. Its jsonpaths file stays where it is. */
function contextOf(
  { model, storeOf, spoolRoot, signal, emit = () => {} }: Examination,
  source: Source,
  { warehouse, store }: { readonly warehouse: Warehouse; readonly store: ObjectStore },
): LoadContext {
  return {
    model,
    warehouse,
    sources: [source],
    storeOf: (root) => (root === source.root ? store : storeOf(root)),
    spoolRoot,
    emit,
    signal,
  };
}

/** The statements that copy a file into a temporary table, and what they read. */
interface FileTrial {
  readonly steps: readonly Step[];
  readonly what: string;
}

/**
 * A file that is passed on untouched, like large files. Keys are matched by name, because their values do not matter
 * here.
 */
function byManifest({ table }: Source, object: SourceObject): FileTrial {
  const part: Part = {
    path: object.uri,
    compression: compressionOf(object.uri),
    records: 0,
    bytes: object.size,
    index: [],
    untouched: object,
  };
  const steps = temporaryCopy(temporarily({ table, parts: [part], mapping: byName(table) }));
  return { steps, what: `a copy of ${object.label}` };
}

function byPrefix({ table, jsonpaths }: Source, object: SourceObject): FileTrial {
  const copy = temporarily({ table, parts: [], mapping: byName(table) });
  const compression = compressionOf(object.uri);
  const folder = { uri: object.uri, compression, jsonpaths } as const;
  const step: Step = { kind: 'copy-folder', name: `copy_${copy.table.name}`, table: copy.table, folder };
  return { steps: [...temporaryCopy(copy), step], what: object.label };
}

interface CopyTrial {
  readonly prepared: readonly PreparedTable[];
  readonly source: Source;
  readonly steps: readonly Step[];
}

/** Runs a COPY into a temporary table and counts the rows. Throws DataError if a value does not fit. */
async function countCopied(
  { warehouse, emit }: Pick<LoadContext, 'warehouse' | 'emit'>,
  { prepared, source, steps }: CopyTrial,
): Promise<number> {
  const { name } = temporarily({ table: source.table, parts: [], mapping: byName(source.table) }).table;
  const count: Step = {
    kind: 'sql',
    name: 'count',
    sql: `SELECT COUNT(*) AS copied FROM ${quoteIdentifier(name)}`,
    wanted: 'always',
  };
  const batch = { name: `check-${newRunId()}`, locks: false, steps: [...steps, count] };
  const results = await warehouse.run(batch).catch(async (error) => {
    throw await explainFailure({ emit }, prepared, error);
  });
  return Number(results.at(-1)?.result?.rows[0]?.[0] ?? 0);
}
