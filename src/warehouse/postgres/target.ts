/** A PostgreSQL server and what to say to it. */
export interface PostgresTarget {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** Absent, it is taken from PGPASSWORD or ~/.pgpass. */
  readonly password: string | undefined;
  readonly schema?: string | undefined;
  /** Absent, `disable` on this host and `verify-full` off it. */
  readonly sslMode?: 'disable' | 'require' | 'verify-full' | undefined;
}
