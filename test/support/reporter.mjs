import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, relative } from 'node:path';

const HEADINGS = ['Known gaps', 'Skipped', 'Sampled', 'Figures'];
/** The variables, besides the seed, that decide what a run tests. */
const VARIABLES = ['STARLOAD_TESTS', 'ENGINES', 'MUTANT_ENGINES'];

/** The last lines of a test run, on stderr: what was left out and, when a test failed, the command that repeats it. */
export default class Ending {
  onRunComplete(_contexts, results) {
    const notes = readNotes(process.env.STARLOAD_TEST_NOTES);
    const lines = HEADINGS.flatMap((heading) => section(heading, notes));
    if (failed(results)) {
      // The exit code is settled here already, whatever happens to the process while servers are stopped.
      process.exitCode = 1;
      lines.push('', `Failed with STARLOAD_SEED=${process.env.STARLOAD_SEED}. To repeat it:`, `  ${command(results)}`);
    }
    if (lines.length > 0) {
      // Jest's own summary comes after all reporters.
      process.once('exit', () => process.stderr.write(`${lines.join('\n')}\n`));
    }
  }
}

function readNotes(file) {
  if (file === undefined || !existsSync(file)) {
    return [];
  }
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  rmSync(dirname(file), { recursive: true, force: true });
  return lines.map((line) => JSON.parse(line));
}

function section(heading, notes) {
  const texts = [...new Set(notes.filter(({ kind }) => kind === heading).map(({ text }) => text))].sort();
  return texts.length === 0 ? [] : ['', `${heading}:`, ...texts.map((text) => `  ${text.replaceAll('\n', '\n    ')}`)];
}

function failed({ numFailedTests, numRuntimeErrorTestSuites, wasInterrupted }) {
  return numFailedTests > 0 || numRuntimeErrorTestSuites > 0 || wasInterrupted;
}

function command({ testResults }) {
  const files = testResults
    .filter(({ numFailingTests, testExecError }) => numFailingTests > 0 || testExecError)
    .map(({ testFilePath }) => relative(process.cwd(), testFilePath));
  const variables = VARIABLES.filter((name) => process.env[name] !== undefined).map(
    (name) => `${name}=${process.env[name]} `,
  );
  return `STARLOAD_SEED=${process.env.STARLOAD_SEED} ${variables.join('')}npm test -- ${files.join(' ')}`;
}
