import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The first line of the files that redshift-local writes. */
export const WRITTEN = '# Written by npm run redshift-local';

/**
 * Creates a folder for dwh.cfg and env. Throws, with nothing changed, if one of them exists and is not from an earlier
 * run.
 */
export function claimConfig(folder: string): void {
  for (const name of ['dwh.cfg', 'env']) {
    const path = join(folder, name);
    if (existsSync(path) && !readFileSync(path, 'utf8').startsWith(WRITTEN)) {
      throw new Error(
        `${path} is there already, and redshift-local did not write it: choose another folder with --dir`,
      );
    }
  }
  mkdirSync(folder, { recursive: true });
}
