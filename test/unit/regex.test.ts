import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseSync } from '@swc/core';
import { ROOT } from '../support/cli.ts';
import { isLinear } from '../support/linear-regex.ts';
import { NOT_SHOWN } from '../support/regex-exceptions.ts';

interface Expression {
  readonly file: string;
  readonly pattern: string;
  readonly flags: string;
}

const SOURCES = join(ROOT, 'src');
const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const expressions = files.flatMap((file) =>
  expressionsIn(file, parseSync(readFileSync(join(SOURCES, file), 'utf8'), { syntax: 'typescript', target: 'es2023' })),
);

/** Every regular expression of a syntax tree; one that is put together has no pattern to look at. */
function expressionsIn(file: string, node: unknown): readonly Expression[] {
  if (typeof node !== 'object' || node === null) return [];
  const { type, pattern, flags, callee } = node as Record<string, unknown> & { callee?: { value?: string } };
  const found =
    type === 'RegExpLiteral'
      ? [{ file, pattern: String(pattern), flags: String(flags) }]
      : callee?.value === 'RegExp'
        ? [{ file, pattern: 'new RegExp', flags: '?' }]
        : [];
  return [...found, ...Object.values(node).flatMap((child) => expressionsIn(file, child))];
}

const notShown = expressions.filter(({ pattern, flags }) => flags === '?' || !isLinear(pattern, flags));
const isExcepted = ({ file, pattern }: Expression, exception: (typeof NOT_SHOWN)[number]) =>
  file.startsWith(exception.where) && (exception.pattern ?? pattern) === pattern;

test('every regular expression in the sources is linear, or is used on short text only', () => {
  const harmful = notShown.filter((one) => !NOT_SHOWN.some((exception) => isExcepted(one, exception)));
  expect(harmful).toEqual([]);
  const idle = NOT_SHOWN.filter((exception) => !notShown.some((one) => isExcepted(one, exception)));
  expect(idle).toEqual([]);
});

describe('isLinear', () => {
  test.each([
    [/abc|ab?d/, true],
    [/^\d{1,15}$/, true],
    [/^[a-z]+(-[a-z]+)*$/, true],
    [/^"(?:[^"\\]|\\.)*"$/, true],
    [/[A-Z]+/g, true],
    [/x\d+/, true],
    [/\.0+$/, true],
    [/;\s*$/, true],
    [/\d+/y, true],
    [/ +$/, false],
    [/ +$/y, true],
    [/\d+\.?\d*/, false],
    [/^\d+\.?\d*$/, false],
    [/^(\d+\.?\d*|\.\d+)$/, false],
    [/^\d+(\.\d*)?$/, true],
    [/^(a+)+$/, false],
    [/^(a|a)*$/, false],
    [/^(a|b)*$/, true],
    [/^a.*b$/, false],
    [/^a[^b]*b$/, true],
    [/"[^"]*"/, false],
    [/"[^"]*/, true],
    [/x[^"]*$/, false],
    [/"[^"]*$/, true],
    [/"[^"]{0,300}"/, true],
    [/<[^<>]*>/, true],
    [/(.)\1*/, false],
    [/^a*(?=b)/, false],
    [/^a|b*c/, false],
    [/^K+k$/i, false],
    [/^\u212a+k$/, true],
    [/^\u212a+k$/iu, false],
  ] as const)('of %s is %s', (expression, linear) => {
    expect(isLinear(expression.source, expression.flags)).toBe(linear);
  });
});
