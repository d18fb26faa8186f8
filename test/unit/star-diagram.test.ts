import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { tablesOf } from '../../src/sql/catalogue.ts';
import { loadModel } from '../../src/sql/read-model.ts';
import { starDiagram } from '../support/star-diagram.ts';

const DOCUMENT = new URL('../../README.md', import.meta.url);
const MARKED =
  /(<!-- begin: drawn from the model by npm test with UPDATE_GOLDEN=1 -->\n\n)([\s\S]*?)(\n\n<!-- end -->)/;

test('README.md shows the star as the files of its folder star create it', () => {
  const document = readFileSync(DOCUMENT, 'utf8');
  if (process.env['UPDATE_GOLDEN'] === '1') {
    writeFileSync(
      DOCUMENT,
      document.replace(MARKED, (_, begin, __, end) => begin + starDiagram() + end),
    );
  }
  expect(MARKED.exec(readFileSync(DOCUMENT, 'utf8'))?.[2]).toBe(starDiagram());
});

test('the diagram has every table and column, and a line for every column that is the key of another table', () => {
  const diagram = starDiagram();
  for (const { name, columns } of tablesOf(loadModel(), 'star')) {
    const [, attributes = ''] = new RegExp(`^ {2}${name} \\{\\n([^}]*)`, 'm').exec(diagram) ?? [];
    const shown = attributes.trim().split('\n');
    expect(shown.map((line) => line.trim().split(' ')[1])).toEqual(columns.map((column) => column.name));
  }
  expect(diagram.split('\n').filter((line) => line.includes('--'))).toEqual([
    '  artists |o--o{ songplays : artist_id',
    '  artists ||--o{ songs : artist_id',
    '  songs |o--o{ songplays : song_id',
    '  time ||--o{ songplays : start_time',
    '  users |o--o{ songplays : user_id',
  ]);
});
