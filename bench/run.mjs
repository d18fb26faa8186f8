// Measures the loader against limits taken in the same run, prints every figure, and fails if a limit is exceeded. `npm
// run bench -- help small-files` runs only the cases whose names begin with these words. `--slack 1.5` fails only at one
// and a half times a limit, for machines that are busy with other work.
import { parseArgs } from 'node:util';
import { helpIsQuick } from './help.mjs';
import { memory } from './memory.mjs';
import { models } from './models.mjs';
import { postgresIncremental } from './postgres-incremental.mjs';
import { postgresLoad } from './postgres-load.mjs';
import { smallFiles } from './small-files.mjs';
import { unknownKeys } from './unknown-keys.mjs';

const CASES = [helpIsQuick, smallFiles, postgresLoad, postgresIncremental, memory, unknownKeys, ...models];

const { values, positionals: wanted } = parseArgs({
  options: { slack: { type: 'string', default: '1' } },
  allowPositionals: true,
});
const slack = Number(values.slack);
const chosen = CASES.filter(({ title }) => wanted.length === 0 || wanted.some((name) => title.startsWith(name)));
let failed = 0;
for (const { title, unit = 's', measure } of chosen) {
  const { figures, ratio, limit } = await measure();
  const isWithin = ratio <= limit * slack;
  const verdict = ratio <= limit ? 'within' : 'ABOVE';
  console.log(`${title}: ratio ${ratio.toFixed(2)}, ${verdict} its limit of ${limit.toFixed(2)}`);
  for (const [name, figure] of Object.entries(figures)) {
    console.log(`  ${name}: ${figure.toFixed(3)} ${unit}`);
  }
  failed += isWithin ? 0 : 1;
}
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 && chosen.length > 0 ? 0 : 1;
