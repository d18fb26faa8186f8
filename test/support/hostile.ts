import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { StarloadError } from '../../src/errors.ts';
import { LocalStore } from '../../src/objects/local.ts';
import { etl } from '../../src/pipeline/etl.ts';
import type { Engine } from './engines.ts';
import { type Loader, makeLoader, readEverything } from './loader.ts';
import { runSql } from './trials.ts';

/** A loader whose sources are folders on this disk, new ones for each case. */
export interface FolderLoader {
  readonly loader: Loader;
  /** The folder that holds everything of its cases. */
  readonly root: string;
  /** The same loader with new and empty folders, and a ledger that knows no file: else old contents would count as moved. */
  fresh(): Promise<{ loader: Loader; logs: string; songs: string }>;
  close(): Promise<void>;
}

/** Opens a warehouse on an engine for sources in folders. */
export async function openFolderLoader(engine: Engine): Promise<FolderLoader> {
  const root = mkdtempSync(join(tmpdir(), 'starload-hostile-'));
  const warehouse = await engine.open([root]);
  const loader = await makeLoader(warehouse, root);
  let cases = 0;
  const fresh = async () => {
    cases += 1;
    await runSql(warehouse, 'DELETE FROM load_ledger');
    const [logs, songs] = [join(root, `case-${cases}`, 'logs'), join(root, `case-${cases}`, 'songs')];
    for (const folder of [logs, songs]) {
      mkdirSync(folder, { recursive: true });
    }
    return { loader: withFolders(loader, logs, songs), logs, songs };
  };
  const close = async () => {
    await warehouse.close();
    rmSync(root, { recursive: true, force: true });
  };
  return { loader, root, fresh, close };
}

function withFolders(loader: Loader, logs: string, songs: string): Loader {
  const store = new LocalStore();
  const sources = loader.context.sources.map((source) => ({
    ...source,
    root: source.table.name === 'staging_events' ? logs : songs,
  }));
  return { ...loader, context: { ...loader.context, sources, storeOf: () => store } };
}

/** How an action ended: 0, or the exit code and text of its error. Anything but a StarloadError is a crash, and thrown on. */
export async function endOf(action: () => Promise<unknown>): Promise<{ code: number; text: string }> {
  try {
    await action();
    return { code: 0, text: '' };
  } catch (error) {
    if (error instanceof StarloadError) {
      return { code: error.exitCode, text: `${error.message}\n${error.next ?? ''}` };
    }
    throw error;
  }
}

/** A load is refused with this code and these words, and every table is as it was. */
export async function refusesWhole(
  loader: Loader,
  code: number,
  words: string | RegExp,
  before?: Awaited<ReturnType<typeof readEverything>>,
): Promise<void> {
  const was = before ?? (await readEverything(loader));
  const end = await endOf(() => etl(loader.context));
  expect(end).toEqual({
    code,
    text: typeof words === 'string' ? expect.stringContaining(words) : expect.stringMatching(words),
  });
  expect(await readEverything(loader)).toEqual(was);
}

/** A load takes so many records of events, all of them, and the next one finds nothing new. */
export async function loadsWhole({ context }: Loader, records: number): Promise<void> {
  const { tables } = await etl(context);
  expect(tables.find(({ table }) => table === 'staging_events')).toMatchObject({ records, rejected: 0 });
  expect((await etl(context)).status).toBe('up_to_date');
}
