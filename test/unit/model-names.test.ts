import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { loadModel, packagedModel, packagedModels, readSources } from '../../src/sql/read-model.ts';
import { ROOT } from '../support/cli.ts';

/** Files that are about the data of the models in the package, and why. */
const ABOUT_ITS_DATA: readonly (readonly [place: string, why: string])[] = [
  ['generate/', 'makes its data'],
  ['certify/trial-load.ts', 'loads records of its own into it'],
  ['cli/certification.ts', 'loads records of its own into it'],
  ['cli/commands/query.ts', 'shows a query of it in the examples of --help'],
  ['cli/commands/why.ts', 'shows a key of it in the examples of --help'],
];

/** Comments may give examples. */
const COMMENT = /^\s*(\/?\*|\/\/)/;

/** Words of one part that src/ uses for things of its own. */
const COMMON = [
  'time',
  'users',
  'songs',
  'activity',
  'actors',
  'repos',
  'orgs',
  'days',
  'loaded_at',
  'source_file',
  'source_line',
  'start_time',
  'created_at',
];

/** Names that only the models can have given: of sources, tables, and columns in several words. */
function namesOfModels(): readonly string[] {
  return packagedModels()
    .map(packagedModel)
    .flatMap((folder) => {
      const tables = loadModel(folder).tables.filter(({ role }) => role !== 'control');
      const columns = tables
        .flatMap((table) => table.columns.map(({ name }) => name))
        .filter((name) => name.includes('_'));
      const names = [...readSources(folder).map(({ name }) => name), ...tables.map(({ name }) => name), ...columns];
      return names.filter((name) => !COMMON.includes(name));
    });
}

test('nothing in src/ names a source, a table or a column of a model in the package', () => {
  const names = new RegExp(`\\b(${[...new Set(namesOfModels())].join('|')})\\b`);
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
