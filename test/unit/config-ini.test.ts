import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readIni } from '../../src/config/ini.ts';

/** The entries as `section/key=value`, for texts that have nothing wrong with them. */
function read(text: string): string[] {
  const { entries, problems } = readIni(text);
  expect(problems).toEqual([]);
  expect(entries.filter(({ fault }) => fault !== undefined)).toEqual([]);
  return entries.map(({ section, key, value }) => `${section}/${key}=${value}`);
}

function valueIn(written: string): string | undefined {
  return readIni(`[S]\nkey=${written}`).entries[0]?.value;
}

function faultOf(text: string): string | undefined {
  return readIni(text).entries.find(({ fault }) => fault !== undefined)?.fault;
}

function problemsOf(text: string): [number | undefined, string][] {
  return readIni(text).problems.map(({ line, message }) => [line, message]);
}

describe('a line', () => {
  const cases: readonly [name: string, text: string, entries: string[]][] = [
    ['is a key and a value', '[S]\nKEY=value', ['S/key=value']],
    ['may have spaces around the delimiter', '[S]\nKEY  =\t value  ', ['S/key=value']],
    ['may use a colon', '[S]\nKEY: value', ['S/key=value']],
    ['is cut at the first of = and :', '[S]\na=b:c\nd:e=f\nPATH=:memory:', ['S/a=b:c', 'S/d=e=f', 'S/path=:memory:']],
    ['may leave the value empty', '[S]\nKEY=\nOTHER = ', ['S/key=', 'S/other=']],
    ['may have blanks within its key', '[S]\nlog data = x', ['S/log data=x']],
    ['has its key in any case', '[s3]\nLog_Data=x', ['s3/log_data=x']],
    ['ends with LF, CRLF or CR', '[S]\ra=1\r\nb=2\nc=3\r', ['S/a=1', 'S/b=2', 'S/c=3']],
    ['may be the last one without an end', '[S]\nKEY=value', ['S/key=value']],
    ['may follow a byte order mark', '\uFEFF[S]\nKEY=value', ['S/key=value']],
    ['may be indented with its whole section', '  [S]\n  a=1\n  b=2', ['S/a=1', 'S/b=2']],
    ['may be indented less than the one before', '[S]\n    a=1\n  b=2\nc=3', ['S/a=1', 'S/b=2', 'S/c=3']],
    ['may be a comment with # or ;, indented or not', '# a\n[S]\n; b=1\nKEY=value\n   # c\n\t;d', ['S/key=value']],
    ['may be a heading with blanks inside and a comment behind', '[ S ] ; the bucket\na=1', ['S/a=1']],
  ];
  test.each(cases)('%s', (_name, text, entries) => {
    expect(read(text)).toEqual(entries);
  });

  test('has its number, counted from 1, whatever ends the lines', () => {
    const { entries } = readIni('# one\r\n[S]\r\n\r\na=1\r\n; five\r\nb=2');
    expect(entries.map(({ key, line }) => [key, line])).toEqual([
      ['a', 4],
      ['b', 6],
    ]);
  });

  test('may be empty, and so may the whole text', () => {
    expect(read('')).toEqual([]);
    expect(read('\n\n  \n')).toEqual([]);
  });
});

