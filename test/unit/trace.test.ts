import { expect, test } from '@jest/globals';
import { isSettled, lastChange } from '../../src/objects/trace.ts';

const NOW = 1_800_000_000_000;

test.each([
  ['both times are old', { mtimeMs: 1, ctimeMs: 2, ino: 3 }, true],
  ['its content is young', { mtimeMs: NOW, ctimeMs: 2, ino: 3 }, false],
  ['it was renamed just now', { mtimeMs: 1, ctimeMs: NOW, ino: 3 }, false],
  ['its inode is rounded', { mtimeMs: 1, ctimeMs: 2, ino: 2 ** 63 }, false],
])('if %s, whether later changes change the trace of a file: %j, %s', (_, stats, settled) => {
  expect(isSettled(lastChange(stats), NOW)).toBe(settled);
});
