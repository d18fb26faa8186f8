import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'ini';
import { guard } from '../../src/config/guard.ts';
import { readIni } from '../../src/config/ini.ts';
import { readIniFormerly } from '../support/former-ini.ts';
import { note } from '../support/notes.ts';

/** Few names, so that they meet again in other cases and places; and those that `ini` or JavaScript takes for its own. */
const NAMES = ['a', 'A', 'b.c', 'b\\.c', '__proto__', 'constructor', 'a[]', '[]', '1', 'true', 'log data', 'k"', "k'"];
const VALUES = [
  '',
  'true',
  'null',
  '"quoted"',
  "'half",
  '"\\u0041"',
  'a;b#c',
  'a\\;b\\\\',
  '%%(x)s',
  '[a]',
  'x=y:z',
  '🎵\u2028é',
  "'v' # c",
  '\uD800',
  '12-13-6100',
];

const name = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...NAMES) }, fc.string({ maxLength: 4 }));
const value = fc.oneof(fc.constantFrom(...VALUES), fc.string({ unit: 'binary', maxLength: 6 }));
const indent = fc.constantFrom('', '', '', '', '', ' ', '  ', '\t');
const pair = fc
  .tuple(indent, name, fc.constantFrom('=', ' = ', ':', ': '), value)
  .map(([before, key, sign, text]) => `${before}${key}${sign}${text}`);
const heading = fc
  .tuple(indent, name, fc.constantFrom(']', ']', ']', '] ; c', '] x', ''))
  .map(([before, section, end]) => `${before}[${section}${end}`);
const other = fc.oneof(
  fc.constantFrom('', '  ', '# c', '  ; c', 'nonsense', '=x', '  continued', '\uFEFF', '\0'),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const line = fc.oneof(
  { weight: 5, arbitrary: pair },
  { weight: 2, arbitrary: heading },
  { weight: 2, arbitrary: other },
);
const text = fc
  .tuple(
    fc.constantFrom('', '\uFEFF'),
    fc.array(line, { minLength: 4, maxLength: 20 }),
    fc.constantFrom('\n', '\r\n', '\r'),
  )
  .map(([mark, lines, end]) => mark + lines.join(end));

test('any text reads as it did before ini read it: entries, lines, faults and problems', () => {
  const seen = { entries: 0, faults: 0, repeats: 0, others: 0 };
  fc.assert(
    fc.property(text, (written) => {
      const { entries, problems } = readIni(written);
      expect({ entries, problems }).toStrictEqual(readIniFormerly(written));
      seen.entries += entries.length;
      seen.faults += entries.filter(({ fault }) => fault !== undefined).length;
      seen.repeats += problems.filter(({ message }) => message.includes('occurs twice')).length;
      seen.others += problems.filter(({ message }) => !message.includes('occurs twice')).length;
    }),
    { numRuns: 1000 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(300);
  note('Figures', `dwh.cfg as the former reader reads it: ${JSON.stringify(seen)}`);
});

test('a value of a megabyte, and a file of ten thousand lines, read as they did', () => {
  const long = `[S]\nKEY = ${';#"\\'.repeat(200_000)}`;
  const many = `[S]\n${Array.from({ length: 10_000 }, (_, at) => `k${at % 5000}=${at}`).join('\n')}`;
  for (const written of [long, many]) expect(readIni(written)).toStrictEqual(readIniFormerly(written));
});

test('ini sees names and values in which it has nothing to cut, unescape or convert', () => {
  const { text: guarded } = guard('[db.x]\npass = a;b\npass: __proto__\n  more\n[db.x]\nz = true');
  expect(guarded).toMatch(/^(\[[0-9a-f]*\]\n?|[0-9a-f]+\[\] = \d-\d-[0-9a-f]*\n?){6}$/);
  const { '': none, ...sections } = parse(guarded);
  expect(none).toEqual({});
  expect(Object.values(sections)).toEqual([expect.objectContaining({ '7a00': ['6-6-7400720075006500'] })]);
  expect(Object.values(Object.values(sections)[0])).toHaveLength(2);
});
