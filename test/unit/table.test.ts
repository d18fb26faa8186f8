import { describe, expect, test } from '@jest/globals';
import { renderRows, renderVertical } from '../../src/cli/query-table.ts';
import { renderCsv, renderJson } from '../../src/cli/rows.ts';
import { renderTable } from '../../src/cli/table.ts';
import { width } from '../../src/cli/width.ts';
import type { Pages } from '../../src/warehouse/pages.ts';
import type { Value } from '../../src/warehouse/warehouse.ts';

async function* pagesOf(columns: readonly string[], ...pages: readonly (readonly (readonly Value[])[])[]): Pages {
  for (const rows of [[], ...pages]) {
    yield { columns, rows };
  }
}

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) {
    text += piece;
  }
  return text;
}

const rowOf = (n: number): readonly Value[] => [n, `text ${n}`];
const numbered = (count: number) => Array.from({ length: count }, (_, n) => rowOf(n));

describe('a table', () => {
  test('has numbers on the right with separated thousands, NULL beside empty texts, control characters escaped', () => {
    const rows = [
      [1234567, 'a', '', -1234.5],
      [null, 'b\tc', null, 1e21],
      [12n, '日本', 'x', 0.0001234],
    ];
    expect(renderTable(['n', 'text', 'more', 'd'], rows)).toBe(
      [
        '        n  text  more          d',
        '---------  ----  ----  ---------',
        '1,234,567  a            -1,234.5',
        '     NULL  b\\tc  NULL      1e+21',
        '       12  日本  x     0.0001234',
      ].join('\n'),
    );
  });

  test('shows no control character that a terminal obeys, nor one that turns the direction of what follows', () => {
    expect(renderTable(['a\u009b31m'], [['x\u007f\u0085\u202ey']]).split('\n')).toEqual([
      'a\\u009b31m',
      '--------------------',
      'x\\u007f\\u0085\\u202ey',
    ]);
  });

  test('has as many rows as there are: 200,000 too', () => {
    expect(renderTable(['n', 'text'], numbered(200_000)).split('\n')).toHaveLength(200_002);
  });

  test('wraps its text at blanks on a narrower terminal, and lists value by value where that is not enough', () => {
    const rows = [
      [1234567, '3.7 MB', '2026-11-26 13:02', 'a reason of several words, behind which a-word-of-many-letters comes'],
    ];
    const columns = ['number of rows', 'size', 'at', 'why'];
    const listed = [
      'number of rows  1,234,567',
      'size            3.7 MB',
      'at              2026-11-26 13:02',
      'why             a reason of several words, behind which a-word-of-many-letters comes',
    ];
    expect(renderTable(columns, rows, 60).split('\n')).toEqual([
      '    number of  size    at             why',
      '         rows',
      '-------------  ------  -------------  ----------------------',
      '    1,234,567  3.7 MB  2026-11-26     a reason of several',
      '                       13:02          words, behind which',
      '                                      a-word-of-many-letters',
      '                                      comes',
    ]);
    expect(renderTable(columns, [...rows, ...rows], 45).split('\n')).toEqual([...listed, '', ...listed]);
  });

  test('leaves a long word whole in its last column, for whoever copies a path', () => {
    const path = '/a/path/that/is/longer/than/the/terminal/is/wide.json';
    expect(
      renderTable(['table', 'file'], [['staging_events', path]], 42)
        .split('\n')
        .at(-1),
    ).toBe(`staging_events  ${path}`);
  });

  test('knows how wide a character is', () => {
    expect(['abc', 'é', 'e\u0301', '日本', '👍', '\u200b'].map(width)).toEqual([3, 1, 1, 4, 2, 0]);
  });
});

describe('rows of a query', () => {
  test('are laid out by the first ones, and later ones lose nothing where there is no terminal', async () => {
    const text = await textOf(renderRows(pagesOf(['n', 'text'], numbered(1000), [[1, 'much longer than the others']])));
    expect(text.split('\n').slice(0, 3)).toEqual(['  n  text', '---  --------', '  0  text 0']);
    expect(text.split('\n').slice(-3)).toEqual(['  1  much longer than the others', '(1,001 rows)', '']);
  });

  test.each([
    ['table', renderRows],
    ['csv', renderCsv],
    ['json', renderJson],
    ['vertical', renderVertical],
  ])('are given in pieces that do not grow with the number of long values: %s', async (_, render) => {
    const rows = Array.from({ length: 100 }, (_unused, n) => ['x'.repeat(100_000), n]);
    const lengths: number[] = [];
    for await (const piece of render(pagesOf(['text', 'n'], rows))) {
      lengths.push(piece.length);
    }
    expect(Math.max(...lengths)).toBeLessThan(1_500_000);
  });

  test.each([60, 80, 120])('are cut to a terminal of %d columns, numbers whole', async (available) => {
    const rows = [[123456789, 'x'.repeat(50), '日'.repeat(40), 'short', 'y'.repeat(200)]];
    const columns = ['number', 'one', 'two', 'three', 'a column with a name that is as long as that'];
    const lines = (await textOf(renderRows(pagesOf(columns, rows), available))).split('\n').slice(0, 3);
    expect(lines.map(width).filter((wide) => wide > available)).toEqual([]);
    expect(lines[2]).toMatch(/^123,456,789 {2}x+… {2}日+… {2,3}short {2}y+…$/);
  });

  test('stay within a terminal that is too narrow for all columns', async () => {
    const columns = Array.from({ length: 30 }, (_, n) => `column${n}`);
    const lines = (await textOf(renderRows(pagesOf(columns, [columns]), 60))).split('\n').slice(0, 3);
    expect(lines.map(width)).toEqual([60, 60, 60]);
  });

  test('can stand one value a line', async () => {
    expect(await textOf(renderVertical(pagesOf(['n', 'text'], [[1, null]], [[2, 'two']])))).toBe(
      '--- row 1\nn     1\ntext  NULL\n--- row 2\nn     2\ntext  two\n(2 rows)\n',
    );
  });

  test('are one JSON array and one CSV file, however many pages they come in', async () => {
    const pages = () => pagesOf(['n', 'text'], numbered(2), [], [[2, '1,"2"']]);
    expect(JSON.parse(await textOf(renderJson(pages())))).toEqual([
      { n: 0, text: 'text 0' },
      { n: 1, text: 'text 1' },
      { n: 2, text: '1,"2"' },
    ]);
    expect(await textOf(renderCsv(pages()))).toBe('n,text\r\n0,text 0\r\n1,text 1\r\n2,"1,""2"""\r\n');
    expect(await textOf(renderJson(pagesOf(['n'])))).toBe('[]\n');
  });
});
