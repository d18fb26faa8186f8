import { execFileSync } from 'node:child_process';

/** Jest's global set-up: the tests of the command line run what the sources say, never an older build. */
export default function build(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}
