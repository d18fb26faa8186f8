import type { Check, Model, NamedSql } from '../sql/catalogue.ts';
import { quoteLiteral } from '../sql/render.ts';
import type { ResultSet, Step, StepResult, Wanted } from '../warehouse/warehouse.ts';

/** A row that breaks a rule. Where a staged value is to blame, it says which, so that the file can be found. */
export interface Offender {
  readonly rule: string;
  readonly severity: Check['severity'];
  readonly offender: string;
  readonly table: string | undefined;
  readonly column: string | undefined;
  readonly value: string | undefined;
}

type Phase = Check['phase'];

const LISTED = 100;

/**
 * The steps that hold a batch to the checks of a phase. A batch cannot branch, so the rows are first collected and
 * returned, and then a cast that fails when there are any ends the batch.
 */
export function checkSteps(model: Model, phase: Phase): readonly WantedSql[] {
  const checks = model.checks.filter((check) => check.phase === phase);
  if (checks.length === 0) {
    return [];
  }
  const isLast = phase === lastPhase(model);
  return [
    { name: `check_${phase}`, sql: collect(checks, phase) },
    { name: offendersStep(phase), sql: list(phasesUpTo(model, phase)), wanted: isLast ? 'always' : 'on-failure' },
    { name: `refuse_${phase}`, sql: refuse(phase) },
  ];
}

/** A statement, and when its rows are returned. */
export interface WantedSql extends NamedSql {
  readonly wanted?: Wanted | undefined;
}

/** What the checks of a batch found that does not stop it: the last phase lists what all of them found. */
export function warningsOf(results: readonly StepResult[]): readonly Offender[] {
  const listed = PHASES.map((phase) => results.find(({ name }) => name === offendersStep(phase))?.result);
  return toOffenders(listed.findLast((result) => result !== undefined));
}

const PHASES = ['staged', 'star'] as const;

function phasesUpTo(model: Model, last: Phase): readonly Phase[] {
  const used = PHASES.filter((phase) => model.checks.some((check) => check.phase === phase));
  return used.slice(0, used.indexOf(last) + 1);
}

function lastPhase(model: Model): Phase | undefined {
  return PHASES.findLast((phase) => model.checks.some((check) => check.phase === phase));
}

/** The name of the step that returns a phase's offenders. */
export function offendersStep(phase: Phase): string {
  return `offenders_${phase}`;
}

/** Whether a step is the one that fails when a check does. */
export function refusingPhase(step: Step): Phase | undefined {
  return PHASES.find((phase) => step.name === `refuse_${phase}`);
}

/** The rows of an offenders step. */
export function toOffenders(result: ResultSet | undefined): readonly Offender[] {
  return (result?.rows ?? []).map(([rule, severity, offender, table, column, value]) => ({
    rule: String(rule),
    severity: severity === 'error' ? 'error' : 'warning',
    offender: String(offender),
    table: optional(table),
    column: optional(column),
    value: optional(value),
  }));
}

/** The offender that a refusal's message names, where no row could be read: none where the engine does not repeat the text. */
export function offenderInWords(message: string): readonly Offender[] {
  const [, rule, offender] = /starload check: (\w+): (.*?)"?$/s.exec(message) ?? [];
  const nowhere = { table: undefined, column: undefined, value: undefined };
  return rule === undefined || offender === undefined ? [] : [{ rule, severity: 'error', offender, ...nowhere }];
}

function optional(value: unknown): string | undefined {
  return value === null || value === undefined ? undefined : String(value);
}

function collect(checks: readonly Check[], phase: Phase): string {
  return `CREATE TEMP TABLE run_offenders_${phase} AS\n${checks.map(select).join('\nUNION ALL\n')}`;
}

function select({ name, severity, sql }: Check): string {
  return `SELECT
  CAST(${quoteLiteral(name)} AS VARCHAR(127)) AS rule_name,
  CAST('${severity}' AS VARCHAR(16)) AS severity,
  CAST(offender AS VARCHAR(4096)) AS offender,
  CAST(staging_table AS VARCHAR(127)) AS staging_table,
  CAST(staging_column AS VARCHAR(127)) AS staging_column,
  CAST(staging_value AS VARCHAR(4096)) AS staging_value
FROM (
${sql}
) ${name}`;
}

function list(phases: readonly Phase[]): string {
  const selects = phases.map(
    (phase) =>
      `SELECT rule_name, severity, offender, staging_table, staging_column, staging_value FROM run_offenders_${phase}`,
  );
  return `${selects.join('\nUNION ALL\n')}
ORDER BY severity, rule_name, offender
LIMIT ${LISTED}`;
}

function refuse(phase: Phase): string {
  return `SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0'
  ELSE 'starload check: ' || MIN(rule_name) || ': ' || MIN(offender) END AS INTEGER) AS passed
FROM run_offenders_${phase}
WHERE severity = 'error'`;
}
