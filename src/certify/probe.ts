import type { Sent, Service } from '../warehouse/service.ts';
import type { Value } from '../warehouse/warehouse.ts';

/** What a probe needs. */
export interface Bench {
  readonly service: Service;
  /** A schema that only this certification uses. */
  readonly schema: string;
  /** Writes a file where COPY can read it and returns its URI; absent if dwh.cfg has no work prefix. */
  readonly put: ((name: string, text: string) => Promise<string>) | undefined;
}

/** The finding: one of the probe's answers, otherwise `other`. `said` is the service's own text, for display. */
export interface Answer {
  readonly answer: string;
  readonly said?: string | undefined;
}

/** A question to the warehouse. */
export interface Probe {
  /** Its name in documents. */
  readonly name: string;
  readonly question: string;
  /** Its possible answers, and their meaning. */
  readonly answers: Readonly<Record<string, string>>;
  /** Whether it needs a file that COPY reads. */
  readonly needsFile?: boolean;
  ask(bench: Bench): Promise<Answer>;
}

/** The answer if a probe could not be run. */
export const NOT_TRIED = 'not_tried';
/** The answer for what was left to ask when time was up. */
export const NOT_REACHED = 'not_reached';
/** An unexpected answer. */
export const OTHER = 'other';

/** A question that one batch answers: its statements, and the meaning of its outcome. */
export interface BatchProbe extends Omit<Probe, 'ask' | 'needsFile'> {
  /** Statements that create what the question is about. Temporary tables are dropped with their session. */
  readonly prepare: readonly string[];
  /** A file that COPY reads into the column `v` of the table `probe`, with its options. */
  readonly file?: { readonly text: string; readonly options?: string };
  /** The statement that the question is about. Its single value is the finding, unless the COPY is what is examined. */
  readonly sql: string;
  /** The meaning of each value, by its text. Any other value is `other`. */
  readonly found: Readonly<Record<string, string>>;
  /** The meaning of a failure. */
  readonly failed: (error: string) => string;
}

/** Creates a probe from a batch. */
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

/** Writes a probe's file. Returns the COPY of it into the column `v` of the table `probe`. */
export async function copyOf({ put, service }: Bench, name: string, file: NonNullable<BatchProbe['file']>) {
  const uri = (await put?.(`${name}.json`, file.text)) ?? '';
  return service.copy('probe', 'v', uri, file.options);
}

/** The error text of a batch that failed. */
export function errorOf({ parts, error }: Sent): string {
  return parts.find((part) => part.status === 'FAILED' && part.error !== '')?.error ?? error;
}

function textOf(value: Value): string {
  return value === null ? 'NULL' : String(value);
}
