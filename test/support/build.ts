import { execFileSync } from 'node:child_process';

/**
 * Jest's global set-up: the tests of the command line run what the sources say, never an older build. Nothing is removed
 * first, so that another run of the tests in the same folder is not left without files.
 */
export default function build(): void {
  execFileSync('npx', ['--no-install', 'tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
}
