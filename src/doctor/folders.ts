import { StarloadError } from '../errors.ts';
import { freeIn, reasonNotToWrite } from '../objects/disk.ts';
import type { CheckOutcome, DoctorCheck } from './checks.ts';
import type { Examination, WrittenFolder } from './examination.ts';

/**
 * The checks of the folders on this machine to which a load writes: whether they exist, and whether this user may
 * write.
 */
export function folderChecks({ folders }: Examination): readonly DoctorCheck[] {
  return folders.map((folder) => ({ name: folder.name, needs: [], run: async () => checkFolder(folder) }));
}

function checkFolder({ path, without }: WrittenFolder): CheckOutcome {
  const reason = reasonNotToWrite(path);
  if (reason === undefined) {
    return { reason: freeIn(path) };
  }
  if (without !== undefined) {
    return { status: 'warning', reason: `${without}: ${reason}`, next: 'Let this user write there.' };
  }
  throw new StarloadError(`nothing can be written in ${path}: ${reason}`, {
    next: 'Let this user write there, or name a file in another folder: [DUCKDB] PATH in dwh.cfg.',
  });
}
