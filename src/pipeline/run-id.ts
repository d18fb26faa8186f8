import { randomBytes } from 'node:crypto';
import { quoteLiteral } from '../sql/render.ts';

/** A unique name for a batch: its time, for readers, and 64 random bits. */
export function newRunId(): string {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-${randomBytes(8).toString('hex')}`;
}

/** Whether a text is the id of a run, or of one of the runs that a load was split into. */
export function isRunId(text: string): boolean {
  return /^\d{8}T\d{6}Z-[0-9a-f]{16}(\.\d+)?$/.test(text);
}

/** The condition for the ledger's rows of a run. A load that was split has runs whose ids begin with its own. */
export function isOfRun(run: string): string {
  return `run_id = ${quoteLiteral(run)} OR run_id LIKE ${quoteLiteral(`${run}.%`)}`;
}
