import { StarloadError, UsageError } from '../errors.ts';
import type { Check, Comparison, Model, NamedSql, SourceHead, Table, TableRole } from './catalogue.ts';
import { checkMistakes } from './check-mistakes.ts';
import { completed } from './current.ts';
import { derive } from './derive.ts';
import { forEachTable } from './each-table.ts';
import {
  BUILT_IN_MODEL,
  isPackaged,
  LOADER_SQL,
  loaderAt,
  modelAt,
  packagedModels,
  readFolder,
  refuseStrays,
  type SqlFolder,
} from './folder.ts';
import { headMistakes, tableHeads } from './head-mistakes.ts';
import { header, isSourceName, listed, text } from './heads.ts';
import { Mistakes } from './mistakes.ts';
import { mistakesIn } from './model-mistakes.ts';
import { portableMistakes } from './portable.ts';
import { readTables } from './read-tables.ts';
import { inDependencyOrder } from './reads.ts';
import { fileOf } from './written.ts';

export { BUILT_IN_MODEL, LOADER_SQL, packagedModel, packagedModels } from './folder.ts';

const MODEL_ROLES = ['staging', 'current', 'star'] as const;

const known = new Map<string, Model>();

/**
 * Reads a model from its folder, and the loader's own SQL. Throws StarloadError with the name of a file that is not valid.
 * The models of the package are read once, since its files do not change while it runs.
 */
export function loadModel(path: string = BUILT_IN_MODEL, loaderPath: string = LOADER_SQL): Model {
  if (!isPackaged(path) || loaderPath !== LOADER_SQL) {
    return readModel(path, loaderPath);
  }
  const model = known.get(path) ?? readModel(path, loaderPath);
  known.set(path, model);
  return model;
}

function readModel(path: string, loaderPath: string): Model {
  const [folder, loader] = [modelAt(path), loaderAt(loaderPath)];
  refuseStrays(folder);
  const mistakes = new Mistakes();
  const written = [
    ...readTables(loader, 'control', mistakes),
    ...MODEL_ROLES.flatMap((role) =>
      readTables(folder, role, mistakes, role === 'staging' ? readFolder(loader, 'staging') : []),
    ),
  ];
  const checks = {
    loader: [
      ...readChecks(loader, 'checks/staged', 'staged', mistakes),
      ...readChecks(loader, 'checks/star', 'star', mistakes),
    ],
    own: [
      ...readChecks(folder, 'checks/staged', 'staged', mistakes),
      ...readChecks(folder, 'checks/star', 'star', mistakes),
    ],
  };
  const comparisons = {
    loader: [
      ...readComparisons(loader, 'reconcile/control', 'control', mistakes),
      ...readComparisons(loader, 'reconcile', 'tables', mistakes),
    ],
    own: [
      ...readComparisons(folder, 'reconcile', 'tables', mistakes),
      ...readComparisons(folder, 'reconcile/recount', 'files', mistakes),
    ],
  };
  const queries = readFolder(folder, 'queries', mistakes);
  mistakes.add(
    ...written.filter(({ role }) => role !== 'control').flatMap(tableHeads),
    ...checks.own.flatMap((file) => headMistakes(file, { place: 'checks' })),
    ...comparisons.own.flatMap((file) => headMistakes(file, { place: 'reconcile' })),
  );
  mistakes.add(...portability({ tables: written, others: [...checks.own, ...comparisons.own], queries }));
  mistakes.throwIfAny();
  if (!written.some(({ role }) => role === 'star')) {
    throw notAModel(path, 'star');
  }
  const tables = completed(written);
  mistakes.add(...mistakesIn(tables), ...checkMistakes(checks.own, tables));
  mistakes.attempt(() => inDependencyOrder(tables.filter(({ role }) => role === 'star')));
  mistakes.throwIfAny();
  const forEach = <T extends NamedSql>(statements: readonly T[]) =>
    statements.map((statement) => ({ ...statement, sql: forEachTable(statement.sql, tables) }));
  return {
    isPackaged: isPackaged(path),
    tables,
    derivation: derive(tables),
    checks: forEach([...checks.loader, ...checks.own]),
    comparisons: forEach([...comparisons.loader, ...comparisons.own]),
    queries,
    protocol: new Map([...readNamed(loader, 'protocol')].map(([name, sql]) => [name, forEachTable(sql, tables)])),
    doctor: readNamed(loader, 'doctor'),
  };
}

