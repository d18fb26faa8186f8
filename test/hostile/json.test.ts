import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { duckdb } from '../support/engines.ts';
import { type FolderLoader, loadsWhole, openFolderLoader, refusesWhole } from '../support/hostile.ts';
import { readEverything } from '../support/loader.ts';
import { linesOf } from '../support/scenario.ts';
import { PLAY } from '../support/trials.ts';

type Content = string | Uint8Array;

const BASE = { ts: '1541105830796', sessionId: '7', itemInSession: '0', page: '"Home"' };

/** An event's text, with further or other fields given as JSON texts. */
function event(fields: Readonly<Record<string, string>> = {}): string {
  const members = Object.entries({ ...BASE, ...fields }).map(([key, value]) => `${JSON.stringify(key)}:${value}`);
  return `{${members.join(',')}}`;
}

const E = event();
const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));
const nested = (depth: number) => event({ deep: `${'['.repeat(depth)}${']'.repeat(depth)}` });
const inText = (raw: readonly number[]) => bytes('{"ts":1,"page":"', raw, '"}');

const REFUSED: readonly (readonly [name: string, content: Content, words: string])[] = [
  ['an array behind a record', `${E}[${E}]`, 'an array of records must be the whole file'],
  ['a record behind an array', `[${E}]${E}`, 'ends with its "]"'],
  ['two arrays', `[${E}][${E}]`, 'ends with its "]"'],
  ['an array in an array', `[${E},[${E}]]`, 'must be a JSON object, but this one is an array'],
  ['an array with a number', `[${E},1]`, 'must be a JSON object, but this one is a number'],
  ['an array with a comma before its end', `[${E},]`, 'a comma before "]"'],
  ['an array without its end', `[${E}`, 'its "]" is missing'],
  ['an array without commas', `[${E} ${E}]`, 'expected "," or "]" after an element'],
  ['a number', '42', 'this file holds a number'],
  ['a string', '"x"', 'this file holds a string'],
  ['null', 'null', 'this file holds a bare word'],
  ['undefined', 'undefined', 'this file holds a bare word'],
  ['NaN', event({ length: 'NaN' }), 'NaN and Infinity are not JSON values'],
  ['-Infinity', event({ length: '-Infinity' }), 'expected a digit'],
  ['a hexadecimal number', event({ length: '0x10' }), 'expected ","'],
  ['a number with a plus', event({ length: '+1' }), 'expected a value'],
  ['a number that begins with 0', event({ length: '007' }), 'a number cannot begin with 0'],
  ['a number without an exponent', event({ length: '1e' }), 'expected a digit'],
  ['a comma before the end', `${E.slice(0, -1)},}`, 'a comma before "}"'],
  ['a comma before the end of an array', event({ x: '[1,]' }), 'a comma before "]"'],
  ['two commas', E.replace(',', ',,'), 'expected a key in double quotes'],
  ['commas between records', `${E},\n${E}`, 'not by commas'],
  ['a semicolon between records', `${E};${E}`, 'begins with "{"'],
  ['a comment', `${E} // done`, 'JSON has no comments'],
  ['single quotes', "{'ts':1}", 'double quotes'],
  ['keys without quotes', '{ts:1}', 'expected a key in double quotes'],
  ['a number for a key', '{1:1}', 'expected a key in double quotes'],
  ['a bare word for a value', event({ x: 'True' }), 'expected a value'],
  ['half a word', event({ x: 'tru' }), 'expected true, false or null'],
  ['513 levels', nested(512), 'nested deeper than 512'],
  ['100,000 levels', nested(100_000), 'nested deeper than 512'],
  ['objects in objects without end', '{"a":'.repeat(100_000), 'nested deeper than 512'],
  ['a wanted key twice', event().replace('{', '{"ts":1,'), 'twice'],
  ['a wanted key twice, written with escapes', event().replace('{', '{"\\u0074s":1,'), 'twice'],
  ['a wanted key twice, in other capitals', event().replace('{', '{"TS":1,'), 'twice'],
  ['a record of 5 MB', event({ pad: JSON.stringify('x'.repeat(5_000_000)) }), 'larger than 4 MiB'],
  ['a string without end', `{"ts":"${'x'.repeat(5_000_000)}`, 'larger than 4 MiB'],
  ['a whole number of a million digits', event({ ts: '1'.repeat(1_000_000) }), 'does not fit 64 bits'],
  ['a real number beyond every double', event({ registration: '1e999999' }), 'is larger than a double can hold'],
  ['a lone high surrogate', event({ song: '"\\ud800"' }), 'a lone surrogate'],
  ['a lone low surrogate', event({ song: '"\\udc00x"' }), 'a lone surrogate'],
  ['surrogates the wrong way round', event({ song: '"\\udc00\\ud800"' }), 'a lone surrogate'],
  ['a lone surrogate in a key', event({}).replace('{', '{"\\ud800":1,'), 'a lone surrogate'],
  ['an escape that is none', event({ song: '"\\x41"' }), 'bad escape'],
  ['half an escape', event({ song: '"\\u00"' }), 'bad escape'],
  ['an escaped NUL', event({ song: '"a\\u0000b"' }), 'NUL character'],
  ['NUL in a string', inText([0]), 'a control character inside a string'],
  ['NUL between records', bytes(E, [0], E), 'a control character'],
  ['a file of NULs', Buffer.alloc(70_000), 'a control character'],
  ['a line break in a string', event({ song: '"a\nb"' }), 'a line break inside a string'],
  ['an escape sequence of terminals', inText([0x1b, 0x5b, 0x32, 0x4a]), 'a control character inside a string'],
  ['invalid UTF-8', inText([0xff]), 'invalid UTF-8'],
  ['UTF-8 cut in two', inText([0xc3]), 'invalid UTF-8'],
  ['overlong UTF-8', inText([0xc0, 0xaf]), 'invalid UTF-8'],
  ['a surrogate as UTF-8', inText([0xed, 0xa0, 0x80]), 'invalid UTF-8'],
  ['a character beyond Unicode', inText([0xf4, 0x90, 0x80, 0x80]), 'invalid UTF-8'],
  ['Latin-1', inText([0xe9]), 'invalid UTF-8'],
  ['UTF-16', bytes([0xff, 0xfe], [...Buffer.from(E, 'utf16le')]), 'this looks like UTF-16'],
  ['UTF-16 without a byte order mark', Buffer.from(E, 'utf16le'), 'a control character'],
  ['UTF-32', bytes([0, 0, 0xfe, 0xff], [0, 0, 0, 0x7b]), 'a control character'],
  ['a byte order mark inside', `${E}\n\ufeff${E}`, 'outside a string'],
  ['two byte order marks', `\ufeff\ufeff${E}`, 'outside a string'],
  ['U+2028 between records', `${E}\u2028${E}`, 'outside a string'],
  ['a no-break space between records', `${E}\u00a0${E}`, 'outside a string'],
  ['a vertical tab between records', `${E}\v${E}`, 'a control character'],
  ['a record cut off', E.slice(0, -1), 'the file ends inside the record'],
  ['a record cut off inside a key', '{"t', 'the file ends inside the record'],
  ['only {', '{', 'the file ends inside the record'],
  ['only }', '}', 'begins with "{"'],
  ['a bracket closed by the other kind', event({ x: '[1}' }), 'expected ","'],
  ['no keys at all', '{}', 'the value is missing'],
  ['keys in names of objects only', '{"__proto__":{"ts":1,"page":"Home","sessionId":1,"itemInSession":1}}', 'missing'],
  ['a web page', '<!DOCTYPE html><html></html>', 'begins with "{"'],
  ['an error of S3', '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', 'begins with "{"'],
  ['CSV', 'ts,page\n1,Home\n', 'a bare word'],
  ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\n', 'a bare word'],
  ['gzip that is named .json', gzipSync(E), 'this looks like gzip'],
  ['zip', bytes('PK\u0003\u0004', E), 'a bare word'],
  ['Parquet', bytes('PAR1', [0x15, 0x04]), 'a bare word'],
  ['an object where a number is due', event({ ts: '{"$numberLong":"1"}' }), 'is not a whole number'],
  ['an array where a number is due', event({ ts: '[1]' }), 'is not a whole number'],
  ['SQL where a number is due', event({ ts: JSON.stringify('1); DROP TABLE users; --') }), 'is not a whole number'],
  ['the name of a property where a number is due', event({ ts: '"toString"' }), 'is not a whole number'],
  ['digits of another script', event({ ts: '"١٢٣"' }), 'is not a whole number'],
  ['text beyond its column', event({ level: JSON.stringify('𝄞'.repeat(65)) }), '260 bytes of text'],
];

