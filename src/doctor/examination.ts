import type { CallerIdentity } from '../aws/identity.ts';
import type { ObjectStore, SourceObject } from '../objects/objects.ts';
import type { Source } from '../pipeline/context.ts';
import type { Emit } from '../pipeline/events.ts';
import type { Model } from '../sql/catalogue.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';

/** What is to be examined, and the means. */
export interface Examination {
  readonly model: Model;
  readonly sources: readonly Source[];
  readonly storeOf: (root: string) => ObjectStore;
  /** Opens the warehouse; the caller closes it. */
  readonly open: Open;
  /** Opens it with each `%%` of DB_PASSWORD read as `%`; absent where the file's password has none. */
  readonly openUnescaped?: Open | undefined;
  /** Absent where nothing of the configuration lies in AWS. */
  readonly aws: AwsAccess | undefined;
  /** Absent where dwh.cfg has no work prefix, or the warehouse needs none. */
  readonly work: WorkPrefix | undefined;
  /** Whether the warehouse makes a COPY too. */
  readonly deep: boolean;
  /** Folders on this machine that a load writes to, besides the one for temporary files. */
  readonly folders: readonly WrittenFolder[];
  readonly spoolRoot: string;
  readonly signal: AbortSignal;
  /** Told of what is being examined. */
  readonly emit?: Emit;
}

export type Open = (access: { readonly readOnly: boolean }) => Promise<Warehouse>;

/** A folder that a load writes to. */
export interface WrittenFolder {
  readonly name: string;
  readonly path: string;
  /** What a load goes without where it cannot be written; absent, no load works. */
  readonly without?: string;
}

/** What is asked of AWS. */
export interface AwsAccess {
  /** Whose credentials they are; undefined if no service can say. */
  readonly whoAmI: (() => Promise<CallerIdentity>) | undefined;
  /** The region of a place in S3. */
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

/** What earlier checks have learnt for later ones. */
export interface Learnt {
  warehouse?: Warehouse;
  schema?: string;
  /** Tables of the model that exist. */
  tables?: ReadonlySet<string>;
  clockSkewMilliseconds?: number;
  /** A small file of each source, by its root, and its first record. */
  readonly samples: Map<string, SampleFile>;
}

/** A file and its first record. */
export interface SampleFile {
  readonly object: SourceObject;
  record?: string;
}

/** The settings' name of a source, as people know it. */
export function nameOf({ table }: Source): string {
  return table.source ?? table.name;
}
