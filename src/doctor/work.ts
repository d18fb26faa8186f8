import { randomBytes } from 'node:crypto';
import { messageOf, StarloadError } from '../errors.ts';
import type { CheckOutcome, DoctorCheck } from './checks.ts';
import type { Examination, WorkPrefix } from './examination.ts';

/** The check of the work prefix, if the warehouse reads S3. */
export function workChecks({ aws, work }: Examination): readonly DoctorCheck[] {
  return aws?.redshift === undefined
    ? []
    : [
        {
          name: 'work prefix',
          needs: ['credentials'],
          run: () => (work === undefined ? withoutOne() : checkWork(work)),
        },
      ];
}

async function withoutOne(): Promise<CheckOutcome> {
  return {
    status: 'warning',
    reason: 'dwh.cfg has no WORK_PREFIX: a folder is reloaded as a whole when anything in it changes',
    next: 'Add WORK_PREFIX = s3://your-bucket/starload/ under [S3]: then files are loaded one by one, each once.',
  };
}

/** Writes an object and removes it. */
async function checkWork({ prefix, put, remove }: WorkPrefix): Promise<CheckOutcome> {
  const uri = `${prefix}check-${randomBytes(8).toString('hex')}`;
  await put(uri, Buffer.from('{}\n'));
  try {
    await remove([uri]);
  } catch (error) {
    return {
      status: 'warning',
      reason: `${prefix} can be written to, but not cleaned up: ${messageOf(error).replace(/:?\n\s*/g, '; ')}`,
      next: error instanceof StarloadError ? error.next : undefined,
    };
  }
  return { reason: `${prefix} can be written to and cleaned up` };
}
