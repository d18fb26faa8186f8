import type { Sent, Service } from '../warehouse/service.ts';
import type { Value } from '../warehouse/warehouse.ts';

/** What a probe works with. */
export interface Bench {
  readonly service: Service;
  /** A schema of this certification's own. */
  readonly schema: string;
  /** Writes a file where COPY can read it and gives its URI; absent where dwh.cfg has no work prefix. */
  readonly put: ((name: string, text: string) => Promise<string>) | undefined;
}

/** What was found: one of the probe's answers, else `other`; `said` is the service's own text, for people. */
export interface Answer {
  readonly answer: string;
  readonly said?: string | undefined;
}

/** A question to the warehouse. */
export interface Probe {
  /** Its name in documents. */
  readonly name: string;
  readonly question: string;
  /** What it may find, and what that means. */
  readonly answers: Readonly<Record<string, string>>;
  /** Whether it needs a file that COPY reads. */
  readonly needsFile?: boolean;
  ask(bench: Bench): Promise<Answer>;
}

/** Where a probe could not be made. */
export const NOT_TRIED = 'not_tried';
/** What was left to ask when time was up. */
export const NOT_REACHED = 'not_reached';
/** An unexpected answer. */
export const OTHER = 'other';

/** A question that is answered by one batch: its statements, and what its end means. */
export interface BatchProbe extends Omit<Probe, 'ask' | 'needsFile'> {
  /** Statements that make what is asked about; temporary tables go with their session. */
  readonly prepare: readonly string[];
  /** A file that COPY reads into the column `v` of the table `probe`, with its options. */
  readonly file?: { readonly text: string; readonly options?: string };
  /** The statement that is asked about, whose one value is the finding; absent where that is the COPY's. */
  readonly sql: string;
  /** What a value means, by its text; what is not named is `other`. */
  readonly found: Readonly<Record<string, string>>;
  /** What a failure means. */
  readonly failed: (error: string) => string;
}

/** Makes a probe of a batch. */
export function batchProbe({ prepare, file, sql, found, failed, ...probe }: BatchProbe): Probe {
  return {
    ...probe,
    needsFile: file !== undefined,
    ask: async (bench) => {
      const copies = file === undefined ? [] : [await copyOf(bench, probe.name, file)];
      const statements = [...prepare, ...copies, sql];
      const sent = await bench.service.send(statements);
      if (sent.status !== 'FINISHED') {
        const said = errorOf(sent);
        return { answer: failed(said), said };
      }
      const value = textOf((await bench.service.rows(sent.id, statements.length)).rows[0]?.[0] ?? null);
      return { answer: found[value] ?? OTHER, said: value };
    },
  };
}

/** Writes a probe's file; gives the COPY of it into the column `v` of the table `probe`. */
export async function copyOf({ put, service }: Bench, name: string, file: NonNullable<BatchProbe['file']>) {
  const uri = (await put?.(`${name}.json`, file.text)) ?? '';
  return service.copy('probe', 'v', uri, file.options);
}

/** The text of what failed in a batch. */
export function errorOf({ parts, error }: Sent): string {
  return parts.find((part) => part.status === 'FAILED' && part.error !== '')?.error ?? error;
}

function textOf(value: Value): string {
  return value === null ? 'NULL' : String(value);
}
