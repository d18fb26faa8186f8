import type { Part } from '../../objects/part.ts';
import { locationOf } from '../../objects/s3/uri.ts';
import { loadedColumns, type Table } from '../../sql/catalogue.ts';
import { quoteIdentifier, quoteLiteral } from '../../sql/render.ts';
import type { Folder, Mapping } from '../warehouse.ts';

/** The files of one COPY: all compressed or none, as COPY requires. */
export interface CopyFiles {
  readonly compression: Part['compression'];
  /** `s3://…` of the manifest that lists them. */
  readonly manifest: string;
  /** `s3://…` of the jsonpaths file; absent if keys are matched by name. */
  readonly jsonpaths: string | undefined;
}

/** The region COPY reads from, and its IAM role. */
export interface CopyAccess {
  readonly iamRole: string;
  /** The region of the data, the manifest and the jsonpaths file. */
  readonly region: string;
}

/** What COPY must be told of the compression of its files. */
const COPY_OPTIONS = { none: '', gzip: 'GZIP', zstd: 'ZSTD', bzip2: 'BZIP2' } as const;

const ROLES =
  /^(default|arn:aws[-a-z]*:iam::\d{12}:role\/[\w+=,.@/-]+(,arn:aws[-a-z]*:iam::\d{12}:role\/[\w+=,.@/-]+)*)$/;
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;

/** A table, and its quoted and qualified name. */
export interface CopyTarget {
  readonly table: Table;
  readonly name: string;
}

/**
 * The COPY of some files into a table. It is explicit and avoids options that lose data: no TRUNCATECOLUMNS, no
 * ACCEPTINVCHARS, no MAXERROR. Throws TypeError for an invalid role or region. These are the only strings from outside,
 * apart from the locations, which are quoted.
 */
export function copyStatement(
  into: CopyTarget,
  { compression, manifest, jsonpaths }: CopyFiles,
  access: CopyAccess,
): string {
  return copyFrom(into, manifest, { compression, jsonpaths, isManifest: true }, access);
}

/**
 * The COPY of all objects whose keys begin with a prefix. A folder needs its trailing slash to exclude its neighbours:
 * `log_data` also matches `log_data2/`.
 */
export function copyFolderStatement(
  into: CopyTarget,
  { uri, compression, jsonpaths }: Folder,
  access: CopyAccess,
): string {
  const paths = jsonpaths === undefined ? undefined : locationOf(jsonpaths);
  return copyFrom(into, locationOf(uri), { compression, jsonpaths: paths, isManifest: false }, access);
}

interface CopyFormat extends Omit<CopyFiles, 'manifest'> {
  readonly isManifest: boolean;
}

function copyFrom(
  { table, name }: CopyTarget,
  from: string,
  format: CopyFormat,
  { iamRole, region }: CopyAccess,
): string {
  if (!ROLES.test(iamRole) || !REGION.test(region)) {
    throw new TypeError(`not a role and a region: ${iamRole}, ${region}`);
  }
  const columns = loadedColumns(table).map((column) => quoteIdentifier(column.name));
  const options = [format.isManifest ? 'MANIFEST' : '', COPY_OPTIONS[format.compression]].filter(Boolean);
  return [
    `COPY ${name} (${columns.join(', ')})`,
    `FROM ${quoteLiteral(from)}`,
    `IAM_ROLE ${iamRole === 'default' ? 'default' : quoteLiteral(iamRole)}`,
    `FORMAT AS JSON ${quoteLiteral(format.jsonpaths ?? 'auto ignorecase')}`,
    ...(options.length === 0 ? [] : [options.join(' ')]),
    `REGION ${quoteLiteral(region)}`,
    'COMPUPDATE OFF STATUPDATE OFF',
  ].join('\n');
}

/** A manifest that lists files, all of which must exist (Database Developer Guide, using a manifest). */
export function manifestOf(uris: readonly string[]): string {
  return JSON.stringify({ entries: uris.map((url) => ({ url, mandatory: true })) });
}

/** The jsonpaths file of a mapping by keys, in bracket notation; undefined for a mapping by names. */
export function jsonpathsOf(mapping: Mapping): string | undefined {
  if (mapping.kind === 'names') {
    return undefined;
  }
  return JSON.stringify({ jsonpaths: mapping.keys.map((key) => `$['${key}']`) });
}
