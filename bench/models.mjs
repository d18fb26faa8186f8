import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { generateData } from '../dist/generate/generate.js';
import { buildHandwritten } from './handwritten.mjs';
import { configFor, startServer } from './postgres-server.mjs';
import { MAIN, median, timeNode } from './time.mjs';

const EVENTS = Number(process.env.BENCH_EVENTS ?? 1_000_000);
const SONGS = 15_000;
const ROUNDS = 3;
const DAYS = 5;
const LIMIT = 1.2;

/** The statements that are derived from the model's SELECTs, against those that were written by hand, in one run. */
export const models = ['duckdb', 'postgres'].flatMap((engine) =>
  Object.entries({ full: `a full load of ${EVENTS} events`, day: 'a day more' }).map(([part, what]) => ({
    title: `models-${engine}-${part}`,
    async measure() {
      const taken = (await measured(engine))[part];
      const figures = Object.fromEntries(Object.entries(taken).map(([who, seconds]) => [`${what}, ${who}`, seconds]));
      return { figures, ratio: taken.derived / taken['by hand'], limit: LIMIT };
    },
  })),
);

const known = new Map();

/** Both parts are taken of the same warehouses. */
function measured(engine) {
  if (!known.has(engine)) known.set(engine, compareOn(engine));
  return known.get(engine);
}

async function compareOn(engine) {
  const folder = mkdtempSync(join(tmpdir(), 'starload-bench-'));
  const server = engine === 'postgres' ? await startServer() : undefined;
  try {
    await generateData({ songs: SONGS, events: EVENTS, seed: 5, out: folder });
    const sides = [
      { who: 'by hand', main: buildHandwritten(folder), config: configOf('handwritten', folder, server) },
      { who: 'derived', main: MAIN, config: configOf('derived', folder, server) },
    ];
    const days = withhold(folder);
    const full = takeTurns(ROUNDS, sides, ({ main, config }) => {
      timeNode([main, 'create-tables', '--force', '--config', config]);
      return timeNode([main, 'etl', '--config', config]);
    });
    const day = takeTurns(days.length, sides, ({ main, config }) => timeNode([main, 'etl', '--config', config]), {
      before: (turn) => renameSync(days[turn].held, days[turn].path),
    });
    return { full, day };
  } finally {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The median of several turns for each side. The sides go first by turns. */
function takeTurns(turns, sides, measure, { before = () => {} } = {}) {
  const taken = new Map(sides.map(({ who }) => [who, []]));
  for (let turn = 0; turn < turns; turn += 1) {
    before(turn);
    for (const side of turn % 2 === 0 ? sides : sides.toReversed()) {
      taken.get(side.who).push(measure(side));
    }
  }
  return Object.fromEntries([...taken].map(([who, seconds]) => [who, median(seconds)]));
}

/** Takes the last days away, so that they can come later. */
function withhold(folder) {
  const held = join(folder, 'held');
  mkdirSync(held);
  const files = readdirSync(join(folder, 'log_data'), { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  );
  const paths = files.map((one) => join(one.parentPath, one.name)).sort();
  return paths.slice(-DAYS).map((path) => {
    const to = join(held, basename(path));
    renameSync(path, to);
    return { path, held: to };
  });
}

function configOf(name, folder, server) {
  const own = join(folder, `warehouse-${name}`);
  mkdirSync(own);
  const config = join(own, 'dwh.cfg');
  const sources = `[S3]\nLOG_DATA=${join(folder, 'log_data')}\nSONG_DATA=${join(folder, 'song_data')}\n`;
  writeFileSync(config, server === undefined ? sources : configFor(server, name, folder));
  return config;
}
