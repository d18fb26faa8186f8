import type { SourceHead } from '../sql/catalogue.ts';

/** One setting of dwh.cfg: its section and key, and the other names under which existing files have it. */
export interface Setting {
  readonly section: string;
  readonly key: string;
  /** Its meaning, as the end of "KEY is …". */
  readonly about: string;
  readonly example: string;
  /** No message shows its value. */
  readonly secret?: true;
  /** Further lower-case names, valid in any section. */
  readonly names: readonly string[];
  /** Ambiguous short names (lower-case, including `key`), valid only in sections like these. */
  readonly local?: { readonly keys: readonly string[]; readonly sections: RegExp };
}

// configparser gives the keys of [DEFAULT] to every section. '' is a file without its first heading.
const CLUSTER = /cluster|redshift|dwh|warehouse|postgres|database|^db$|^default$|^$/i;
const ROLE = /role|iam|arn|cluster|redshift|dwh|^default$|^$/i;
const AWS = /aws|cred|^iam|^(access_?)?keys?$/i;
const DUCKDB = /duckdb/i;
const LOAD = /^load$/i;

/** The settings of every model. If a key would fit two, it belongs to the earlier one. */
export const SETTINGS = {
  host: {
    section: 'CLUSTER',
    key: 'HOST',
    about: 'the endpoint of the warehouse',
    example: 'dwh.abc123def456.us-west-2.redshift.amazonaws.com',
    names: ['dwh_host', 'dwh_endpoint', 'db_host', 'redshift_host', 'redshift_endpoint', 'cluster_endpoint'],
    local: { keys: ['host', 'hostname', 'endpoint'], sections: CLUSTER },
  },
  dbName: {
    section: 'CLUSTER',
    key: 'DB_NAME',
    about: 'the name of the database',
    example: 'dwh',
    names: ['dwh_db', 'dwh_db_name', 'dwh_database'],
    local: { keys: ['db_name', 'dbname', 'db', 'database', 'database_name', 'name'], sections: CLUSTER },
  },
  dbUser: {
    section: 'CLUSTER',
    key: 'DB_USER',
    about: 'the database user',
    example: 'dwhuser',
    names: ['dwh_db_user', 'dwh_user'],
    local: { keys: ['db_user', 'db_username', 'user', 'username'], sections: CLUSTER },
  },
  dbPassword: {
    section: 'CLUSTER',
    key: 'DB_PASSWORD',
    about: "the database user's password",
    example: '',
    secret: true,
    names: ['dwh_db_password', 'dwh_password'],
    local: { keys: ['db_password', 'db_pass', 'password'], sections: CLUSTER },
  },
  dbPort: {
    section: 'CLUSTER',
    key: 'DB_PORT',
    about: 'the port, from 1 to 65535',
    example: '5439',
    names: ['dwh_port', 'dwh_db_port'],
    local: { keys: ['db_port', 'port'], sections: CLUSTER },
  },
  region: {
    section: 'CLUSTER',
    key: 'REGION',
    about: 'the AWS region of the warehouse',
    example: 'us-west-2',
    names: ['dwh_region', 'redshift_region', 'cluster_region'],
    local: { keys: ['region'], sections: CLUSTER },
  },
  clusterIdentifier: {
    section: 'CLUSTER',
    key: 'CLUSTER_IDENTIFIER',
    about: 'the name of a provisioned Redshift cluster',
    example: 'dwh',
    names: ['dwh_cluster_identifier', 'redshift_cluster_identifier'],
    local: { keys: ['cluster_identifier', 'cluster_id'], sections: CLUSTER },
  },
  workgroup: {
    section: 'CLUSTER',
    key: 'WORKGROUP',
    about: 'the name of a Redshift Serverless workgroup',
    example: 'dwh',
    names: ['dwh_workgroup', 'redshift_workgroup'],
    local: { keys: ['workgroup', 'workgroup_name'], sections: CLUSTER },
  },
  secretArn: {
    section: 'CLUSTER',
    key: 'SECRET_ARN',
    about: 'the Secrets Manager secret with the database user',
    example: 'arn:aws:secretsmanager:us-west-2:123456789012:secret:dwh-AbCdEf',
    names: ['dwh_secret_arn'],
    local: { keys: ['secret_arn'], sections: CLUSTER },
  },
  dbSchema: {
    section: 'CLUSTER',
    key: 'DB_SCHEMA',
    about: 'the database schema of the tables',
    example: 'sparkify',
    names: ['dwh_schema', 'dwh_db_schema'],
    local: { keys: ['db_schema'], sections: CLUSTER },
  },
  sslMode: {
    section: 'CLUSTER',
    key: 'SSL_MODE',
    about: 'disable, require or verify-full (PostgreSQL only)',
    example: 'verify-full',
    names: [],
    local: { keys: ['ssl_mode', 'sslmode'], sections: CLUSTER },
  },
  arn: {
    section: 'IAM_ROLE',
    key: 'ARN',
    about: 'the role that Redshift uses to read S3',
    example: 'arn:aws:iam::123456789012:role/dwhRole',
    names: [
      'role_arn',
      'arn_role',
      'dwh_role_arn',
      'dwh_arn',
      'iam_arn',
      'iam_role_arn',
      'dwh_iam_role_arn',
      'redshift_role_arn',
      's3_role_arn',
      'arn_s3_redshift',
      'iam_role',
    ],
    local: { keys: ['arn', 'role'], sections: ROLE },
  },
  modelPath: {
    section: 'MODEL',
    key: 'PATH',
    about: 'the folder of your own model',
    example: 'my-model',
    names: ['model_path'],
    local: { keys: ['path'], sections: /^model$/i },
  },
  workPrefix: {
    section: 'S3',
    key: 'WORK_PREFIX',
    about: 'a writable S3 folder for manifests and bundles',
    example: 's3://my-bucket/starload/',
    names: ['work_prefix'],
  },
  awsKey: {
    section: 'AWS',
    key: 'KEY',
    about: 'the AWS access key id',
    example: '',
    secret: true,
    names: ['aws_access_key_id', 'aws_access_key', 'aws_key_id', 'aws_key', 'access_key_id'],
    local: { keys: ['key', 'key_id', 'access_key'], sections: AWS },
  },
  awsSecret: {
    section: 'AWS',
    key: 'SECRET',
    about: 'the AWS secret access key',
    example: '',
    secret: true,
    names: ['aws_secret_access_key', 'aws_secret_key', 'aws_secret', 'secret_access_key'],
    local: { keys: ['secret', 'secret_key'], sections: AWS },
  },
  awsSessionToken: {
    section: 'AWS',
    key: 'SESSION_TOKEN',
    about: 'the session token of temporary AWS keys',
    example: '',
    secret: true,
    names: ['aws_session_token', 'aws_security_token'],
    local: { keys: ['session_token', 'token'], sections: AWS },
  },
  // In many files this is the bucket's region, which need not be the warehouse's. Therefore it is a separate setting.
  awsRegion: {
    section: 'AWS',
    key: 'REGION',
    about: 'the AWS region of the data',
    example: 'us-west-2',
    names: [
      'region',
      'region_name',
      'aws_region',
      'aws_region_name',
      'aws_default_region',
      's3_region',
      'bucket_region',
    ],
  },
  duckdbPath: {
    section: 'DUCKDB',
    key: 'PATH',
    about: 'the file of the embedded warehouse, or :memory:',
    example: 'sparkify.duckdb',
    names: ['duckdb_path'],
    local: { keys: ['path'], sections: DUCKDB },
  },
  duckdbMemoryLimit: {
    section: 'DUCKDB',
    key: 'MEMORY_LIMIT',
    about: 'the approximate memory limit of a load; a load larger than a quarter of it is split into several runs',
    example: '2GB',
    names: ['duckdb_memory_limit'],
    local: { keys: ['memory_limit'], sections: DUCKDB },
  },
  loadMaxRunSize: {
    section: 'LOAD',
    key: 'MAX_RUN_SIZE',
    about: 'the maximum size of one run; a larger load is split into several runs',
    example: '20GB',
    names: ['max_run_size'],
    local: { keys: ['max_run_size'], sections: LOAD },
  },
  loadTimeoutMinutes: {
    section: 'LOAD',
    key: 'TIMEOUT_MINUTES',
    about: 'the time limit of a statement on Redshift or PostgreSQL, in minutes',
    example: '120',
    names: ['timeout_minutes'],
    local: { keys: ['timeout_minutes'], sections: LOAD },
  },
  loadMaxErrors: {
    section: 'LOAD',
    key: 'MAX_ERRORS',
    about: 'how many bad records a load tolerates',
    example: '10',
    names: ['max_errors'],
    local: { keys: ['max_errors', 'maxerror', 'maxerrors'], sections: LOAD },
  },
  loadQuarantine: {
    section: 'LOAD',
    key: 'QUARANTINE',
    about: 'whether files with bad records are set aside as a whole, yes or no',
    example: 'yes',
    names: [],
    local: { keys: ['quarantine'], sections: LOAD },
  },
  loadUnknownKeys: {
    section: 'LOAD',
    key: 'UNKNOWN_KEYS',
    about: 'what a load does with keys of records that no column takes: warn, keep or refuse',
    example: 'keep',
    names: ['unknown_keys'],
    local: { keys: ['unknown_keys'], sections: LOAD },
  },
} as const satisfies Record<string, Setting>;