describe('a value', () => {
  const cases: readonly [name: string, written: string, value: string][] = [
    ['keeps ; and # and %', 'a;b#c%d%%e%(f)s', 'a;b#c%d%%e%(f)s'],
    ['keeps what looks like a comment behind it', 'secret # not a comment', 'secret # not a comment'],
    ['keeps backslashes', 'a\\;b\\\\c\\n', 'a\\;b\\\\c\\n'],
    ['keeps = and :', 'k=v:w', 'k=v:w'],
    ['loses single quotes around it', "'s3://bucket/key'", 's3://bucket/key'],
    ['loses double quotes around it', '"s3://bucket/key"', 's3://bucket/key'],
    ['loses one pair of quotes only', '"\'quoted\'"', "'quoted'"],
    ['keeps quotes inside', `it's 6" long, isn't it`, `it's 6" long, isn't it`],
    ['keeps the blanks inside its quotes', "' padded '", ' padded '],
    ['is empty between two quotes', "''", ''],
    ['is no boolean, number or null', 'true', 'true'],
    ['keeps what is not ASCII', 'Zürich 東京 🎵', 'Zürich 東京 🎵'],
  ];
  test.each(cases)('%s', (_name, written, value) => {
    expect(valueIn(written)).toBe(value);
    expect(faultOf(`[S]\nkey=${written}`)).toBeUndefined();
  });

  test.each(["'s3://bucket", 's3://bucket"', '\'s3://bucket"', "'", '"'])(
    'with an unpaired quote is at fault: %s',
    (written) => {
      expect(faultOf(`[S]\nkey=${written}`)).toContain('unpaired quote');
      expect(valueIn(written)).toBe(written);
    },
  );

  test('of any text without blanks at its ends, quotes at its ends and line breaks comes back unchanged', () => {
    const text = fc.string({ unit: fc.constantFrom(...`ab ;#%=:'"\\[]{}$&@!é東`), maxLength: 20 });
    const anything = fc.oneof(text, fc.string({ unit: 'grapheme' }));
    const plain = anything.filter((value) => value === value.trim() && !/^['"]|['"]$|[\r\n]/.test(value));
    fc.assert(
      fc.property(plain, fc.constantFrom('=', ' = ', ':'), (value, delimiter) => {
        expect(read(`[S]\nKEY${delimiter}${value}\n`)).toEqual([`S/key=${value}`]);
      }),
    );
  });

  test('keeps a byte order mark that is not at the start of the file', () => {
    expect(valueIn('a\uFEFFb')).toBe('a\uFEFFb');
  });

  test('of any text without line breaks comes back unchanged from within quotes', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((value) => !/[\r\n]/.test(value));
    fc.assert(
      fc.property(text, fc.constantFrom("'", '"'), (value, quote) => {
        expect(read(`[S]\nKEY=${quote}${value}${quote}`)).toEqual([`S/key=${value}`]);
      }),
    );
  });
});

describe('an indented line', () => {
  test('continues the value above it, which is then at fault', () => {
    const { entries, problems } = readIni('[S]\nARN =\n  arn:aws\n  # a comment\n\n  second\nb=1');
    expect(problems).toEqual([]);
    expect(entries.map(({ key, value, line }) => [key, value, line])).toEqual([
      ['arn', '\narn:aws\n\nsecond', 2],
      ['b', '1', 7],
    ]);
    expect(entries[0]?.fault).toContain('several lines (2 to 6)');
    expect(entries[1]?.fault).toBeUndefined();
  });

  test('continues even across blank lines, as in Python', () => {
    expect(readIni('[S]\na=1\n\n b=2').entries.map(({ key, value }) => [key, value])).toEqual([['a', '1\n\nb=2']]);
  });

  test('that is blank continues nothing', () => {
    expect(read('[S]\na=1\n   \n\t\nb=2')).toEqual(['S/a=1', 'S/b=2']);
  });

  test('right below a heading is a key', () => {
    expect(read('[S]\n   a=1\n   b=2')).toEqual(['S/a=1', 'S/b=2']);
  });
});

describe('a problem', () => {
  const NEITHER = 'this line is neither a [SECTION] nor KEY=value nor a # comment';
  const HEADING = 'this heading does not have the form [SECTION] on a separate line';
  const cases: readonly [name: string, text: string, problems: [number, string][]][] = [
    ['is a line that is nothing', '[S]\nHOST\na=1', [[2, NEITHER]]],
    [
      'is a value without a key',
      '[S]\n=x\n : y',
      [
        [2, NEITHER],
        [3, NEITHER],
      ],
    ],
    ['is a heading without its end', '[S3\na=1', [[1, HEADING]]],
    ['is a heading without a name', '[]\na=1', [[1, HEADING]]],
    ['is a key behind a heading', '[S3] LOG_DATA=x', [[1, HEADING]]],
    [
      'is a key before the first heading, said once',
      'a=1\nb=2\n[S]\nc=3',
      [[1, 'this key comes before the first heading: put [CLUSTER] or similar above it']],
    ],
    ['is a key that stands twice', '[S]\nA=1\nb=2\na=1', [[4, 'A occurs twice, in lines 2 and 4: keep one']]],
    [
      'is a section that stands twice, in whatever case',
      '[S]\na=1\n[T]\n[s]\nb=2',
      [[4, '[s] occurs twice, in lines 1 and 4: keep one']],
    ],
    [
      'is a key that stands twice in such a section',
      '[S]\na=1\n[s]\na=1',
      [
        [3, '[s] occurs twice, in lines 1 and 3: keep one'],
        [4, 'A occurs twice, in lines 2 and 4: keep one'],
      ],
    ],
  ];
  test.each(cases)('%s', (_name, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  test('is a section that stands twice, in whatever case each time', () => {
    expect(problemsOf('[s3]\na=1\n[S3]\nb=2')).toEqual([[3, '[S3] occurs twice, in lines 1 and 3: keep one']]);
  });

  test('is no key of one name in two sections', () => {
    expect(read('[S]\na=1\n[T]\na=2')).toEqual(['S/a=1', 'T/a=2']);
  });

  test('hides neither the keys around it nor those below an unfinished heading', () => {
    const { entries } = readIni('[S\na=1\nnonsense\nb=2');
    expect(entries.map(({ section, key, value }) => [section, key, value])).toEqual([
      ['S', 'a', '1'],
      ['S', 'b', '2'],
    ]);
  });

  test('leaves the first of two values standing, and what continues the second goes with it', () => {
    expect(readIni('[S]\na=1\na=2\n  more').entries.map(({ key, value }) => [key, value])).toEqual([['a', '1']]);
  });

  test('never shows the text of its line', () => {
    const { problems } = readIni('[S]\nDB_PASSWORD=abc\nhunter2hunter2\nDB_PASSWORD=hunter2hunter2\n=hunter2hunter2');
    expect(problems).toHaveLength(3);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});

describe('any text', () => {
  test('with names of object properties is read like any other', () => {
    const text = '[__proto__]\n__proto__=1\nconstructor=2\n[constructor]\ntoString=3\nhasOwnProperty=4';
    expect(read(text)).toEqual([
      '__proto__/__proto__=1',
      '__proto__/constructor=2',
      'constructor/tostring=3',
      'constructor/hasownproperty=4',
    ]);
    expect(({} as Record<string, unknown>)['1']).toBeUndefined();
  });

  test('is read without an exception, each line named at most as far as the text goes', () => {
    const piece = fc.constantFrom(
      '[',
      ']',
      '[S]',
      'key',
      '=',
      ':',
      '\n',
      '\r\n',
      '\r',
      ' ',
      '\t',
      '#',
      ';',
      "'",
      '"',
      '%',
      '\0',
    );
    const text = fc.oneof(
      fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(text, (written) => {
        const { entries, problems } = readIni(written);
        const last = written.split(/\r\n|\r|\n/).length;
        for (const { line = 0 } of [...entries, ...problems]) expect(line >= 1 && line <= last).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
