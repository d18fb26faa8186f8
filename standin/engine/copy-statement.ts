import { syntaxError } from './lexer.ts';
import { readTableName } from './query.ts';
import { type Reader, refusal } from './reader.ts';

/** A COPY of JSON files from S3, as far as the stand-in imitates it. */
export interface CopyStatement {
  /** The table as PostgreSQL text, and its name in messages. */
  readonly table: string;
  readonly name: string;
  readonly columns: readonly string[] | undefined;
  readonly from: string;
  /** The ARN, or undefined for the warehouse's default role. */
  readonly role: string | undefined;
  /** 'auto', 'auto ignorecase', or the location of the jsonpaths file. */
  readonly json: string;
  readonly manifest: boolean;
  readonly compression: 'none' | 'gzip' | 'zstd' | 'bzip2';
  readonly region: string | undefined;
  readonly timeFormat: string | undefined;
  readonly dateFormat: string | undefined;
  readonly maxErrors: number;
  readonly truncates: boolean;
  readonly emptyAsNull: boolean;
  readonly blanksAsNull: boolean;
  readonly roundsDecimals: boolean;
}

type Draft = { -readonly [K in keyof CopyStatement]?: CopyStatement[K] };

/** AWS: "Data format parameters", JSON (copy-parameters-data-format): not allowed with JSON; page "COPY". */
const NOT_WITH_JSON = [
  'csv',
  'delimiter',
  'escape',
  'fillrecord',
  'fixedwidth',
  'ignoreblanklines',
  'null',
  'readratio',
  'removequotes',
];

/** Formats and options from the same page that would work on Redshift. */
const NOT_IMITATED = [
  'acceptanydate',
  'acceptinvchars',
  'encoding',
  'explicit_ids',
  'ignoreheader',
  'trimblanks',
  'comprows',
  'ignoreallerrors',
  'noload',
  'encrypted',
  'master_symmetric_key',
  'lzop',
  'access_key_id',
  'secret_access_key',
  'session_token',
  'credentials',
  'with',
  'avro',
  'parquet',
  'orc',
  'shapefile',
  'ssh',
];

/** The maximum of MAXERROR. AWS: "Data load operations" (copy-parameters-data-load). */
const MAXERROR_LIMIT = 100_000;

/** Reads a COPY; parameters can follow the location in any order (page "COPY"). */
export function readCopy(reader: Reader): { readonly kind: 'copy'; readonly copy: CopyStatement } {
  reader.expect('copy');
  const mark = reader.mark();
  const name = readTableName(reader);
  const draft: Draft = { name, table: reader.written(mark) };
  if (reader.skip('(')) draft.columns = readColumns(reader);
  reader.expect('from');
  draft.from = readText(reader);
  if (!draft.from.startsWith('s3://')) throw refusal(`COPY from ${draft.from.split(':')[0]} is not imitated`);
  while (reader.peek().kind !== 'end' && !reader.is(';')) readParameter(reader, draft);
  return { kind: 'copy', copy: finish(draft) };
}

function finish(draft: Draft): CopyStatement {
  // page "COPY": exactly one authorization; CREDENTIALS and keys are not imitated.
  if (!('role' in draft)) throw refusal('No IAM_ROLE, CREDENTIALS or ACCESS_KEY_ID is specified');
  if (draft.json === undefined) throw refusal('COPY of another format than JSON is not imitated');
  return {
    columns: undefined,
    manifest: false,
    compression: 'none',
    region: undefined,
    timeFormat: undefined,
    dateFormat: undefined,
    maxErrors: 0,
    truncates: false,
    emptyAsNull: false,
    blanksAsNull: false,
    roundsDecimals: false,
    ...draft,
  } as CopyStatement;
}

function readColumns(reader: Reader): string[] {
  const columns: string[] = [];
  do columns.push(reader.name());
  while (reader.skip(','));
  reader.expect(')');
  return columns;
}

function readText(reader: Reader): string {
  if (reader.peek().kind !== 'string') reader.refuse();
  return reader.take().value;
}

function readParameter(reader: Reader, draft: Draft): void {
  const token = reader.peek();
  const { key } = token;
  if (NOT_WITH_JSON.includes(key)) {
    throw refusal(`${key.toUpperCase()} option is not supported with JSON`, token);
  }
  if (NOT_IMITATED.includes(key)) throw refusal(`COPY … ${key.toUpperCase()} is not imitated by the stand-in`, token);
  const read = PARAMETERS.get(key);
  if (read === undefined) throw syntaxError(token);
  reader.take();
  read(reader, draft);
}

