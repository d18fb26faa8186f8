import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the files that redshift-local writes begin with. */
export const WRITTEN = '# Written by npm run redshift-local';

/** Makes a folder for dwh.cfg and env. Throws, with nothing changed, where one of them is there and not from an earlier run. */
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
