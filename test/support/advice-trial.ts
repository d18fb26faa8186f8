import { appendFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIG } from './cli-project.ts';

/** A command that fails with an advice, in a project of its own, and what the advice says. `F` in arguments is its folder. */
export interface Trial {
  /** What `next:` begins with. */
  readonly advice: string;
  /** Commands that succeed before. */
  readonly before?: readonly (readonly string[])[];
  /** What makes the command fail. */
  readonly spoil?: (folder: string) => void;
  readonly fails: readonly string[];
  readonly code: number;
  /** What the advice says to do outside Starload. */
  readonly follow?: (folder: string) => void;
  /** The commands that must then succeed; the same one where none is said. */
  readonly leads?: readonly (readonly string[])[];
}

export const LOADED = [['create-tables'], ['etl']];
export const REMAKE = ['create-tables', '--force'];

export function firstLog(folder: string): string {
  const names = readdirSync(join(folder, 'log_data'), { recursive: true, encoding: 'utf8' }).sort();
  return join(folder, 'log_data', names.find((name) => name.endsWith('.json')) ?? '');
}

export function badRecords(count: number): (folder: string) => void {
  return (folder) => {
    for (let at = 0; at < count; at += 1) {
      appendFileSync(firstLog(folder), '{"ts": "yesterday", "page": "Home", "sessionId": 1, "itemInSession": 1}\n');
    }
  };
}

export const configured = (text: string) => (folder: string) =>
  writeFileSync(join(folder, 'dwh.cfg'), `${CONFIG}${text}`);
export const make = (name: string) => (folder: string) => void mkdirSync(join(folder, name), { recursive: true });
/** Folders whose path is far from the limit of the system, and beyond that of the ledger once it is written as a URI. */
export const FAR = join('log_data', ...Array.from({ length: 9 }, () => 'é'.repeat(90)));
