import { batchProbe, OTHER, type Probe } from '../probe.ts';

const refusedByCopy = (error: string) => (/Load into table '/.test(error) ? 'refused' : OTHER);
const VALUE = 'SELECT CAST(v AS VARCHAR(64)) AS found FROM probe';

interface ValueProbe {
  readonly name: string;
  readonly question: string;
  readonly type: string;
  readonly text: string;
  readonly options?: string;
  readonly answers: Readonly<Record<string, string>>;
  readonly found: Readonly<Record<string, string>>;
}

/** How COPY treats values that its documentation does not mention. */
const VALUES: readonly ValueProbe[] = [
  {
    name: 'fraction',
    question: 'a fraction in an integer (1.5)',
    type: 'BIGINT',
    text: '{"v":1.5}',
    answers: { refused: 'refused', truncated: 'truncated', rounded: 'rounded' },
    found: { '1': 'truncated', '2': 'rounded' },
  },
  {
    name: 'zero_fraction',
    question: 'a fraction of zero in an integer (1540919166796.0)',
    type: 'BIGINT',
    text: '{"v":1540919166796.0}',
    answers: { refused: 'refused', taken: 'accepted' },
    found: { '1540919166796': 'taken' },
  },
  {
    name: 'exponent',
    question: 'an exponent in an integer (1e3)',
    type: 'BIGINT',
    text: '{"v":1e3}',
    answers: { refused: 'refused', taken: 'accepted' },
    found: { '1000': 'taken' },
  },
  {
    name: 'nul',
    question: '`\\u0000` in a text',
    type: 'VARCHAR(8)',
    text: '{"v":"a\\u0000b"}',
    answers: { refused: 'refused', ends: 'the text ends there', dropped: 'the character is dropped' },
    found: { a: 'ends', ab: 'dropped' },
  },
  {
    name: 'number_text',
    question: 'the spelling of a number in a text column (4.60)',
    type: 'VARCHAR(8)',
    text: '{"v":4.60}',
    answers: { refused: 'refused', as_written: 'as in the file', normalised: 'the shortest spelling' },
    found: { '4.60': 'as_written', '4.6': 'normalised' },
  },
  {
    name: 'epoch_fraction',
    question: "1540919166796.0 in a TIMESTAMP with 'epochmillisecs'",
    type: 'TIMESTAMP',
    text: '{"v":1540919166796.0}',
    options: "TIMEFORMAT 'epochmillisecs'",
    answers: { refused: 'refused', taken: 'accepted' },
    found: { '2018-10-30 17:06:06.796': 'taken' },
  },
];

export const VALUE_PROBES: readonly Probe[] = VALUES.map(({ type, text, options, ...probe }) =>
  batchProbe({
    ...probe,
    prepare: [`CREATE TEMP TABLE probe (v ${type})`],
    file: options === undefined ? { text } : { text, options },
    sql: VALUE,
    failed: refusedByCopy,
  }),
);
