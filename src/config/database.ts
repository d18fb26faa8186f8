import type { Endpoint } from './endpoint.ts';
import { isPort } from './endpoint.ts';
import type { Findings } from './findings.ts';

/**
 * Settings that several engines read in the same way. Each function records mistakes and returns undefined for them.
 */

/** DB_NAME, or the database appended to HOST if DB_NAME is missing. */
export function parseDatabase(findings: Findings, endpoint: Endpoint | undefined): string | undefined {
  const { state } = findings.of('dbName');
  // The console appends the cluster's first database to every endpoint, so DB_NAME takes precedence.
  if (endpoint?.database !== undefined && (state === 'absent' || state === 'blank')) return endpoint.database;
  return findings.required('dbName');
}

/** DB_PORT, or the port appended to HOST. */
export function parsePort(findings: Findings, endpoint: Endpoint | undefined): number | undefined {
  const text = findings.optional('dbPort');
  if (text === undefined) return endpoint?.port;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && isPort(port)) return port;
  findings.refuseValue('dbPort', 'is not a port: write a number from 1 to 65535');
  return undefined;
}

const SYSTEM_SCHEMA = /^(pg_.*|information_schema)$/;

/** DB_SCHEMA. */
export function parseSchema(findings: Findings): string | undefined {
  const expectation = 'is not a schema name: write lower-case letters, digits and _, such as sparkify';
  const name = findings.matching('dbSchema', /^[a-z_][a-z0-9_]{0,62}$/, expectation);
  if (name === undefined || !SYSTEM_SCHEMA.test(name)) return name;
  findings.refuseValue('dbSchema', 'is a schema of the database system: use one of your own, such as sparkify');
  return undefined;
}
