import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How this program was started. */
export interface Start {
  readonly env: NodeJS.ProcessEnv;
  /** The path with which it was started: that of `dist/main.js`, or of an installed package's executable. */
  readonly script: string;
  readonly cwd: string;
  /** The file that the command line names with `--config`, if it does. */
  readonly config?: string | undefined;
}

/** Command lines as written in all of Starload's texts: `npm run etl -- --dry-run`, `node dist/main.js --help`. */
const COMMAND = /npm run (?:--silent |-s )?([a-z-]{1,30})( -- )?/g;
const PROGRAM = 'node dist/main.js';
/** Commands and scripts that read no dwh.cfg. */
const WITHOUT_CONFIG = ['generate-data', 'demo', 'redshift-local', 'test', 'torture', 'bench'];
/** The package's files for users. */
const OWN_FILES = /\bdocs\/[a-z-]{1,40}\.md|\bdwh\.cfg\.example/g;
const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Rewrites a text so that the user can type each command line and open each file of the package. They stay unchanged
 * for a user who runs `npm run` in the project's folder. They become `starload etl --dry-run` if an installed package
 * was called by its name, otherwise `node dist/main.js etl --dry-run`. A dwh.cfg that was named is named again: the
 * advice must not lead to another warehouse.
 */
export function asStarted(text: string, start: Start = ownStart()): string {
  const program = programOf(start);
  const config = start.config === undefined ? '' : ` --config ${quoted(start.config)}`;
  const commands = text.replace(COMMAND, (whole, command, dashes = '') => {
    const options = WITHOUT_CONFIG.includes(command) ? '' : config;
    if (program === NPM) {
      return options === '' ? whole : `${NPM} ${command} --${options}${dashes === '' ? '' : ' '}`;
    }
    return `${program} ${command}${options}${dashes === '' ? '' : ' '}`;
  });
  return program === NPM
    ? commands
    : commands
        .replaceAll(PROGRAM, () => program)
        .replace(OWN_FILES, (file) =>
          existsSync(join(start.cwd, file)) ? file : near(join(PACKAGE, file), start.cwd),
        );
}

/** The text before a command's name: `npm run`, `starload`, `npx starload`, or `node` and a path. */
export function programOf({ env, script, cwd }: Start = ownStart()): string {
  if (env['npm_lifecycle_event'] !== undefined && env['npm_command'] !== 'exec' && env['npm_package_name'] === NAME) {
    return NPM;
  }
  if (basename(script) !== NAME && !script.includes('/node_modules/')) {
    return `node ${quoted(relative(cwd, script))}`;
  }
  // Processes started by npm find the commands of packages; the user's shell does not.
  const isInPath = env['npm_command'] === undefined && (env['PATH'] ?? '').split(':').includes(dirname(script));
  return isInPath ? NAME : `npx ${NAME}`;
}

/** The version of this package, wherever it is installed. */
export function ownVersion(): string {
  return JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')).version;
}

const NAME = 'starload';
const NPM = 'npm run';

function near(path: string, cwd: string): string {
  const way = relative(cwd, path);
  return way.startsWith('..') ? path : way;
}

function ownStart(): Start {
  const [, script = '', ...args] = process.argv;
  return { env: process.env, script, cwd: process.cwd(), config: configIn(args) };
}

/** The last one counts, as for every option. */
function configIn(args: readonly string[]): string | undefined {
  return args
    .flatMap((arg, at) => (arg === '--config' ? [args[at + 1]] : arg.startsWith('--config=') ? [arg.slice(9)] : []))
    .at(-1);
}

/** A path as one word of a command line. */
export function quoted(path: string): string {
  return /[^\w./-]/.test(path) ? `"${path}"` : path;
}
