import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isPlaceholder } from '../../src/config/placeholder.ts';
import { ConfigError } from '../../src/errors.ts';
import { ALL_SETTINGS, parse, postgres, postgresFile, redshiftFile, write } from './config-support.ts';

const HOSTILE = ';#%=:\'"\\[]{}()$&@!? \té東🎵ab1';

/** A value as a person would put into a file: right, wrong, empty, a placeholder. */
const someValue = fc.oneof(
  fc.constantFrom(
    '',
    'xxxx',
    '<ENTER>',
    'YOUR_X',
    'localhost',
    'default',
    '5439',
    'us-west-2',
    's3://bucket/a',
    'a*',
    "'half",
  ),
  fc.constantFrom(...ALL_SETTINGS.ids.map((id) => ALL_SETTINGS.of(id).example)),
  fc.string({ unit: fc.constantFrom(...HOSTILE), maxLength: 12 }),
);

const someKey = fc.oneof(
  fc.constantFrom(...ALL_SETTINGS.ids.flatMap((id) => [ALL_SETTINGS.of(id).key, ...ALL_SETTINGS.of(id).names])),
  fc.constantFrom('OTHER', 'LOGDATA', '__proto__', 'constructor'),
);

const someSection = fc.constantFrom(
  'CLUSTER',
  'IAM_ROLE',
  'S3',
  'AWS',
  'DUCKDB',
  'DWH',
  'DEFAULT',
  'OTHER',
  '__proto__',
);

const someLine = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(someKey, someValue).map(([key, value]) => `${key} = ${value}`) },
  { weight: 2, arbitrary: someSection.map((section) => `[${section}]`) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
);

const someText = fc
  .tuple(fc.array(someLine, { maxLength: 25 }), fc.constantFrom('\n', '\r\n', '\r'))
  .map(([lines, end]) => lines.join(end));

function accept(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}

describe('any text', () => {
  test('is parsed or refused with a ConfigError, and with nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(someText, fc.string({ unit: 'binary' })), (text) => void accept(text)),
      { numRuns: 2000 },
    );
  });

  test('that is refused has a message for each mistake, and a line of the text where it has a line', () => {
    fc.assert(
      fc.property(someText, (text) => {
        try {
          parse(text);
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          expect(error.problems.length).toBeGreaterThan(0);
          const last = text.split(/\r\n|\r|\n/).length;
          for (const { line = 1, message } of error.problems) {
            expect(message.length).toBeGreaterThan(10);
            expect(line >= 1 && line <= last).toBe(true);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a password', () => {
  const password = fc
    .oneof(
      fc.string({ unit: fc.constantFrom(...HOSTILE), minLength: 1 }),
      fc.string({ unit: 'grapheme', minLength: 1 }),
    )
    .filter((text) => text === text.trim() && text !== '' && !/^['"]|['"]$|[\r\n]/.test(text) && !isPlaceholder(text));

  test('of any characters arrives unchanged', () => {
    fc.assert(
      fc.property(password, (DB_PASSWORD) => {
        expect(postgres(postgresFile({ DB_PASSWORD })).password).toBe(DB_PASSWORD);
      }),
    );
  });

  test('in quotes arrives without them, blanks at its ends and all', () => {
    const padded = fc
      .string({ unit: fc.constantFrom(...HOSTILE), minLength: 1 })
      .filter((text) => !isPlaceholder(text) && text !== '');
    fc.assert(
      fc.property(padded, fc.constantFrom("'", '"'), (text, quote) => {
        expect(postgres(postgresFile({ DB_PASSWORD: `${quote}${text}${quote}` })).password).toBe(text);
      }),
    );
  });
});

describe('a secret', () => {
  // Long and unlike any word of a message, so that finding it there means that it was shown.
  const secret = fc.stringMatching(/^zq[A-Za-z0-9;#%=/+@]{8,16}zq$/);
  const secretKey = fc.constantFrom(
    ...ALL_SETTINGS.ids
      .filter((id) => ALL_SETTINGS.of(id).secret)
      .flatMap((id) => [
        [ALL_SETTINGS.of(id).section, ALL_SETTINGS.of(id).key] as const,
        ...ALL_SETTINGS.of(id).names.map((name) => ['OTHER', name] as const),
      ]),
  );
  const spoil = fc.constantFrom<(secret: string) => string>(
    (text) => text,
    (text) => `"${text}`,
    (text) => `${text}'`,
    (text) => `${text}\n  ${text}`,
    (text) => `\n  ${text}\n  ${text}"`,
  );
  const lose = fc.constantFrom<(secret: string) => string>(
    (text) => `${text} # a comment`,
    (text) => `x\nnonsense ${text}`,
    (text) => `x\n${text}`,
  );

  /** Everything a text makes the user see. */
  function shownFor(text: string): string {
    try {
      return JSON.stringify(parse(text).warnings);
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
  }

  test('is in no message, however its line is spoilt and wherever else it stands', () => {
    let accepted = 0;
    fc.assert(
      fc.property(
        secret,
        secretKey,
        spoil,
        someText,
        fc.boolean(),
        (value, [section, key], spoilt, rest, isRedshift) => {
          const others = isRedshift
            ? redshiftFile({ DB_PORT: value })
            : postgresFile({ DB_SCHEMA: value, HOST: `${value} x` });
          const text = `[${section}]\n${key} = ${spoilt(value)}\n${rest}\n${write(others)}`;
          expect(shownFor(text)).not.toContain(value);
          if (accept(text)) accepted++;
        },
      ),
      { numRuns: 500 },
    );
    expect(accepted).toBe(0);
  });

  test('is in no message, also where it ends up outside its value', () => {
    fc.assert(
      fc.property(secret, secretKey, lose, someText, (value, [section, key], lost, rest) => {
        expect(shownFor(`[${section}]\n${key} = ${lost(value)}\n${rest}\n`)).not.toContain(value);
      }),
      { numRuns: 500 },
    );
  });

  test('is in no warning either', () => {
    fc.assert(
      fc.property(secret, secret, secret, (DB_PASSWORD, KEY, SECRET) => {
        const { warnings, secrets } = parse(redshiftFile({ DB_PASSWORD }, { AWS: { KEY, SECRET } }));
        expect(warnings).toHaveLength(2);
        expect(secrets).toEqual([...new Set([DB_PASSWORD, KEY, SECRET])]);
        for (const value of secrets) expect(JSON.stringify(warnings)).not.toContain(value);
      }),
    );
  });
});
