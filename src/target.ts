/** A warehouse, as dwh.cfg names it and an engine opens it. */
export type Target =
  | ({ readonly engine: 'duckdb' } & DuckdbTarget)
  | ({ readonly engine: 'postgres' } & PostgresTarget)
  | ({ readonly engine: 'redshift' } & RedshiftTarget);

/** The engines' names for display. */
export const ENGINE_NAMES: Readonly<Record<Target['engine'], string>> = {
  duckdb: 'DuckDB',
  postgres: 'PostgreSQL',
  redshift: 'Redshift',
};

/** The embedded warehouse: one file, or `:memory:`. */
export interface DuckdbTarget {
  readonly path: string;
  readonly memoryLimit?: string | undefined;
  /** The schema of the tables; if absent, DuckDB's own. */
  readonly schema?: string | undefined;
}

export type SslMode = 'disable' | 'require' | 'verify-full';

/** A PostgreSQL server and how to log in. */
export interface PostgresTarget {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** If absent, it is taken from PGPASSWORD or ~/.pgpass. */
  readonly password: string | undefined;
  /**
   * DB_PASSWORD with each `%%` read as `%`, as configparser reads it with interpolation; present if the file's password
   * has any.
   */
  readonly unescapedPassword?: string | undefined;
  readonly schema?: string | undefined;
  /** If absent, `disable` on this host and `verify-full` for other hosts. */
  readonly sslMode?: SslMode | undefined;
}

/**
 * A Redshift warehouse as the Data API addresses it, and how it may read S3: exactly one of `clusterIdentifier` and
 * `workgroup`, and at most one of `dbUser` and `secretArn` (with neither, the IAM identity is the database user).
 */
export interface RedshiftTarget {
  readonly region: string;
  readonly database: string;
  readonly clusterIdentifier?: string | undefined;
  readonly workgroup?: string | undefined;
  readonly dbUser?: string | undefined;
  readonly secretArn?: string | undefined;
  /** A role's ARN, several joined by commas (a chain), or `default`. */
  readonly iamRole: string;
  readonly schema?: string | undefined;
}
