/** The files that a head belongs to: those of a folder of tables, checks, or comparisons. */
export type HeadPlace = 'control' | 'staging' | 'current' | 'star' | 'checks' | 'reconcile';

/** A `-- word: value` line at the beginning of a file. Other lines there are a comment. */
export interface Head {
  readonly word: string;
  readonly places: readonly HeadPlace[];
  /** What its value looks like. Where it is `anything`, a comment can look like it. */
  readonly value: 'columns' | 'source' | 'table' | 'input' | 'severity' | 'word' | 'anything';
  /** Other words by which people call it. With a value like its own, they are a slip. */
  readonly alike?: readonly string[];
  /** Whether a file may have several. */
  readonly isRepeated?: boolean;
}

const TABLES = ['control', 'staging', 'current', 'star'] as const;

/** Every head. */
export const HEADS: readonly Head[] = [
  { word: 'source', places: ['staging'], value: 'source' },
  { word: 'about', places: ['staging'], value: 'anything' },
  { word: 'example', places: ['staging'], value: 'word' },
  { word: 'also', places: ['staging'], value: 'anything' },
  { word: 'jsonpaths', places: ['staging'], value: 'source' },
  { word: 'jsonpaths example', places: ['staging'], value: 'word' },
  { word: 'jsonpaths also', places: ['staging'], value: 'anything' },
  { word: 'ignore', places: ['staging'], value: 'anything', isRepeated: true },
  { word: 'key', places: TABLES, value: 'columns', alike: ['primary key', 'unique key'] },
  { word: 'sample', places: TABLES, value: 'columns' },
  { word: 'time', places: ['staging', 'current', 'star'], value: 'columns' },
  { word: 'of', places: ['current'], value: 'table' },
  { word: 'affected by', places: ['star'], value: 'input', alike: ['affects'], isRepeated: true },
  { word: 'kept', places: ['control'], value: 'word' },
  { word: 'severity', places: ['checks'], value: 'severity' },
  { word: 'next', places: ['reconcile'], value: 'anything' },
];

const HEAD = new RegExp(`^-- (?:${HEADS.map(({ word }) => word).join('|')}):`);

/** Whether a line is `-- word: value`, with a word that has a meaning. */
export function isHead(line: string): boolean {
  return HEAD.test(line);
}

/** The lines at the beginning of a file before anything but comments. */
export function headLines(sql: string): string {
  return /^(?:--[^\n]*(?:\n|$)|[^\S\n]*\n)*/.exec(sql)?.[0] ?? '';
}

/** Whether it can be the name of a source: a key of dwh.cfg. */
export function isSourceName(name: string): boolean {
  return /^[A-Z][A-Z0-9_]*$/.test(name);
}

/** The value of a `-- key: value` line at the beginning of a file. */
export function header(sql: string, key: string): string | undefined {
  return new RegExp(`^-- ${key}: *(\\S+)`, 'm').exec(headLines(sql))?.[1];
}

/** The rest of a `-- key: text` line. */
export function text(sql: string, key: string): string | undefined {
  return texts(sql, key)[0];
}

/** The rests of all `-- key: text` lines. */
export function texts(sql: string, key: string): readonly string[] {
  return [...headLines(sql).matchAll(new RegExp(`^-- ${key}: *(.+)$`, 'gm'))].map(([, rest = '']) => rest.trim());
}

/** The values of a `-- key: a, b` line. */
export function listed(sql: string, key: string): readonly string[] {
  return listIn(text(sql, key) ?? '');
}

/** The parts of a text between commas; empty if the text is. */
export function listIn(list: string): readonly string[] {
  return list === '' ? [] : list.split(',').map((one) => one.trim());
}
