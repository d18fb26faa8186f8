import type { Config } from '../../config/config.ts';
import type { CheckResult, CheckStatus } from '../../doctor/checks.ts';
import { BadResult, ConfigError, type ConfigProblem, describePlace, StarloadError, UsageError } from '../../errors.ts';
import type { Model } from '../../sql/catalogue.ts';
import { ENGINE_NAMES } from '../../target.ts';
import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { asStarted } from '../command-line.ts';
import { tryInMemory } from '../model-trial.ts';
import { counted, document, result, styled } from '../output.ts';
import { UNKNOWN_KEYS_OPTION, type UnknownKeysArgs } from '../unknown-keys.ts';

interface Args extends WarehouseArgs, UnknownKeysArgs {
  readonly deep: boolean;
  readonly offline: boolean;
}

export const checkCommand = toModule<Args>({
  command: 'check',
  describe: 'check configuration, credentials, sources and warehouse; say what is wrong and how to fix it',
  options: {
    ...WAREHOUSE_OPTIONS,
    'unknown-keys': {
      ...UNKNOWN_KEYS_OPTION['unknown-keys'],
      describe: 'keys of records that no column takes: warn of them (the default), or fail',
    },
    deep: {
      type: 'boolean',
      default: false,
      describe: 'plan every statement of a load, and copy a record of each source into a temporary table',
    },
    offline: {
      type: 'boolean',
      default: false,
      describe: 'only examine the configuration file and the model: how they are understood, and every mistake in them',
    },
  },
  examples: [
    ['npm run check', 'would a load work?'],
    ['npm run check -- --deep', 'the same, with a COPY'],
    ['npm run check -- --offline', 'how is dwh.cfg understood?'],
  ],
  run,
});

async function run({ config: path, model, json, deep, offline, unknownKeys }: Args): Promise<void> {
  if (deep && offline) {
    throw new UsageError('--deep and --offline exclude each other', { next: 'Leave one of them out.' });
  }
  const findings: CheckResult[] = [];
  const print = json ? () => {} : result;
  const onFinding = ({ next, ...found }: CheckResult) => {
    const finding = next === undefined ? found : { ...found, next: asStarted(next) };
    findings.push(finding);
    print(lineOf(finding));
  };
  const config = await examineAll(path, { model, deep, unknownKeys, offline, print, onFinding });
  const failures = findings.filter(({ status }) => status === 'failed');
  if (json) {
    document({
      command: 'check',
      status: failures.length === 0 ? 'passed' : 'failed',
      understood: config?.understood ?? [],
      checks: findings,
    });
  }
  if (failures.length > 0) {
    throw new BadResult(config === undefined ? 2 : 1, `${counted(failures.length, 'check')} failed`, {
      next: 'Fix the problems listed above, from the top: earlier failures may cause later ones.',
    });
  }
}

type OnFinding = (finding: CheckResult) => void;

interface Examining extends UnknownKeysArgs {
  readonly model: string | undefined;
  readonly deep: boolean;
  readonly offline: boolean;
  readonly print: (line: string) => void;
  readonly onFinding: OnFinding;
}

/** Returns the configuration, or undefined if it is wrong. In that case only this machine can be examined. */
async function examineAll(
  path: string,
  { model, deep, unknownKeys, offline, print, onFinding }: Examining,
): Promise<Config | undefined> {
  const { examine, examineMachine } = await import('../../doctor/examine.ts');
  const { withExamination } = await import('../examination.ts');
  const read = await readOrError(path, model);
  if (!(read instanceof ConfigError)) {
    const { understandingLines } = await import('../understanding.ts');
    understandingLines(read).forEach(print);
  }
  const canSpool = offline || (await examineMachine(onFinding));
  const config = configured(path, read, onFinding);
  if (config === undefined) {
    await rightModel(await folderOf(path, model), onFinding);
    onFinding({ check: 'other checks', status: 'skipped', reason: 'the configuration must be correct first' });
    return undefined;
  }
  const right = await rightModel(config.model, onFinding);
  if (right === undefined) {
    onFinding({ check: 'other checks', status: 'skipped', reason: 'the model must be correct first' });
    return config;
  }
  const missing = offline
    ? 'with --offline only the configuration and the model are examined'
    : 'temporary files comes first';
  if (offline && config.target.engine === 'redshift') {
    await examineBudget(right, config, onFinding);
  }
  if (offline || !canSpool) {
    onFinding({ check: 'other checks', status: 'skipped', reason: missing });
  } else {
    await withExamination(config, { deep, unknownKeys }, (examination) => examine(examination, onFinding));
  }
  return config;
}

