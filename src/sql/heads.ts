/** The words of `-- word: value` lines at the beginning of a file. Other lines there are a comment. */
const HEADS = [
  'source',
  'about',
  'example',
  'also',
  'jsonpaths',
  'jsonpaths example',
  'jsonpaths also',
  'key',
  'sample',
  'time',
  'of',
  'affected by',
  'kept',
  'severity',
  'next',
];

const HEAD = new RegExp(`^-- (?:${HEADS.join('|')}):`);

/** Whether a line is `-- word: value`, with a word that has a meaning. */
export function isHead(line: string): boolean {
  return HEAD.test(line);
}

/** The value of a `-- key: value` line at the beginning of a file. */
export function header(sql: string, key: string): string | undefined {
  return new RegExp(`^-- ${key}: *(\\S+)`, 'm').exec(sql)?.[1];
}

/** The rest of a `-- key: text` line. */
export function text(sql: string, key: string): string | undefined {
  return texts(sql, key)[0];
}

/** The rests of all `-- key: text` lines. */
export function texts(sql: string, key: string): readonly string[] {
  return [...sql.matchAll(new RegExp(`^-- ${key}: *(.+)$`, 'gm'))].map(([, rest = '']) => rest.trim());
}

/** The values of a `-- key: a, b` line. */
export function listed(sql: string, key: string): readonly string[] {
  return listIn(text(sql, key) ?? '');
}

/** The parts of a text between commas; empty if the text is. */
export function listIn(list: string): readonly string[] {
  return list === '' ? [] : list.split(',').map((one) => one.trim());
}
