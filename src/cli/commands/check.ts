import type { Config } from '../../config/config.ts';
import type { Finding, Status } from '../../doctor/checks.ts';
import { BadResult, ConfigError, type ConfigProblem, describePlace } from '../../errors.ts';
import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { asStarted } from '../command-line.ts';
import { counted, document, result, styled } from '../output.ts';

interface Args extends WarehouseArgs {
  readonly deep: boolean;
}

export const checkCommand = toModule<Args>({
  command: 'check',
  describe: 'examine configuration, credentials, sources and warehouse; what is wrong, and what to do about it',
  options: {
    ...WAREHOUSE_OPTIONS,
    deep: {
      type: 'boolean',
      default: false,
      describe: 'plan every statement of a load, and copy a record of each source into a temporary table',
    },
  },
  examples: [
    ['npm run check', 'would a load work?'],
    ['npm run check -- --deep', 'the same, with a COPY'],
  ],
  run,
});

async function run({ config: path, json, deep }: Args): Promise<void> {
  const findings: Finding[] = [];
  const onFinding = ({ next, ...found }: Finding) => {
    const finding = next === undefined ? found : { ...found, next: asStarted(next) };
    findings.push(finding);
    if (!json) {
      result(lineOf(finding));
    }
  };
  const isConfigured = await examineAll(path, deep, onFinding);
  const failures = findings.filter(({ status }) => status === 'failed');
  if (json) {
    document({ command: 'check', status: failures.length === 0 ? 'passed' : 'failed', checks: findings });
  }
  if (failures.length > 0) {
    throw new BadResult(isConfigured ? 1 : 2, `${counted(failures.length, 'check')} failed`, {
      next: 'Mend what is named above, from the top: later failures may come of earlier ones.',
    });
  }
}

/** Returns whether the configuration is right. Without one, nothing but this machine can be examined. */
async function examineAll(path: string, deep: boolean, onFinding: (finding: Finding) => void): Promise<boolean> {
  const { examine, examineMachine } = await import('../../doctor/examine.ts');
  const { withExamination } = await import('../examination.ts');
  await examineMachine(onFinding);
  const config = await configured(path, onFinding);
  if (config !== undefined) {
    await withExamination(config, deep, (examination) => examine(examination, onFinding));
  }
  return config !== undefined;
}

/** The configuration, or undefined where it is wrong; every mistake and every warning is told. */
async function configured(path: string, onFinding: (finding: Finding) => void): Promise<Config | undefined> {
  const { readConfig } = await import('../../config/read.ts');
  const tell = (status: Status, problem: ConfigProblem, next?: string) =>
    onFinding({
      check: 'configuration',
      status,
      reason: `${path}: ${describePlace(problem)}${problem.message}`,
      ...(next === undefined ? {} : { next }),
    });
  try {
    const config = await readConfig(path, process.env);
    for (const warning of config.warnings) {
      tell('warning', warning);
    }
    onFinding({ check: 'configuration', status: 'ok', reason: `${path} means ${config.target.engine}` });
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
    for (const problem of error.problems) {
      tell('failed', problem, error.next);
    }
    onFinding({ check: 'everything else', status: 'skipped', reason: 'configuration comes first' });
    return undefined;
  }
}

const SIGNS: Readonly<Record<Status, string>> = {
  ok: styled('green', 'ok     '),
  warning: styled('yellow', 'warning'),
  failed: styled('red', 'failed '),
  skipped: styled('gray', 'skipped'),
};

function lineOf({ check, status, reason, next }: Finding): string {
  const line = `${SIGNS[status]}  ${check}: ${reason}`;
  return next === undefined ? line : `${line}\n         next: ${next}`;
}
