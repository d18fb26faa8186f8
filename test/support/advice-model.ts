import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT_IN_MODEL, loadModel } from '../../src/sql/catalogue.ts';

/** A file of the model that is not as it must be; without text it is missing. `restores` is what the advice says to write. */
export interface ModelTrial {
  readonly advice: string;
  readonly file: string;
  readonly text: string;
}

/** The trials of sql/: following the advice gives the file as it is in the package. */
export const MODEL_TRIALS: readonly ModelTrial[] = [
  {
    advice: 'Begin the file with "-- severity: error"',
    file: 'checks/star/known_level.sql',
    text: 'SELECT 1 AS offender',
  },
  { advice: 'Begin the file with "-- next: "', file: 'reconcile/staged_rows.sql', text: 'SELECT 1 AS offender' },
  {
    advice: 'Name columns of the CREATE TABLE below it',
    file: 'control/load_run.sql',
    text: '-- key: nothing\nCREATE TABLE load_run (\n  stamp TIMESTAMP NOT NULL\n)',
  },
  {
    advice: 'Give both files the same columns',
    file: 'star/users.postgres.sql',
    text: 'CREATE TABLE users (\n  user_id BIGINT\n)',
  },
  { advice: 'Write CREATE TABLE name (', file: 'star/users.sql', text: 'CREATE TABLE users (user_id BIGINT)' },
  { advice: 'Write one column per line', file: 'star/users.sql', text: 'CREATE TABLE users (\n  user_id\n)' },
];

/** Loads a copy of the model whose file has another text; as it is in the package where there is none. */
export function loadSpoilt(folder: string, file: string, text?: string): void {
  cpSync(BUILT_IN_MODEL, folder, { recursive: true });
  if (text !== undefined) {
    writeFileSync(join(folder, file), text);
  }
  loadModel(folder);
}
