import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { StarloadError } from '../../src/errors.ts';
import { BUILT_IN_MODEL, loadModel } from '../../src/sql/read-model.ts';
import { withFolder } from './engines.ts';

export type Change = readonly [file: string, from: string | RegExp, to: string];

/** The error of the built-in model with changes; a change from '' makes a new file. */
export function errorOf(changes: readonly Change[]): Promise<StarloadError> {
  return withFolder(async (folder) => {
    cpSync(BUILT_IN_MODEL, folder, { recursive: true });
    for (const [file, from, to] of changes) {
      const path = join(folder, file);
      if (from === '') {
        writeFileSync(path, to);
        continue;
      }
      const text = readFileSync(path, 'utf8');
      expect(text).toMatch(from);
      // One of the mistakes is a letter in another encoding.
      writeFileSync(
        path,
        text.replace(from, () => to),
        to.includes('é') ? 'latin1' : 'utf8',
      );
    }
    try {
      loadModel(folder);
    } catch (error) {
      if (error instanceof StarloadError) {
        error.message = error.message.replaceAll(`${folder}/`, '');
        return error;
      }
      throw error;
    }
    throw new Error('the model has no mistake');
  });
}

/** A mistake of a model, made by a change of the built-in one, and parts of what is told. */
export type ModelMistake = readonly [what: string, change: Change, message: string, next: string];
