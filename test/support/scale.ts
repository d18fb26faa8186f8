import { note } from './notes.ts';

/**
 * How much the tests try. `npm test` tries enough to notice a mistake within minutes; STARLOAD_TESTS=nightly, which
 * `npm run test:nightly` sets, tries everything. This is the only place that says how much.
 */
export interface Scale {
  /** Histories of a property, on an engine whose share is 1. */
  readonly histories: number;
  /** Ways to cut files into runs; each is loaded three times. */
  readonly partitions: number;
  /** Histories after which the tables are made anew. */
  readonly restores: number;
  /** Histories of which a run is undone. */
  readonly undone: number;
  /** Histories in which people are forgotten. */
  readonly forgotten: number;
  /** Mixtures of good and bad records. */
  readonly mixtures: number;
  /** Files that are damaged byte by byte, loads of such files, and strings of any bytes. */
  readonly damagedFiles: number;
  readonly damagedLoads: number;
  readonly anyBytes: number;
  /** For how long damaged files and any bytes are tried at the most, in seconds for each of three properties. */
  readonly fuzzSeconds: number;
  /** Awkward values held against the search for bad records. */
  readonly values: number;
  /** Histories that a mutant must survive to be missed. */
  readonly mutantHistories: number;
  /** Whether mutants run on servers too, where a case takes several times as long. */
  readonly mutantsOnServers: boolean;
  /** Of the places a load can fail at: calls of each fault, and statements. */
  readonly faultyCalls: number;
  readonly faultyStatements: number;
  /** Of the things nobody knows of the Data API, those that are tried. */
  readonly uncertain: number;
  /** Engines on which loaders are killed, and how many on each; npm run torture kills hundreds on all. */
  readonly tortured: number;
  readonly kills: number;
  /** Songs of the generated data that all engines must agree on. */
  readonly songs: number;
  /** What a compressed bomb holds. */
  readonly bombMegabytes: number;
  /** Empty files in one load. */
  readonly emptyFiles: number;
  /** Sets of file names. */
  readonly names: number;
  /** Combinations of what is open of Redshift, of each family. */
  readonly certified: number;
  /** Texts and names quoted for an engine. */
  readonly quotings: number;
  /** Histories of a proof of the built-in model, and mutants that proofs must find. */
  readonly proven: { readonly histories: number; readonly mutants: number };
  /** Histories of a model with every shape of derivation. */
  readonly derivations: { readonly duckdb: number; readonly servers: number };
  /** Histories of loads and migrations. */
  readonly migrations: { readonly duckdb: number; readonly servers: number };
  /** Sets of records of which init makes a model. */
  readonly inits: { readonly duckdb: number; readonly servers: number };
  /** Ways to change values by hand, on a server; DuckDB gets all. */
  readonly tamperings: number;
  /** Cases of a list, such as edits of a control table, on a server; DuckDB gets all. */
  readonly casesOnServers: number;
}

const QUICK: Scale = {
  histories: 8,
  partitions: 3,
  restores: 3,
  undone: 3,
  forgotten: 3,
  mixtures: 3,
  damagedFiles: 600,
  damagedLoads: 8,
  anyBytes: 5000,
  fuzzSeconds: 60,
  values: 30,
  mutantHistories: 12,
  mutantsOnServers: false,
  faultyCalls: 3,
  faultyStatements: 6,
  uncertain: 4,
  tortured: 1,
  kills: 2,
  songs: 2000,
  bombMegabytes: 32,
  emptyFiles: 1000,
  names: 10,
  certified: 5,
  quotings: 40,
  proven: { histories: 8, mutants: 2 },
  derivations: { duckdb: 6, servers: 2 },
  migrations: { duckdb: 4, servers: 1 },
  inits: { duckdb: 25, servers: 4 },
  tamperings: 2,
  casesOnServers: 5,
};

const NIGHTLY: Scale = {
  histories: 200,
  partitions: 100,
  restores: 150,
  undone: 60,
  forgotten: 60,
  mixtures: 100,
  damagedFiles: Number.POSITIVE_INFINITY,
  damagedLoads: 300,
  anyBytes: Number.POSITIVE_INFINITY,
  fuzzSeconds: 200,
  values: 500,
  mutantHistories: 60,
  mutantsOnServers: true,
  faultyCalls: Number.POSITIVE_INFINITY,
  faultyStatements: Number.POSITIVE_INFINITY,
  uncertain: Number.POSITIVE_INFINITY,
  tortured: Number.POSITIVE_INFINITY,
  kills: 30,
  songs: 15_000,
  bombMegabytes: 4096,
  emptyFiles: 1_000_000,
  names: 500,
  certified: Number.POSITIVE_INFINITY,
  quotings: 1000,
  proven: { histories: 300, mutants: Number.POSITIVE_INFINITY },
  derivations: { duckdb: 200, servers: 20 },
  migrations: { duckdb: 1000, servers: 60 },
  inits: { duckdb: 1000, servers: 40 },
  tamperings: Number.POSITIVE_INFINITY,
  casesOnServers: Number.POSITIVE_INFINITY,
};

export const scale: Scale = chosen(process.env['STARLOAD_TESTS']);

/** What to set for more, as tests print it where they leave something out. */
export const FOR_ALL = 'npm run test:nightly tries all';

function chosen(name: string | undefined): Scale {
  if (name === undefined || name === 'quick') {
    return QUICK;
  }
  if (name === 'nightly') {
    return NIGHTLY;
  }
  throw new Error(`STARLOAD_TESTS is "${name}"; it is quick, as without it, or nightly`);
}

/** Where samples begin: another place in each run, unless STARLOAD_SEED repeats an earlier one. */
const SEED = Number(process.env['STARLOAD_SEED'] ?? 0);

/** So many of all, spread evenly from a place of its own for each subject, in their order; prints which. */
export function sample<T>(what: string, all: readonly T[], count: number): readonly T[] {
  if (count >= all.length) {
    return all;
  }
  const step = all.length / count;
  const first = (SEED + Buffer.from(what).reduce((sum, byte) => sum + byte, 0)) % Math.ceil(step);
  const places = Array.from({ length: count }, (_, n) => Math.floor(first + n * step) % all.length);
  const some = all.filter((_, index) => places.includes(index));
  note('Sampled', `${what}: ${some.length} of ${all.length}: ${some.join(', ')}; ${FOR_ALL}`);
  return some;
}

/** The cases an engine gets, of those that take several times as long on a server: DuckDB all, a server some. */
export function casesFor<T>(
  { name, share }: { readonly name: string; readonly share: number },
  what: string,
  cases: readonly T[],
  titleOf: (one: T) => string,
): readonly T[] {
  if (share === 1) {
    return cases;
  }
  const chosen = sample(`${what} on ${name}`, cases.map(titleOf), scale.casesOnServers);
  return cases.filter((one) => chosen.includes(titleOf(one)));
}

/** The numbers from 1. */
export function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