/** The settings of a source as its model describes it. */
export function settingsOf({ name, about, example, also, jsonpaths }: SourceHead): SourceSettings {
  const names = (key: string, others: readonly string[]) => [key, ...others].map((one) => one.toLowerCase());
  return {
    name,
    folder: {
      section: 'S3',
      key: name,
      about: `the folder of ${about}, in S3 or local`,
      example,
      names: names(name, also),
    },
    jsonpaths: {
      section: 'S3',
      key: jsonpaths.name,
      about: `the jsonpaths file of ${about}`,
      example: jsonpaths.example,
      names: names(jsonpaths.name, jsonpaths.also),
    },
  };
}

/** A source of a model: the key of [S3] for its folder, and the one for its jsonpaths file. */
export interface SourceSettings {
  /** The key of its folder, such as LOG_DATA. */
  readonly name: string;
  readonly folder: Setting;
  readonly jsonpaths: Setting;
}

/** A setting of every model, or one of a source, by the source's name. */
export type SettingId = keyof typeof SETTINGS | `folder ${string}` | `jsonpaths ${string}`;

/** The settings of a dwh.cfg: those of every model and those of a model's sources. */
export class Settings {
  readonly ids: readonly SettingId[];
  /** The names of the sources. */
  readonly sources: readonly string[];
  readonly #settings: ReadonlyMap<SettingId, Setting>;

