import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** Runs `node` with some arguments until it exits. Returns the seconds of the whole process; throws if it fails. */
export function timeNode(args, options = {}) {
  const began = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', ...options });
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  if (status !== 0) {
    throw new Error(`node ${args.join(' ')} failed:\n${stderr}`);
  }
  return seconds;
}

/** The medians of several measurements, taken in turn so that a slower machine affects all of them equally. */
export async function medians(runs, measurements) {
  const taken = new Map(Object.keys(measurements).map((name) => [name, []]));
  for (let run = 0; run < runs; run += 1) {
    for (const [name, measure] of Object.entries(measurements)) {
      taken.get(name).push(await measure());
    }
  }
  return Object.fromEntries([...taken].map(([name, seconds]) => [name, median(seconds)]));
}

/** The middle one of some values. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
