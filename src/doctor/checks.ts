import { DataError, messageOf, StarloadError } from '../errors.ts';
import type { Emit } from '../pipeline/events.ts';

/** The result of a check. `skipped`: it could not be run. */
export type CheckStatus = 'ok' | 'warning' | 'failed' | 'skipped';

/** What a check reports, including the reason and what to do about it. */
export interface CheckResult {
  readonly check: string;
  readonly status: CheckStatus;
  readonly reason: string;
  readonly next?: string | undefined;
}

/** The outcome of a check that was run. */
export interface CheckOutcome extends Omit<CheckResult, 'check' | 'status'> {
  /** `ok` if absent. */
  readonly status?: CheckStatus;
  /** Whether checks that need this one cannot be run. */
  readonly blocks?: boolean;
}

/** A check as data. If it throws, the check has failed. */
export interface DoctorCheck {
  readonly name: string;
  /** Earlier checks without which this one makes no sense. Checks that are not part of the examination do not count. */
  readonly needs: readonly string[];
  run(): Promise<CheckOutcome>;
}

/** What the checks need, and what receives their findings. */
interface Running {
  readonly signal: AbortSignal;
  readonly onFinding: (finding: CheckResult) => void;
  readonly emit?: Emit | undefined;
}

/** Runs all checks in order and reports each as soon as it is done. Throws only the signal's reason. */
export async function runChecks(
  checks: readonly DoctorCheck[],
  { signal, onFinding, emit = () => {} }: Running,
): Promise<readonly CheckResult[]> {
  const findings: CheckResult[] = [];
  const blocked = new Set<string>();
  for (const check of checks) {
    emit({ type: 'doing', what: `check: ${check.name}`, done: findings.length, of: checks.length });
    const missing = check.needs.find((need) => blocked.has(need));
    const outcome = missing === undefined ? await attempt(check) : skipped(missing);
    signal.throwIfAborted();
    const { status = 'ok', reason, next, blocks = status === 'failed' || status === 'skipped' } = outcome;
    if (blocks) {
      blocked.add(check.name);
    }
    const finding = { check: check.name, status, reason, ...(next === undefined ? {} : { next }) };
    findings.push(finding);
    onFinding(finding);
  }
  return findings;
}

/** The outcome of a check that needs a check that did not succeed. */
function skipped(need: string): CheckOutcome {
  return { status: 'skipped', reason: `${need} must pass first` };
}

async function attempt(check: DoctorCheck): Promise<CheckOutcome> {
  try {
    return await check.run();
  } catch (error) {
    return failed(error);
  }
}

/** A failure in one line, without text from the data. */
export function failed(thrown: unknown): CheckOutcome {
  const error = thrown instanceof DataError ? thrown.withoutExcerpts() : thrown;
  const reason = messageOf(error)
    .trim()
    .replace(/:?\n\s*/g, '; ');
  return { status: 'failed', reason, next: error instanceof StarloadError ? error.next : undefined };
}
