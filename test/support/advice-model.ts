import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourcesOf } from '../../src/cli/sources.ts';
import type { Part } from '../../src/objects/part.ts';
import { loadBatch } from '../../src/pipeline/batches.ts';
import { BUILT_IN_MODEL, LOADER_SQL, loadModel, readSources } from '../../src/sql/read-model.ts';

/** A file of the model that is not as it must be; without text it is missing. */
export interface ModelTrial {
  readonly advice: string;
  readonly file: string;
  readonly text?: string;
}

/** The trials of models: following the advice gives the file as it is in the package. */
export const MODEL_TRIALS: readonly ModelTrial[] = [
  {
    advice: 'Begin the file with "-- severity: error"',
    file: 'model/checks/star/known_level.sql',
    text: 'SELECT 1 AS offender',
  },
  {
    advice: 'Begin the file with "-- next: "',
    file: 'model/reconcile/recount/songs_in_no_file.sql',
    text: 'SELECT 1 AS offender',
  },
  {
    advice: 'Name columns of the CREATE TABLE below it',
    file: 'model/star/users.sql',
    text: '-- key: nothing\nCREATE TABLE users (\n  user_id BIGINT\n)',
  },
  {
    advice: 'Keep only what follows the columns',
    file: 'model/star/users.postgres.sql',
    text: 'CREATE TABLE users (\n  user_id BIGINT\n)',
  },
  {
    advice: "Delete the column's line",
    file: 'model/staging/staging_songs.sql',
    text: '-- source: SONG_DATA\nCREATE TABLE staging_songs (\n  song_id BIGINT,\n  loaded_at TIMESTAMP\n)',
  },
  {
    advice: 'Move them to one of',
    file: 'model/star/users.postgre.sql',
    text: 'CREATE INDEX ON users (user_id)',
  },
  {
    advice: 'Write VARCHAR(n), BIGINT',
    file: 'model/staging/staging_songs.sql',
    text: '-- source: SONG_DATA\nCREATE TABLE staging_songs (\n  song_id TEXT\n)',
  },
  {
    advice: 'Name the file and the table alike',
    file: 'model/star/users.sql',
    text: 'CREATE TABLE people (\n  user_id BIGINT\n)',
  },
  {
    advice: 'End the file with )',
    file: 'model/staging/staging_songs.sql',
    text: '-- source: SONG_DATA\nCREATE TABLE staging_songs (\n  song_id BIGINT\n)\nDISTSTYLE EVEN',
  },
  { advice: 'Write CREATE TABLE name (', file: 'model/star/users.sql', text: 'CREATE TABLE users (user_id BIGINT)' },
  {
    advice: 'Begin the file with "-- source: NAME"',
    file: 'model/staging/staging_songs.sql',
    text: readFileSync(join(BUILT_IN_MODEL, 'staging/staging_songs.sql'), 'utf8').replace('SONG_DATA', 'NOTHING'),
  },
  { advice: 'Correct the file, or delete it', file: 'model/staging/staging_songs.jsonpaths', text: '[]' },
  {
    advice: 'A former name belongs to one column',
    file: 'model/star/users.sql',
    text: '-- key: user_id\nCREATE TABLE users (\n  user_id BIGINT NOT NULL,\n  id BIGINT -- was: user_id\n);\n\nSELECT user_id, user_id AS id FROM current_events',
  },
  { advice: 'Restore sql/', file: 'loader/protocol/load_guard.sql' },
  { advice: 'Write one column per line', file: 'model/star/users.sql', text: 'CREATE TABLE users (\n  user_id\n)' },
];

/** Loads the model of a folder, plans a load with it, and so reads all that a load needs. */
function use(folder: string): void {
  readSources(join(folder, 'model'));
  const model = loadModel(join(folder, 'model'), join(folder, 'loader'));
  const sources = { LOG_DATA: { uri: '/logs' }, SONG_DATA: { uri: '/songs' } };
  sourcesOf(model, { sources });
  loadBatch(model, 'CURRENT_TIMESTAMP', 'x', { ledger: NO_PART, rejects: [] }, []);
}

const NO_PART: Part = { path: '', compression: 'none', records: 0, bytes: 0, index: [] };

/** Uses a copy of the model in which a file has another text, or is missing. */
export function useSpoilt(folder: string, { file, text }: ModelTrial): void {
  useWhole(folder);
  if (text === undefined) rmSync(join(folder, file));
  else writeFileSync(join(folder, file), text);
  use(folder);
}

/** Uses a copy of the model as it is in the package. */
export function useWhole(folder: string): void {
  rmSync(join(folder, 'model'), { recursive: true, force: true });
  cpSync(BUILT_IN_MODEL, join(folder, 'model'), { recursive: true });
  cpSync(LOADER_SQL, join(folder, 'loader'), { recursive: true });
  use(folder);
}
