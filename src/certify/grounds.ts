import { randomBytes } from 'node:crypto';
import { StarloadError } from '../errors.ts';
import { quoteIdentifier, quoteLiteral } from '../sql/render.ts';
import type { Service } from '../warehouse/service.ts';
import { errorOf } from './probe.ts';

/** What certifications call their schemas: the moment it began, in UTC, and what keeps two of them apart. */
const NAME = /^starload_certify_(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)_[0-9a-f]{8}$/;
/** A table that only a certification's schema has. */
const MARK = 'starload_certify_mark';

/** A name for the schema of a certification that begins now. */
export function newSchema(now: Date): string {
  const time = now
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z/g, '')
    .replace('T', '_');
  return `starload_certify_${time}_${randomBytes(4).toString('hex')}`;
}

/** When a schema's certification began, in milliseconds since the epoch; undefined for a schema that is none's. */
export function begunAt(schema: string): number | undefined {
  const [, year, month, day, hour, minute, second] = NAME.exec(schema) ?? [];
  return year === undefined ? undefined : Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** Makes the schema with its mark, both or neither. */
export async function makeSchema(service: Service, schema: string): Promise<void> {
  await done(service, [
    `CREATE SCHEMA ${quoteIdentifier(schema)}`,
    `CREATE TABLE ${quoteIdentifier(schema)}.${quoteIdentifier(MARK)} (made_by VARCHAR(32))`,
  ]);
}

/** Drops the schema of a certification, and no other: one that is called so and has the mark. */
export async function dropSchema(service: Service, schema: string): Promise<void> {
  if (begunAt(schema) === undefined || !(await marked(service)).includes(schema)) {
    return;
  }
  await done(service, [`DROP SCHEMA ${quoteIdentifier(schema)} CASCADE`]);
}

/** The schemas of certifications that were killed: those that began longer ago than one may take. */
export async function deadSchemas(
  service: Service,
  now: Date,
  longestMilliseconds: number,
): Promise<readonly string[]> {
  return (await marked(service)).filter((schema) => {
    const begun = begunAt(schema);
    return begun !== undefined && begun + longestMilliseconds < now.getTime();
  });
}

async function marked(service: Service): Promise<readonly string[]> {
  const sql = `SELECT table_schema FROM information_schema.tables WHERE table_name = ${quoteLiteral(MARK)}`;
  const { id } = await done(service, [sql]);
  return (await service.rows(id, 1)).rows.map(([schema]) => String(schema));
}

async function done(service: Service, sqls: readonly string[]) {
  const sent = await service.send(sqls);
  if (sent.status !== 'FINISHED') {
    throw new StarloadError(`the schema of the certification cannot be made, found or dropped: ${errorOf(sent)}`, {
      next: 'Let the database user create schemas: GRANT CREATE ON DATABASE. Nothing else was changed.',
    });
  }
  return sent;
}
