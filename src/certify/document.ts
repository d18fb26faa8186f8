import type { Answer } from './probe.ts';

/** What a certification found, as stored in docs/certified. It contains no secret, account, host or name. */
export interface CertifiedDocument {
  readonly format: 1;
  /** The day, in UTC. */
  readonly certified: string;
  readonly starload: string;
  readonly engine: {
    readonly kind: 'cluster' | 'workgroup';
    /** `Redshift 1.0.12345`; empty if the warehouse does not state it. */
    readonly release: string;
    readonly region: string;
  };
  /** The number of planned statements of a load, a refresh and a rebuild, and the statements that were refused. */
  readonly statements: { readonly explained: number; readonly refused: readonly string[] };
  /** By the probe's name. */
  readonly answers: Readonly<Record<string, string>>;
  /** By the step of the trial load. */
  readonly load: Readonly<Record<string, string>>;
}

/** The findings as a document stores them: only words of Starload, none of the warehouse's. */
export function wordsOf(found: ReadonlyMap<string, Answer>): Readonly<Record<string, string>> {
  return Object.fromEntries([...found].map(([name, { answer }]) => [name, answer]));
}

/** The release from version(), whose text begins like PostgreSQL's (redshift_connector, issue 82). */
export function releaseOf(version: string): string {
  return /Redshift \d+(\.\d+)*/.exec(version)?.[0] ?? '';
}