const LOADED: readonly (readonly [name: string, content: Content, records: number])[] = [
  ['nothing', '', 0],
  ['white space only', ' \n\t\r\n', 0],
  ['a byte order mark only', '\ufeff', 0],
  ['a byte order mark before the first record', `\ufeff${E}`, 1],
  ['records without anything between them', `${E}${E}${E}`, 3],
  ['records on lines that end in CR LF', `${E}\r\n${E}\r\n`, 2],
  ['records on lines that end in CR', `${E}\r${E}\r`, 2],
  ['a record on many lines', E.replaceAll(',', ',\r\n\t'), 1],
  ['U+2028 and U+2029 in a string', event({ song: '"a\u2028b\u2029"' }), 1],
  ['what turns text round in a string', event({ song: '"\u202egnp.exe"' }), 1],
  ['__proto__ for a key', event().replace('{', '{"__proto__":{"page":"x"},'), 1],
  [
    'names of properties for keys',
    event({ constructor: '1', toString: '"x"', hasOwnProperty: '{}', valueOf: '[]' }),
    1,
  ],
  ['names of properties for values', event({ song: '"__proto__"', artist: '"constructor"', level: '"toString"' }), 1],
  ['a foreign key twice', event().replace('{', '{"x":1,"x":2,'), 1],
  ['an empty key', event({ '': '1' }), 1],
  ['a key of a megabyte', event({ ['k'.repeat(1_000_000)]: '1' }), 1],
  ['100,000 keys', event(Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`k${n}`, 'null']))), 1],
  ['a record of nearly 4 MiB', event({ pad: JSON.stringify('x'.repeat(4_194_000 - E.length)) }), 1],
  ['511 levels', nested(510), 1],
  ['keys written with escapes', E.replace('"ts"', '"\\u0074\\u0073"'), 1],
  ['keys that begin as others do', event({ tsx: '1', t: '2', 'ts ': '3', ' ts': '4' }), 1],
  ['a foreign number of a million digits', event({ x: '1'.repeat(1_000_000) }), 1],
  ['a foreign number beyond every double', event({ x: '-1e999999' }), 1],
];

