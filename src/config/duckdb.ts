import type { Target } from '../target.ts';
import { parseSchema } from './database.ts';
import type { Findings } from './findings.ts';
import { isS3, type PathBase, parsePath } from './location.ts';

const DEFAULT_FILE = 'sparkify.duckdb';
const MEMORY = /^\d+(\.\d+)?\s*[KMGT]i?B$/i;

/** The embedded warehouse that a file configures; undefined if its path is refused. */
export function parseDuckdb(findings: Findings, base: PathBase): Target | undefined {
  const path = parseDatabaseFile(findings, base);
  const memoryLimit = findings.matching(
    'duckdbMemoryLimit',
    MEMORY,
    'is not an amount of memory: write one such as 2GB',
  );
  const schema = parseSchema(findings);
  return path === undefined ? undefined : { engine: 'duckdb', path, memoryLimit, schema };
}

function parseDatabaseFile(findings: Findings, base: PathBase): string | undefined {
  const text = findings.optional('duckdbPath') ?? DEFAULT_FILE;
  if (text === ':memory:') return text;
  const location = isS3(text) ? { complaint: 'is in S3: a DuckDB warehouse is a local file' } : parsePath(text, base);
  if ('uri' in location) return location.uri;
  findings.refuseValue('duckdbPath', location.complaint);
  return undefined;
}
