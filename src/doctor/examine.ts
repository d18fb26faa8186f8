import { dirname } from 'node:path';
import { StarloadError } from '../errors.ts';
import { freeIn } from '../objects/disk.ts';
import { withSpoolRoot } from '../objects/spool-root.ts';
import { awsChecks } from './aws.ts';
import { type CheckOutcome, type CheckResult, type DoctorCheck, runChecks } from './checks.ts';
import { deepChecks } from './deep.ts';
import type { Examination, Learnt } from './examination.ts';
import { folderChecks } from './folders.ts';
import { sourceChecks } from './sources.ts';
import { warehouseChecks } from './warehouse.ts';
import { workChecks } from './work.ts';

/** The oldest supported version of Node. */
const LEAST_NODE = [20, 20] as const;

/** Examines this machine. Returns whether a load could write its temporary files. */
export async function examineMachine(
  onFinding: (finding: CheckResult) => void,
  version: string = process.versions.node,
): Promise<boolean> {
  const checks: readonly DoctorCheck[] = [
    { name: 'node', needs: [], run: async () => checkNode(version) },
    { name: TEMPORARY, needs: [], run: checkTemporary },
  ];
  const findings = await runChecks(checks, { signal: new AbortController().signal, onFinding });
  return findings.every(({ check, status }) => check !== TEMPORARY || status === 'ok');
}

const TEMPORARY = 'temporary files';

/** Creates a temporary folder like every command does, and removes it. */
async function checkTemporary(): Promise<CheckOutcome> {
  return withSpoolRoot(async (folder) => ({ reason: freeIn(dirname(folder)) }));
}

function checkNode(version: string): CheckOutcome {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1])) {
    throw new StarloadError(`this is Node ${version}`, { next: `Install Node ${LEAST_NODE.join('.')} or newer.` });
  }
  return { reason: `Node ${version}` };
}

/**
 * Runs every check that can be run, and reports why the others cannot. Closes what a check opens. Throws only the
 * signal's reason.
 */
export async function examine(
  examination: Examination,
  onFinding: (finding: CheckResult) => void,
): Promise<readonly CheckResult[]> {
  const learnt: Learnt = { samples: new Map() };
  const checks = [
    ...awsChecks(examination, learnt),
    ...sourceChecks(examination, learnt),
    ...workChecks(examination),
    ...folderChecks(examination),
    ...warehouseChecks(examination, learnt),
    ...deepChecks(examination, learnt),
  ];
  try {
    return await runChecks(checks, { signal: examination.signal, emit: examination.emit, onFinding });
  } finally {
    await learnt.warehouse?.close();
  }
}
