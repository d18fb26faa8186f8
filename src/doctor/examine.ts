import { StarloadError } from '../errors.ts';
import { awsChecks } from './aws.ts';
import { type Check, type Finding, type Outcome, runChecks } from './checks.ts';
import { deepChecks } from './deep.ts';
import type { Examination, Learnt } from './examination.ts';
import { sourceChecks } from './sources.ts';
import { warehouseChecks } from './warehouse.ts';
import { workChecks } from './work.ts';

/** The oldest Node that runs this. */
const LEAST_NODE = [20, 20] as const;

/** Examines what runs this. */
export async function examineMachine(
  onFinding: (finding: Finding) => void,
  version: string = process.versions.node,
): Promise<void> {
  const node: Check = { name: 'node', needs: [], run: async () => checkNode(version) };
  await runChecks([node], { signal: new AbortController().signal, onFinding });
}

function checkNode(version: string): Outcome {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1])) {
    throw new StarloadError(`this is Node ${version}`, { next: `Install Node ${LEAST_NODE.join('.')} or newer.` });
  }
  return { reason: `Node ${version}` };
}

/**
 * Makes every check that can be made, and says of the others why not. What a check opens is closed. Throws only the
 * signal's reason.
 */
export async function examine(
  examination: Examination,
  onFinding: (finding: Finding) => void,
): Promise<readonly Finding[]> {
  const learnt: Learnt = { samples: new Map() };
  const checks = [
    ...awsChecks(examination, learnt),
    ...sourceChecks(examination, learnt),
    ...workChecks(examination),
    ...warehouseChecks(examination, learnt),
    ...deepChecks(examination, learnt),
  ];
  try {
    return await runChecks(checks, { signal: examination.signal, onFinding });
  } finally {
    await learnt.warehouse?.close();
  }
}
