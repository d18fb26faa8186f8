import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Journal } from '../../src/warehouse/redshift/journal.ts';
import { withFolder } from '../support/engines.ts';

describe('the run journal', () => {
  test('keeps one entry a batch, for its owner only, and forgets it', () =>
    withFolder(async (folder) => {
      const journal = new Journal(join(folder, 'j'), () => {});
      expect(journal.entries('w')).toEqual([]);
      journal.write({ name: 'starload-a/b', warehouse: 'w' });
      journal.write({ name: 'starload-a/b', warehouse: 'w', id: 'id' });
      journal.write({ name: 'other', warehouse: 'v' });
      expect(journal.entries('w')).toEqual([
        { name: 'starload-a/b', warehouse: 'w', id: 'id', writtenAt: expect.any(Number) },
      ]);
      for (const file of readdirSync(join(folder, 'j'))) {
        expect(statSync(join(folder, 'j', file)).mode & 0o077).toBe(0);
      }
      journal.remove('starload-a/b');
      journal.remove('starload-a/b');
      expect(journal.entries('w')).toEqual([]);
    }));

  test('that cannot be written warns, and one that cannot be read is empty', () =>
    withFolder(async (folder) => {
      const warnings: string[] = [];
      writeFileSync(join(folder, 'file'), '');
      new Journal(join(folder, 'file'), (message) => warnings.push(message)).write({ name: 'n', warehouse: 'w' });
      expect(warnings[0]).toContain('cannot write the run journal');
      mkdirSync(join(folder, 'j'));
      await fc.assert(
        fc.asyncProperty(fc.string(), async (text) => {
          writeFileSync(join(folder, 'j', 'x.journal.json'), text);
          expect(new Journal(join(folder, 'j'), () => {}).entries('w')).toEqual([]);
        }),
        { numRuns: 30 },
      );
    }));
});
