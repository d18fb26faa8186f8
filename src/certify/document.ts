import type { Answer } from './probe.ts';

/** What a certification found, as it is kept in docs/certified: no secret, account, host or name in it. */
export interface CertifiedDocument {
  readonly format: 1;
  /** The day, in UTC. */
  readonly certified: string;
  readonly starload: string;
  readonly engine: {
    readonly kind: 'cluster' | 'workgroup';
    /** `Redshift 1.0.12345`; empty where it does not say. */
    readonly release: string;
    readonly region: string;
  };
  /** Statements of a load, a refresh and a rebuild that were planned, and those that were refused. */
  readonly statements: { readonly explained: number; readonly refused: readonly string[] };
  /** By the probe's name. */
  readonly answers: Readonly<Record<string, string>>;
  /** By the step of the trial load. */
  readonly load: Readonly<Record<string, string>>;
}

/** What stands in a document of what was found: the words we know, nothing the warehouse said. */
export function wordsOf(found: ReadonlyMap<string, Answer>): Readonly<Record<string, string>> {
  return Object.fromEntries([...found].map(([name, { answer }]) => [name, answer]));
}

/** The release in what version() says, which begins as PostgreSQL's does (redshift_connector, issue 82). */
export function releaseOf(version: string): string {
  return /Redshift \d+(\.\d+)*/.exec(version)?.[0] ?? '';
}
