import type { AwsOptions } from '../aws/client.ts';
import type { ConfigProblem } from '../errors.ts';
import type { Target } from '../target.ts';

/** The location of one kind of file. */
export interface SourceConfig {
  /** `s3://bucket/key` or an absolute local path. */
  readonly uri: string;
  /** The jsonpaths file, in the same notation; if absent, the model's own decides or, without one, keys are matched by name. */
  readonly jsonpaths?: string | undefined;
  /** Whether keys are matched by name even if the model has a jsonpaths file. */
  readonly matchesNames?: boolean | undefined;
}

/** The model's sources by their names, such as LOG_DATA. */
export type Sources = Readonly<Record<string, SourceConfig>>;

/** How loads are run. */
export interface LoadConfig {
  /** A load of more source bytes than this is split into several runs; if absent, each load is one run. */
  readonly maxRunBytes?: number | undefined;
  /** The longest time a statement may run, in milliseconds; if absent, the engine's default. */
  readonly timeoutMilliseconds?: number | undefined;
  /** How many bad records a load may keep out; if absent, none, unless files are set aside. */
  readonly maxErrors?: number | undefined;
  /** Whether files with bad records are set aside as a whole. */
  readonly quarantine?: boolean | undefined;
  /** What to do with keys of records that no column takes; if absent, they are told. */
  readonly unknownKeys?: 'warn' | 'keep' | 'refuse' | undefined;
}

/** The origin of a configuration value: a line of the file, an environment variable, or neither. */
export type Origin =
  | { readonly from: 'file'; readonly key: string; readonly line: number }
  | { readonly from: 'environment'; readonly variable: string }
  | { readonly from: 'default' };

/** One setting of a configuration, as it was understood. */
export type Understood = Origin & {
  readonly name: string;
  /** The value for display. For a secret it says only that it is set. */
  readonly value: string;
};

/** A complete, checked dwh.cfg. */
export interface Config {
  /** The file's name as its reader gave it. */
  readonly file: string;
  readonly target: Target;
  /** The absolute path of the model's folder; undefined for the built-in one. */
  readonly model: string | undefined;
  readonly sources: Sources;
  /** A writable `s3://bucket/folder/`, always with its trailing slash. */
  readonly workPrefix?: string | undefined;
  readonly aws: AwsOptions;
  readonly load: LoadConfig;
  /** How the file was understood, the engine first. */
  readonly understood: readonly Understood[];
  /** What works but should be checked. */
  readonly warnings: readonly ConfigProblem[];
  /** Every secret value found, used or not, for `redact`. */
  readonly secrets: readonly string[];
}

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;