const PARAMETERS = new Map<string, (reader: Reader, draft: Draft) => void>([
  ['iam_role', readRole],
  [
    'format',
    (reader, draft) => {
      reader.skip('as');
      reader.expect('json');
      readJson(reader, draft);
    },
  ],
  ['json', readJson],
  ['manifest', (_, draft) => flag(draft, 'manifest')],
  ['gzip', (reader, draft) => readCompression(reader, draft, 'gzip')],
  ['zstd', (reader, draft) => readCompression(reader, draft, 'zstd')],
  ['bzip2', (reader, draft) => readCompression(reader, draft, 'bzip2')],
  ['truncatecolumns', (_, draft) => flag(draft, 'truncates')],
  ['emptyasnull', (_, draft) => flag(draft, 'emptyAsNull')],
  ['blanksasnull', (_, draft) => flag(draft, 'blanksAsNull')],
  ['roundec', (_, draft) => flag(draft, 'roundsDecimals')],
  [
    'region',
    (reader, draft) => {
      reader.skip('as');
      draft.region = readText(reader);
    },
  ],
  [
    'timeformat',
    (reader, draft) => {
      reader.skip('as');
      draft.timeFormat = readFormat(reader, ['auto', 'epochsecs', 'epochmillisecs', 'YYYY-MM-DD HH:MI:SS']);
    },
  ],
  [
    'dateformat',
    (reader, draft) => {
      reader.skip('as');
      draft.dateFormat = readFormat(reader, ['auto', 'YYYY-MM-DD']);
    },
  ],
  [
    'maxerror',
    (reader, draft) => {
      reader.skip('as');
      draft.maxErrors = readCount(reader);
    },
  ],
  ['compupdate', (reader) => skipSwitch(reader, ['on', 'off', 'true', 'false', 'preset'])],
  ['statupdate', (reader) => skipSwitch(reader, ['on', 'off', 'true', 'false'])],
]);

function flag(draft: Draft, name: 'manifest' | 'truncates' | 'emptyAsNull' | 'blanksAsNull' | 'roundsDecimals'): void {
  draft[name] = true;
}

/** All files are compressed in one way (page "File compression parameters"); it is not known what a second one does. */
function readCompression(reader: Reader, draft: Draft, compression: CopyStatement['compression']): void {
  if (draft.compression !== undefined) reader.refuse('one compression only');
  draft.compression = compression;
}

/** page "COPY": one role, or a chain of them separated by a comma without blanks; the first must be attached. */
function readRole(reader: Reader, draft: Draft): void {
  if ('role' in draft) reader.refuse('one authorization only');
  if (reader.skip('default')) {
    draft.role = undefined;
    return;
  }
  const token = reader.peek();
  const role = readText(reader);
  const isRole = (arn: string): boolean => /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=.@/-]+$/.test(arn);
  if (!role.split(',').every(isRole)) throw refusal(`Invalid IAM role ARN: ${role}`, token);
  draft.role = role;
}

/** Bare JSON means 'auto' (page "COPY"). */
function readJson(reader: Reader, draft: Draft): void {
  reader.skip('as');
  const json = reader.peek().kind === 'string' ? readText(reader) : 'auto';
  if (json === 'noshred') throw refusal("JSON 'noshred' is not imitated by the stand-in");
  if (json !== 'auto' && json !== 'auto ignorecase' && !json.startsWith('s3://')) {
    throw refusal(`Invalid JSONPath option: ${json}`);
  }
  draft.json = json;
}

/**
 * page "DATEFORMAT and TIMEFORMAT strings": the keywords are case-sensitive. The stand-in imitates only the default
 * format strings.
 */
function readFormat(reader: Reader, formats: readonly string[]): string {
  const token = reader.peek();
  const format = readText(reader);
  if (!formats.includes(format)) throw refusal(`the format '${format}' is not imitated by the stand-in`, token);
  return format;
}

function readCount(reader: Reader): number {
  const token = reader.take();
  const count = token.kind === 'number' && /^\d+$/.test(token.text) ? Number(token.text) : Number.NaN;
  if (!(count <= MAXERROR_LIMIT)) throw refusal(`MAXERROR must be between 0 and ${MAXERROR_LIMIT}`, token);
  return count;
}

function skipSwitch(reader: Reader, words: readonly string[]): void {
  if (words.includes(reader.peek().key)) reader.take();
}
