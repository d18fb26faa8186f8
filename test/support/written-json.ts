import fc from 'fast-check';

/** White space, or none. */
export const blanks = fc.oneof(
  { arbitrary: fc.constant(''), weight: 3 },
  fc.array(fc.constantFrom(' ', ' ', '\t', '\n', '\n', '\r', '\r\n'), { maxLength: 4 }).map((all) => all.join('')),
);
const bmp = fc.integer({ min: 1, max: 0xffff }).filter((code) => code < 0xd800 || code > 0xdfff);
const escapeOf = (code: number, isUpper: boolean) => {
  const digits = code.toString(16).padStart(4, '0');
  return `\\u${isUpper ? digits.toUpperCase() : digits}`;
};
const piece = fc.oneof(
  fc.constantFrom('a', 'ts', '{', '}', '[', ']', ',', ':', ' ', '/', "'", '\u007f', '\u2028'),
  fc.constantFrom('\\"', '\\\\', '\\/', '\\b', '\\f', '\\n', '\\r', '\\t'),
  fc
    .string({ unit: 'binary', minLength: 1, maxLength: 3 })
    .map((text) => JSON.stringify(text.replaceAll('\0', '')).slice(1, -1)),
  fc.tuple(bmp, fc.boolean()).map(([code, isUpper]) => escapeOf(code, isUpper)),
  fc
    .tuple(fc.integer({ min: 0xd800, max: 0xdbff }), fc.integer({ min: 0xdc00, max: 0xdfff }), fc.boolean())
    .map(([high, low, isUpper]) => escapeOf(high, isUpper) + escapeOf(low, !isUpper)),
);
const string = fc.array(piece, { maxLength: 6 }).map((pieces) => `"${pieces.join('')}"`);
const key = fc.oneof(
  fc.constantFrom(
    '"ts"',
    '"ts"',
    '"TS"',
    '"\\u0074s"',
    '"user_id"',
    '"USER_id"',
    '"a"',
    '"A"',
    '"b"',
    '"b"',
    '"tsx"',
    '""',
  ),
  string,
);
const number = fc.stringMatching(/^-?(0|[1-9][0-9]{0,4})(\.[0-9]{1,4})?([eE][-+]?[0-9]{1,2})?$/);
/** A text with white space around it. */
export const between = (text: fc.Arbitrary<string>) => fc.tuple(blanks, text, blanks).map((parts) => parts.join(''));
/** An object. Some of its keys are `ts`, `user_id` and `a`, in any spelling. */
export const { object } = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    string,
    number,
    fc.constantFrom('true', 'false', 'null'),
    tie('object'),
    tie('array'),
  ),
  array: fc
    .oneof(
      blanks,
      fc.array(between(tie('value')), { minLength: 1, maxLength: 4 }).map((items) => items.join()),
    )
    .map((items) => `[${items}]`),
  object: fc
    .oneof(
      blanks,
      fc
        .array(fc.tuple(between(key), between(tie('value'))), { minLength: 1, maxLength: 6 })
        .map((members) => members.map((member) => member.join(':')).join()),
    )
    .map((members) => `{${members}}`),
}));

/** Bytes that make trouble, and any others. */
const byte = fc.oneof(
  fc.constantFrom(...Buffer.from('"\\{}[]:,-+.0123456789eEutnfdDcaA \t\n\r/')),
  fc.constantFrom(0x00, 0x1f, 0x7f, 0x80, 0xbf, 0xc0, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xff),
  fc.nat({ max: 255 }),
);
/** One byte more, less or other. */
export const mutation = fc.record({ place: fc.nat(), kind: fc.constantFrom('insert', 'remove', 'replace'), byte });

export function mutate(
  bytes: Uint8Array,
  { place, kind, byte: value }: { place: number; kind: string; byte: number },
): Uint8Array {
  const at = place % (bytes.length + 1);
  const put = kind === 'remove' ? [] : [value];
  return Buffer.concat([bytes.subarray(0, at), Uint8Array.from(put), bytes.subarray(kind === 'insert' ? at : at + 1)]);
}