let open: FolderLoader;
beforeAll(async () => {
  open = await openFolderLoader(duckdb);
});
afterAll(() => open.close());

describe('a file of events with', () => {
  let before: Awaited<ReturnType<typeof readEverything>>;
  beforeAll(async () => {
    before = await readEverything(open.loader);
  });

  test.each(REFUSED)('%s is refused, and nothing is loaded', async (_, content, words) => {
    const { loader, logs } = await open.fresh();
    writeFileSync(join(logs, 'a.json'), linesOf([PLAY]));
    writeFileSync(join(logs, 'bad.json'), content);
    await refusesWhole(loader, 3, words, before);
  });

  test('any of these is refused beside all the others, and once they are corrected all are loaded', async () => {
    const { loader, logs } = await open.fresh();
    for (const [name, content] of REFUSED) {
      writeFileSync(join(logs, `${name.replaceAll('/', '-')}.json`), content);
    }
    await refusesWhole(loader, 3, 'at least 20 records cannot be loaded', before);
    for (const file of readdirSync(logs)) {
      writeFileSync(join(logs, file), E);
    }
    await loadsWhole(loader, REFUSED.length);
  });

  test.each(LOADED)('%s is loaded', async (_, content, records) => {
    const { loader, logs } = await open.fresh();
    writeFileSync(join(logs, 'odd.json'), content);
    await loadsWhole(loader, records);
  });

  test('what names of properties hold is in no column', async () => {
    const { rows } = await open.loader.context.warehouse.query(
      "SELECT COUNT(*) FROM staging_events WHERE page NOT IN ('Home', 'NextSong')",
    );
    expect(rows).toEqual([[0]]);
  });
});
