// Measures the loader against limits taken in the same run, prints every figure, and fails when a limit is passed.
// `npm run bench -- small-files` runs only the cases whose name begins so.
import { helpIsQuick } from './help.mjs';
import { postgresIncremental } from './postgres-incremental.mjs';
import { postgresLoad } from './postgres-load.mjs';
import { smallFiles } from './small-files.mjs';

const CASES = [helpIsQuick, smallFiles, postgresLoad, postgresIncremental];

const chosen = CASES.filter(({ title }) => title.startsWith(process.argv[2] ?? ''));
let failed = 0;
for (const { title, measure } of chosen) {
  const { figures, ratio, limit } = await measure();
  const verdict = ratio <= limit ? 'within' : 'ABOVE';
  console.log(`${title}: ratio ${ratio.toFixed(2)}, ${verdict} its limit of ${limit.toFixed(2)}`);
  for (const [name, seconds] of Object.entries(figures)) {
    console.log(`  ${name}: median ${seconds.toFixed(3)} s`);
  }
  failed += ratio <= limit ? 0 : 1;
}
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 && chosen.length > 0 ? 0 : 1;
