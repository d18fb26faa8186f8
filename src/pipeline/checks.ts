import { ALL_ROWS, fillAffected, fits, isAffected, reachOf } from '../sql/affected.ts';
import { type Check, derivedTables, type FillingSql, type Model, type NamedSql, tablesOf } from '../sql/catalogue.ts';
import { runRows } from '../sql/changes.ts';
import { renameTables } from '../sql/rename.ts';
import { quoteIdentifier, quoteLiteral } from '../sql/render.ts';
import { writtenIn } from '../sql/written.ts';
import type { ResultSet, Step, StepResult, Wanted } from '../warehouse/warehouse.ts';

/** A row that breaks a rule. If a staged value causes it, it names that value, so that the file can be found. */
export interface Offender {
  readonly rule: string;
  readonly severity: Check['severity'];
  readonly offender: string;
  readonly table: string | undefined;
  readonly column: string | undefined;
  readonly value: string | undefined;
}

type Phase = Check['phase'];

/** Whether a batch derives the rows that a load affects, or all of them. */
export type Extent = 'load' | 'rebuild';

const LISTED = 100;

/**
 * The steps that run the checks of a phase in a batch. A batch cannot branch. So one step returns the rows, and then a
 * cast that fails if there are any ends the batch. The last phase collects its rows for this, together with the
 * warnings of the earlier phases. An earlier phase runs its query twice, which is cheap there and saves a statement.
 */
export function checkSteps(model: Model, phase: Phase, extent: Extent): readonly WantedSql[] {
  const all = model.checks.map((check) => ({ ...check, ...filledIn(check, model, extent) }));
  const checks = all.filter((check) => check.phase === phase);
  if (phase === lastPhase(model)) {
    const warnings = all.filter((check) => check.phase !== phase && check.severity === 'warning');
    return lastSteps(phase, [...warnings, ...checks]);
  }
  const errors = checks.filter(({ severity }) => severity === 'error');
  const found = `(\n${union(errors)}\n) found`;
  return errors.length === 0
    ? []
    : [
        { ...written({ name: offendersStep(phase), sql: list(found) }, errors), wanted: 'on-failure' },
        written({ name: `refuse_${phase}`, sql: refuse(found) }, errors),
      ];
}

/**
 * A check of a load looks at the rows that the load affects, where the check says so with `{affected table}` or reads a
 * table `run_…`. A check of a rebuild looks at all rows.
 */
function filledIn(check: Check, model: Model, extent: Extent): NamedSql {
  const filled = fillAffected(check, ({ table: name, expressions }) => {
    const table = derivedTables(model).find((one) => one.name === name);
    if (table === undefined || !fits(table, expressions)) {
      return undefined;
    }
    const keys = extent === 'load' ? model.derivation.keys.get(table.name) : undefined;
    return keys === undefined ? ALL_ROWS : isAffected(table, keys, expressions ?? reachOf(table).map(quoteIdentifier));
  });
  const all = new Map(tablesOf(model, 'current').map(({ name }) => [runRows(name), quoteIdentifier(name)]));
  return extent === 'load' ? filled : { ...filled, sql: renameTables(filled.sql, all) };
}

function lastSteps(phase: Phase, checks: readonly Check[]): readonly WantedSql[] {
  return [
    written({ name: `check_${phase}`, sql: `CREATE TEMP TABLE run_offenders AS\n${union(checks)}` }, checks),
    { name: offendersStep(phase), sql: list('run_offenders'), wanted: 'always' },
    { name: `refuse_${phase}`, sql: refuse('run_offenders') },
  ];
}

function written(statement: NamedSql, checks: readonly Check[]): NamedSql {
  return { ...statement, written: writtenIn(statement.sql, checks) };
}

/** A statement, and when its rows are returned. */
export interface WantedSql extends FillingSql {
  readonly wanted?: Wanted | undefined;
}

/** The check findings that do not stop the batch. The last phase lists them. */
export function warningsOf(results: readonly StepResult[]): readonly Offender[] {
  const listed = PHASES.map((phase) => results.find(({ name }) => name === offendersStep(phase))?.result);
  return toOffenders(listed.findLast((result) => result !== undefined));
}

const PHASES = ['staged', 'star'] as const;

function lastPhase(model: Model): Phase | undefined {
  return PHASES.findLast((phase) => model.checks.some((check) => check.phase === phase));
}

/** The name of the step that returns a phase's offenders. */
export function offendersStep(phase: Phase): string {
  return `offenders_${phase}`;
}

/** The phase whose checks a step enforces; undefined if it is not the step that fails when a check does. */
export function refusingPhase(step: Step): Phase | undefined {
  return PHASES.find((phase) => step.name === `refuse_${phase}`);
}

/** Reads the rows of an offenders step. */
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

/**
 * The offender that a refusal's message names, for when no row could be read; empty if the engine does not repeat the
 * text.
 */
export function offenderInWords(message: string): readonly Offender[] {
  const named = /starload check: (\w{1,127}): /.exec(message);
  const [, rule] = named ?? [];
  const text = named === null ? undefined : message.slice(named.index + named[0].length);
  const offender = text?.endsWith('"') ? text.slice(0, -1) : text;
  const nowhere = { table: undefined, column: undefined, value: undefined };
  return rule === undefined || offender === undefined ? [] : [{ rule, severity: 'error', offender, ...nowhere }];
}

function optional(value: unknown): string | undefined {
  return value === null || value === undefined ? undefined : String(value);
}

function union(checks: readonly Check[]): string {
  return checks.map(select).join('\nUNION ALL\n');
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
) ${quoteIdentifier(name)}`;
}

function list(offenders: string): string {
  return `SELECT rule_name, severity, offender, staging_table, staging_column, staging_value
FROM ${offenders}
ORDER BY severity, rule_name, offender
LIMIT ${LISTED}`;
}

function refuse(offenders: string): string {
  return `SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0'
  ELSE 'starload check: ' || MIN(rule_name) || ': ' || MIN(offender) END AS INTEGER) AS passed
FROM ${offenders}
WHERE severity = 'error'`;
}
