import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { WantedKeys } from '../../src/records/frame-keys.ts';
import { UnfitRecord } from '../../src/records/normalise.ts';
import { rescuer } from '../../src/records/rescue.ts';
import { rewriter } from '../../src/records/rewrite.ts';
import { isAtOrBelow, keyPath } from '../../src/sql/key-paths.ts';

const WANTED = ['ts', 'user_id'];
const IGNORED = ['left', '"a.b"', 'Left'];
const lower = (text: string) => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
const escaped = (name: string) =>
  [...name].map((sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

const name = fc.constantFrom(
  'ts',
  'TS',
  'x',
  'X',
  '__proto__',
  'constructor',
  'rescued',
  'Rescued',
  'left',
  'a.b',
  '',
  'é"\n',
);
const value = fc.constantFrom(
  '1',
  '1e3',
  '-0',
  '"a\\u0000\\"b"',
  'null',
  '{"a": [1, {}]}',
  '[]',
  '12345678901234567890',
);
const member = fc
  .tuple(name, value, fc.boolean())
  .map(([key, text, isEscaped]) => ({ key, text, written: isEscaped ? `"${escaped(key)}"` : JSON.stringify(key) }));

test.each([true, false])(
  'The unknown keys of a record are kept as they are written, in their order (case counts: %s)',
  (exact) => {
    const fold = exact ? (text: string) => text : lower;
    let kept = 0;
    fc.assert(
      fc.property(fc.array(member, { maxLength: 6 }), (members) => {
        const rescue = { key: 'rescued', maxBytes: 65_535, ignored: IGNORED, isOn: () => true };
        const wanted: WantedKeys = { names: WANTED, exact, rescue };
        const record = `{${members.map(({ written, text }) => `${written} : ${text}`).join(', ')}}`;
        const unknown = members.filter(
          ({ key }) =>
            !WANTED.includes(fold(key)) && !IGNORED.some((one) => isAtOrBelow(fold(keyPath(key)), fold(one))),
        );
        const text = rescuer(wanted, rescue)(record);
        kept += unknown.length;
        const due = unknown.map((one) => `${JSON.stringify(keyPath(one.key))}:${one.text}`);
        expect(text).toBe(due.length === 0 ? undefined : `{${due.join()}}`);
        if (text !== undefined) expect(() => JSON.parse(text)).not.toThrow();
        // Of the rest, a rewritten record has what columns take, and nothing else.
        const taken = members
          .filter(({ key }) => WANTED.includes(fold(key)))
          .map(({ written, text: one }) => `${written}:${one}`);
        const all = [...taken, ...(text === undefined ? [] : [`"rescued":${JSON.stringify(text)}`])];
        expect(rewriter(wanted)(record)).toBe(`{${all.join()}}`);
        expect(rewriter({ ...wanted, rescue: { ...rescue, isOn: () => false } })(record)).toBe(`{${taken.join()}}`);
      }),
      { numRuns: 300 },
    );
    expect(kept).toBeGreaterThan(300);
  },
);

test('What no path reads is kept by its place, with elements of arrays one by one', () => {
  const layout = [
    { name: 'id', kind: 'whole', path: ['id'] },
    { name: 'login', kind: 'text', path: ['actor', 'login'] },
    { name: 'first', kind: 'text', path: ['tags', 0] },
    { name: 'org', kind: 'text', path: ['org', 'id'] },
  ] as const;
  const rescue = { key: 'rescued', maxBytes: 300, ignored: ['actor.url', 'left'], isOn: () => true };
  const wanted: WantedKeys = { names: ['id', 'actor', 'tags', 'org'], exact: true, layout, rescue };
  const record =
    '{"x": 1,"id":7,"actor":{"a.b":[ 1 ],"login":"ann","url":1,"n":{"m":1},"n":2},"left":{"x":1},"tags":["a",{"b":1},null],"org":"none"}';
  const text =
    '{"x":1,"actor.\\"a.b\\"":[ 1 ],"actor.n":{"m":1},"actor.n":2,"tags[*]":{"b":1},"tags[*]":null,"org":"none"}';
  expect(rescuer(wanted, rescue)(record)).toBe(text);
  expect(rewriter(wanted)(record)).toBe(`{"id":7,"login":"ann","first":"a","rescued":${JSON.stringify(text)}}`);
  expect(rewriter(wanted)('{"id":7,"actor":null,"tags":["a"],"left":1}')).toBe('{"id":7,"first":"a"}');
  expect(() => rewriter(wanted)(`{"id":7,"tags":[1],"y":"${'é'.repeat(150)}"}`)).toThrow(
    new UnfitRecord('rescued', '308 bytes of text, but the column holds 300'),
  );
});
