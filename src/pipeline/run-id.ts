import { randomBytes } from 'node:crypto';

/** A name for a batch that nobody else takes: its time, for people, and 64 random bits. */
export function newRunId(): string {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-${randomBytes(8).toString('hex')}`;
}
