import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { loadModel, readSources } from '../../src/sql/read-model.ts';
import { ROOT } from '../support/cli.ts';

/** Files that are about the built-in model's data, and why. */
const ABOUT_ITS_DATA: readonly (readonly [place: string, why: string])[] = [
  ['generate/', 'makes its data'],
  ['certify/trial-load.ts', 'loads records of its own into it'],
  ['cli/certification.ts', 'loads records of its own into it'],
  ['cli/commands/generate-data.ts', 'makes its data'],
  ['cli/commands/demo.ts', 'shows it'],
  ['cli/commands/query.ts', 'shows a query of it in the examples of --help'],
  ['cli/demo-files.ts', 'shows it'],
];

/** Comments may give examples. */
const COMMENT = /^\s*(\/?\*|\/\/)/;

/** Names that only the model can have given: of sources, tables, and columns in several words. */
function namesOfModel(): readonly string[] {
  const tables = loadModel().tables.filter(({ role }) => role !== 'control');
  const columns = tables.flatMap((table) => table.columns.map(({ name }) => name)).filter((name) => name.includes('_'));
  const common = new Set(['loaded_at', 'start_time']);
  return [
    ...readSources().map(({ name }) => name),
    ...tables.map(({ name }) => name).filter((name) => name !== 'time' && name !== 'users' && name !== 'songs'),
    ...columns.filter((name) => !common.has(name)),
  ];
}

test('nothing in src/ names a source, a table or a column of the built-in model', () => {
  const names = new RegExp(`\\b(${[...new Set(namesOfModel())].join('|')})\\b`);
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const looked = files.filter((file) => !ABOUT_ITS_DATA.some(([place]) => file.startsWith(place)));
  const found = looked.flatMap((file) =>
    readFileSync(join(ROOT, 'src', file), 'utf8')
      .split('\n')
      .flatMap((line, at) => (names.test(line) && !COMMENT.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
  );
  expect(found).toEqual([]);
});