/** What of a model's statements is not the same on every engine. A question runs alone, the others inside queries. */
function portability({
  tables,
  others,
  queries,
}: {
  readonly tables: readonly Table[];
  readonly others: readonly NamedSql[];
  readonly queries: readonly NamedSql[];
}): readonly StarloadError[] {
  const own = tables.filter(({ role }) => role !== 'control').flatMap(({ select, affected }) => [select, affected]);
  return [
    ...[...own, ...others].flatMap((statement) => (statement === undefined ? [] : portableMistakes(statement, true))),
    ...queries.flatMap((statement) => portableMistakes(statement, false)),
  ];
}

/** The sources of a model, in the order of its staging tables. Throws StarloadError if it has none. */
export function readSources(path: string = BUILT_IN_MODEL): readonly SourceHead[] {
  const tables = readFolder(modelAt(path), 'staging').filter(({ name }) => !name.includes('.'));
  if (tables.length === 0) {
    throw notAModel(path, 'staging');
  }
  // Two tables may be filled from one source.
  const heads = tables.flatMap((table) => sourceHead(table) ?? []);
  return heads.filter(({ name }, at) => heads.findIndex((other) => other.name === name) === at);
}

function notAModel(path: string, missing: TableRole): UsageError {
  return new UsageError(`${path} is not a model: it has no file ${missing}/<table>.sql`, {
    next: `Name the folder of a model, or one of the package (${packagedModels().join(', ')}), with --model or as PATH under [MODEL] in dwh.cfg.`,
  });
}

function sourceHead(file: NamedSql): SourceHead | undefined {
  const { name: table, sql } = file;
  const name = header(sql, 'source');
  // Another name is a mistake of the model.
  return name === undefined || !isSourceName(name)
    ? undefined
    : {
        name,
        about: text(sql, 'about') ?? `the files of ${table}`,
        example: text(sql, 'example') ?? `s3://my-bucket/${name.toLowerCase()}`,
        also: listed(sql, 'also'),
        jsonpaths: {
          name: header(sql, 'jsonpaths') ?? `${name}_JSONPATH`,
          example: text(sql, 'jsonpaths example') ?? `s3://my-bucket/${name.toLowerCase()}_jsonpath.json`,
          also: listed(sql, 'jsonpaths also'),
        },
      };
}

function readNamed(folder: SqlFolder, name: string): ReadonlyMap<string, string> {
  return new Map(readFolder(folder, name).map(({ name, sql }) => [name, sql]));
}

function readChecks(folder: SqlFolder, name: string, phase: Check['phase'], mistakes: Mistakes): readonly Check[] {
  return mistakes.each(readFolder(folder, name, mistakes), (file) => {
    const severity = header(file.sql, 'severity');
    if (severity !== 'error' && severity !== 'warning') {
      throw new StarloadError(`${fileOf(file)}: no severity`, {
        next: 'Begin the file with "-- severity: error" or "-- severity: warning".',
      });
    }
    return { ...file, phase, severity };
  });
}

function readComparisons(
  folder: SqlFolder,
  name: string,
  of: Comparison['of'],
  mistakes: Mistakes,
): readonly Comparison[] {
  return mistakes.each(readFolder(folder, name, mistakes), (file) => {
    const next = text(file.sql, 'next');
    if (next === undefined) {
      throw new StarloadError(`${fileOf(file)} does not say what to do`, {
        next: 'Begin the file with "-- next: " and what to do about a difference.',
      });
    }
    return { ...file, of, next };
  });
}