/** The model's folder, where the rest of the configuration is wrong. */
async function folderOf(path: string, model: string | undefined): Promise<string | undefined> {
  const { modelFolder } = await import('../../config/read.ts');
  return modelFolder(path, process.env, model);
}

/** The model, if it has no mistakes. Reports them, or how many of its statements were tried. */
async function rightModel(folder: string | undefined, onFinding: OnFinding): Promise<Model | undefined> {
  const { loadModel } = await import('../../sql/read-model.ts');
  try {
    const model = loadModel(folder);
    const statements = await tryInMemory(model);
    onFinding({ check: 'model', status: 'ok', reason: `${statements} statements can run on an empty DuckDB` });
    return model;
  } catch (error) {
    if (!(error instanceof StarloadError)) throw error;
    const { message, next } = error;
    onFinding({ check: 'model', status: 'failed', reason: message, ...(next === undefined ? {} : { next }) });
    return undefined;
  }
}

/** Whether the model keeps to Redshift's limit of statements, which needs no warehouse. */
async function examineBudget(model: Model, { workPrefix }: Config, onFinding: OnFinding): Promise<void> {
  const { checkBudget } = await import('../../doctor/warehouse.ts');
  const { redshiftRules } = await import('../../warehouse/open.ts');
  const loads = workPrefix === undefined ? 'folders' : 'parts';
  const { status = 'ok', reason, next } = checkBudget(model, { ...(await redshiftRules()), loads });
  onFinding({ check: 'budget', status, reason, ...(next === undefined ? {} : { next }) });
}

async function readOrError(path: string, model: string | undefined): Promise<Config | ConfigError> {
  const { readConfig } = await import('../../config/read.ts');
  return readConfig(path, process.env, model).catch((error: unknown) => {
    if (error instanceof ConfigError) {
      return error;
    }
    throw error;
  });
}

/** The configuration, or undefined if it is wrong. Reports every mistake and every warning. */
function configured(
  path: string,
  read: Config | ConfigError,
  onFinding: (finding: CheckResult) => void,
): Config | undefined {
  const tell = (status: CheckStatus, problem: ConfigProblem, next?: string) =>
    onFinding({
      check: 'configuration',
      status,
      reason: `${path}: ${describePlace(problem)}${problem.message}`,
      ...(next === undefined ? {} : { next }),
    });
  if (read instanceof ConfigError) {
    // The next step is the same for all.
    for (const [index, problem] of read.problems.entries()) {
      tell('failed', problem, index === read.problems.length - 1 ? read.next : undefined);
    }
    return undefined;
  }
  for (const warning of read.warnings) {
    tell('warning', warning);
  }
  onFinding({ check: 'configuration', status: 'ok', reason: `target: ${ENGINE_NAMES[read.target.engine]}` });
  return read;
}

const SIGNS: Readonly<Record<CheckStatus, string>> = {
  ok: styled('green', 'ok     '),
  warning: styled('yellow', 'warning'),
  failed: styled('red', 'failed '),
  skipped: styled('gray', 'skipped'),
};

function lineOf({ check, status, reason, next }: CheckResult): string {
  const line = `${SIGNS[status]}  ${check}: ${reason}`;
  return next === undefined ? line : `${line}\n         next: ${next}`;
}
