import { mkdirSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ContentCache } from '../../src/objects/content-cache.ts';
import { LocalStore } from '../../src/objects/local.ts';
import type { SourceObject } from '../../src/objects/objects.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { planLoad } from '../../src/pipeline/planning.ts';
import { duckdb, withFolder } from '../support/engines.ts';
import { type Loader, withLoader } from '../support/loader.ts';
import { PLAY } from '../support/records.ts';
import { linesOf } from '../support/scenario.ts';

const MINUTE = 60_000;
const FIRST = linesOf([{ ...PLAY, level: 'free' }]);
const SAME_SIZE = linesOf([{ ...PLAY, level: 'paid' }]);

/** A loader of folders whose commands know what earlier ones read. */
interface Trial {
  readonly file: string;
  /** Runs an action as a new command would, and returns the names of the files that it read. */
  command(
    action: (context: Loader['context']) => Promise<unknown>,
    options?: CommandOptions,
  ): Promise<readonly string[]>;
}

interface CommandOptions {
  /** How many milliseconds after now the command begins. */
  readonly later?: number;
  readonly trusts?: boolean;
}

class WatchedStore extends LocalStore {
  readonly names: string[] = [];

  override async *read(object: SourceObject): AsyncIterable<Uint8Array> {
    this.names.push(object.label.split('/').at(-1) ?? '');
    yield* super.read(object);
  }
}

function withTrial(action: (trial: Trial) => Promise<void>): Promise<void> {
  return withFolder((folder) =>
    withLoader(duckdb, async ({ context }) => {
      const roots = ['staging_events', 'staging_songs'].map((name) => join(folder, name));
      for (const root of roots) mkdirSync(root);
      const file = join(folder, 'staging_events', 'a.json');
      writeFileSync(file, FIRST);
      let kept = '';
      const command: Trial['command'] = async (run, { later = MINUTE, trusts = true } = {}) => {
        const contents = new ContentCache(() => kept);
        const store = new WatchedStore({ contents, now: () => Date.now() + later, tellsChanges: () => trusts });
        const sources = context.sources.map((source) => ({ ...source, root: join(folder, source.table.name) }));
        await run({ ...context, sources, storeOf: () => store });
        kept = contents.text() ?? kept;
        return store.names;
      };
      await action({ file, command });
    }),
  );
}

describe('a local file that was loaded', () => {
  test('is not read again while it is unchanged, unless the command is told to', () =>
    withTrial(async ({ command }) => {
      expect(await command(etl)).toEqual(['a.json']);
      expect(await command(etl)).toEqual([]);
      expect(await command(planLoad)).toEqual([]);
      expect(await command((context) => etl({ ...context, verify: true }))).toEqual(['a.json']);
    }));

  test.each<[string, (file: string) => void]>([
    ['is written again', (file) => writeFileSync(file, SAME_SIZE)],
    [
      'is written again, with the time of the old one',
      (file) => withTimesOf(file, () => writeFileSync(file, SAME_SIZE)),
    ],
    [
      'is replaced, with the time of the old one',
      (file) =>
        withTimesOf(file, () => {
          writeFileSync(`${file}.new`, SAME_SIZE);
          renameSync(`${file}.new`, file);
        }),
    ],
  ])('and %s is loaded again, even if its size is the same', (_, change) =>
    withTrial(async ({ file, command }) => {
      await command(etl);
      change(file);
      const report = async (context: Loader['context']) => {
        expect(await etl(context)).toMatchObject({
          status: 'loaded',
          tables: expect.arrayContaining([expect.objectContaining({ files: 1 })]),
        });
      };
      expect(await command(report)).toContain('a.json');
      expect(await command(etl)).toEqual([]);
    }),
  );

  test('is read again if it was written just before it was read: a second change may leave no trace', () =>
    withTrial(async ({ command }) => {
      await command(etl, { later: 0 });
      expect(await command(etl)).toEqual(['a.json']);
      expect(await command(etl)).toEqual([]);
    }));

  test('is read again where the file system may not tell changes', () =>
    withTrial(async ({ command }) => {
      await command(etl, { trusts: false });
      expect(await command(etl, { trusts: false })).toEqual(['a.json']);
    }));
});

function withTimesOf(file: string, action: () => void): void {
  const { atime, mtime } = statSync(file);
  action();
  utimesSync(file, atime, mtime);
}