  constructor(sources: readonly SourceSettings[] = []) {
    const ofSources = sources.flatMap(({ name, folder, jsonpaths }): readonly (readonly [SettingId, Setting])[] => [
      [`folder ${name}`, folder],
      [`jsonpaths ${name}`, jsonpaths],
    ]);
    this.sources = sources.map(({ name }) => name);
    this.#settings = new Map([...(Object.entries(SETTINGS) as [SettingId, Setting][]), ...ofSources]);
    this.ids = [...this.#settings.keys()];
  }

  of(id: SettingId): Setting {
    return this.#settings.get(id) as Setting;
  }

  /** The setting of a key in the file, if any. */
  idOf(section: string, key: string): SettingId | undefined {
    return (
      this.ids.find((id) => this.isHome(id, section, key)) ?? this.ids.find((id) => this.#accepts(id, section, key))
    );
  }

  /** Whether this is the setting's own section and key, which take precedence over every other name. */
  isHome(id: SettingId, section: string, key: string): boolean {
    const setting = this.of(id);
    return section.toLowerCase() === setting.section.toLowerCase() && key === setting.key.toLowerCase();
  }

  #accepts(id: SettingId, section: string, key: string): boolean {
    const { names, local } = this.of(id);
    return names.includes(key) || (local?.keys.includes(key) === true && local.sections.test(section));
  }
}

/** The settings of every model, for files whose sources do not matter. */
export const COMMON = new Settings();
