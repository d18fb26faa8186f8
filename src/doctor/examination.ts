import type { CallerIdentity } from '../aws/identity.ts';
import type { ObjectStore, SourceObject } from '../objects/objects.ts';
import type { Source } from '../pipeline/context.ts';
import type { Emit } from '../pipeline/events.ts';
import type { UnknownKeysPolicy } from '../pipeline/unknown-keys.ts';
import type { Model } from '../sql/catalogue.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';

/** What to examine, and the means to do it. */
export interface Examination {
  readonly model: Model;
  readonly sources: readonly Source[];
  readonly storeOf: (root: string) => ObjectStore;
  /** Opens the warehouse; the caller closes it. */
  readonly open: Open;
  /** Opens it with each `%%` of DB_PASSWORD read as `%`; absent if the file's password has none. */
  readonly openUnescaped?: Open | undefined;
  /** Absent if nothing in the configuration is in AWS. */
  readonly aws: AwsAccess | undefined;
  /** Absent if dwh.cfg has no work prefix, or the warehouse needs none. */
  readonly work: WorkPrefix | undefined;
  /** Whether the warehouse also runs COPY. */
  readonly deep: boolean;
  /** Folders on this machine to which a load writes, besides the one for temporary files. */
  readonly folders: readonly WrittenFolder[];
  readonly spoolRoot: string;
  /** What a load does with keys that no column takes; if absent, it tells them. */
  readonly unknownKeys?: UnknownKeysPolicy | undefined;
  readonly signal: AbortSignal;
  /** Receives what is being examined. */
  readonly emit?: Emit;
}

export type Open = (access: { readonly readOnly: boolean }) => Promise<Warehouse>;

/** A folder to which a load writes. */
export interface WrittenFolder {
  readonly name: string;
  readonly path: string;
  /** What a load lacks if the folder is not writable; if absent, no load works then. */
  readonly without?: string;
}

/** Queries to AWS. */
export interface AwsAccess {
  /** The owner of the credentials; undefined if no service can tell. */
  readonly whoAmI: (() => Promise<CallerIdentity>) | undefined;
  /** The region of a location in S3. */
  readonly regionOf: (uri: string) => Promise<string>;
  /** Absent for a warehouse that is not in AWS. */
  readonly redshift: { readonly region: string; readonly role: string } | undefined;
}

/** The folder of S3 that the loader may write to. */
export interface WorkPrefix {
  /** `s3://bucket/folder/`. */
  readonly prefix: string;
  put(uri: string, body: Uint8Array): Promise<unknown>;
  remove(uris: readonly string[]): Promise<void>;
}

/** What earlier checks have learned for later ones. */
export interface Learnt {
  warehouse?: Warehouse;
  schema?: string;
  /** Tables of the model that exist. */
  tables?: ReadonlySet<string>;
  clockSkewMilliseconds?: number;
  /** A small file of each source, by its root, and its first record. */
  readonly samples: Map<string, SampleFile>;
}

/** A small file and its first record. */
export interface SampleFile {
  readonly object: SourceObject;
  /** Some files of the source. */
  readonly spread: readonly SourceObject[];
  record?: string;
}

/** The name of a source in the settings, as users know it. */
export function nameOf({ table }: Source): string {
  return table.source ?? table.name;
}
