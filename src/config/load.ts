import type { Target } from '../target.ts';
import type { LoadConfig } from './config.ts';
import type { Findings } from './findings.ts';

const SIZE = /^(\d+(?:\.\d+)?)\s*([KMGT]?)B$/i;
const COUNT = /^\d{1,15}$/;
const YES_OR_NO = /^(yes|no|true|false)$/i;
const POLICY = /^(warn|keep|refuse)$/i;
const MINUTES = /^(?=.*[1-9])\d{1,4}(\.\d{1,3})?$/;
const UNITS = ['', 'K', 'M', 'G', 'T'];

/** How loads are run, as far as the file says. The embedded engine's memory limit also limits the size of its runs. */
export function parseLoad(findings: Findings, target: Target | undefined): LoadConfig {
  const size = findings.matching('loadMaxRunSize', SIZE, 'is not a size: write one such as 20GB');
  const minutes = findings.matching('loadTimeoutMinutes', MINUTES, 'is not a number of minutes, from 0.001 to 9999');
  const errors = findings.matching('loadMaxErrors', COUNT, 'is not a whole number, such as 10');
  const quarantine = findings.matching('loadQuarantine', YES_OR_NO, 'is neither yes nor no');
  const unknown = findings.matching('loadUnknownKeys', POLICY, 'is none of warn, keep and refuse');
  return {
    maxRunBytes: size === undefined ? runBytesFor(target) : bytesOf(size),
    timeoutMilliseconds: minutes === undefined ? undefined : Math.round(Number(minutes) * 60_000),
    maxErrors: errors === undefined ? undefined : Number(errors),
    quarantine: quarantine === undefined ? undefined : /^(yes|true)$/i.test(quarantine),
    unknownKeys: unknown?.toLowerCase() as LoadConfig['unknownKeys'],
  };
}

/**
 * A run needs memory in proportion to its rows, and DuckDB's limit does not cover all of it. With a quarter of the
 * limit in source bytes per run, a load of any size stays roughly within it (npm run bench -- memory).
 */
function runBytesFor(target: Target | undefined): number | undefined {
  const limit = target?.engine === 'duckdb' ? target.memoryLimit : undefined;
  return limit === undefined ? undefined : Math.ceil(bytesOf(limit.replace(/i?B$/i, 'B')) / 4);
}

function bytesOf(size: string): number {
  const [, digits = '', unit = ''] = SIZE.exec(size) ?? [];
  return Math.max(1, Math.floor(Number(digits) * 1000 ** UNITS.indexOf(unit.toUpperCase())));
}
