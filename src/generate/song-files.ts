import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { UsageError } from '../errors.ts';
import { type Catalogue, songPath } from './catalogue.ts';
import { renderSong } from './render.ts';
import { songRecords } from './songs.ts';

/** Makes the folders, or refuses when one holds anything: two generations in one folder would be no data set at all. */
export async function claimFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders) await refuseIfUsed(folder);
  for (const folder of folders) await mkdir(folder, { recursive: true });
}

async function refuseIfUsed(folder: string): Promise<void> {
  const entries = await readdir(folder).catch(noEntriesIfAbsent);
  if (entries.length === 0) return;
  throw new UsageError(`${folder} exists already and is not empty: generated data is never mixed with other files`, {
    next: 'Choose another folder with --out.',
  });
}

function noEntriesIfAbsent(error: unknown): string[] {
  if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return [];
  throw error;
}

/** Song files between two reports of progress. */
const BATCH = 1000;

/** Writes one file a song and returns the sum of their bytes. */
export async function writeSongFiles(
  catalogue: Catalogue,
  folder: string,
  onProgress: (songs: number) => void,
): Promise<number> {
  let bytes = 0;
  let index = 0;
  let directory = '';
  for (const song of songRecords(catalogue)) {
    const path = join(folder, songPath(catalogue, index));
    if (dirname(path) !== directory) {
      directory = dirname(path);
      mkdirSync(directory, { recursive: true });
    }
    const text = renderSong(song);
    // Synchronous, since a file of 240 bytes is written faster than a promise is kept.
    writeFileSync(path, text, { encoding: 'latin1', flag: 'wx' });
    bytes += text.length;
    index += 1;
    if (index % BATCH === 0) {
      onProgress(index);
      await setImmediate(); // lets signals and timers in
    }
  }
  return bytes;
}
