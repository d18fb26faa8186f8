import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { UsageError } from '../errors.ts';
import { type Catalogue, songPath } from './catalogue.ts';
import { renderSong } from './render.ts';
import { songRecords } from './songs.ts';

/** Creates the folders, or refuses if one is not empty: two generations in one folder would not form a data set. */
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

/** The number of song files between two progress reports. */
const BATCH = 1000;

/** Writes one file per song and returns the sum of their bytes. */
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
    // Synchronous, because writing a file of 240 bytes takes less time than handling a promise.
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
