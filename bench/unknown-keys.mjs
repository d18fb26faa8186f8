import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { medians } from './time.mjs';

const READ_KEYS = fileURLToPath(new URL('./read-keys.mjs', import.meta.url));
const CASES = [0, 3, 30];

/** To count what becomes of every key must take at most a tenth of the CPU time of reading, whatever keys there are. */
export const unknownKeys = {
  title: 'unknown-keys',
  async measure() {
    const measurements = CASES.flatMap((keys) => [
      [`${keys} unknown keys a record, not counted`, () => secondsOf('plain', keys)],
      [`${keys} unknown keys a record, counted`, () => secondsOf('count', keys)],
    ]);
    const figures = await medians(5, Object.fromEntries(measurements));
    const seconds = Object.values(figures);
    const ratios = CASES.map((_, at) => seconds[2 * at + 1] / seconds[2 * at]);
    return { figures, ratio: Math.max(...ratios), limit: 1.1 };
  },
};

function secondsOf(how, keys) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [READ_KEYS, how, String(keys)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`reading failed:\n${stderr}`);
  return Number(stdout);
}
