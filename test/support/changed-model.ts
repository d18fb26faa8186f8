import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { Model } from '../../src/sql/catalogue.ts';
import { BUILT_IN_MODEL, loadModel } from '../../src/sql/read-model.ts';
import { withFolder } from './engines.ts';

/** A change of a model's file; one from '' makes a new file. */
export type Change = readonly [file: string, from: string, to: string];

/** The built-in model with changes. */
export function changedModel(changes: readonly Change[]): Promise<Model> {
  return withFolder(async (folder) => {
    cpSync(BUILT_IN_MODEL, folder, { recursive: true });
    for (const [file, from, to] of changes) {
      const path = join(folder, file);
      const text = from === '' ? '' : readFileSync(path, 'utf8');
      expect(text).toContain(from);
      writeFileSync(path, text.replace(from, to));
    }
    return loadModel(folder);
  });
}
