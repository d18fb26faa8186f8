import { ConfigError } from '../errors.ts';
import { type Entry, readIni } from './ini.ts';
import { COMMON, type SettingId } from './settings.ts';

/** The changes to settings: the value to write, or null to comment out the lines that set it. */
export type Edits = Readonly<Partial<Record<SettingId, string | null>>>;

/** A text, and the keys of the changed lines, in capitals. */
export interface Edited {
  readonly text: string;
  readonly keys: readonly string[];
}

/**
 * The text of a dwh.cfg with settings changed and every other byte kept: comments, order, line ends, blanks and the
 * quotes around a value. A setting keeps its name and place. A new one goes below its commented-out example or the last
 * key of its section. The result is read back: rather than change the meaning of another line, this throws a
 * ConfigError that says what to write by hand.
 */
export function editConfig(file: string, text: string, edits: Edits): Edited {
  const { problems } = readIni(text);
  if (problems.length > 0) throw new ConfigError(file, problems);
  const keys: string[] = [];
  let edited = text;
  for (const [id, value] of Object.entries(edits) as [SettingId, string | null][]) {
    const before = edited;
    edited = editOne(file, before, id, value);
    if (edited !== before) keys.push(COMMON.of(id).key);
  }
  return { text: edited, keys };
}

function editOne(file: string, text: string, id: SettingId, value: string | null): string {
  const { entries } = readIni(text);
  const found = entries.filter(({ section, key }) => COMMON.idOf(section, key) === id);
  const home = found.filter(({ section, key }) => COMMON.isHome(id, section, key));
  // The setting's own name takes precedence over the others. Without it, names that disagree are an error.
  const targets = (value === null || home.length === 0 ? found : home).filter((entry) => entry.value !== (value ?? ''));
  if (targets.length === 0 && (found.length > 0 || value === null)) return text;
  const edited = found.length > 0 ? rewrite(text, entries, targets, value) : insert(text, entries, id, value ?? '');
  if (edited !== undefined) return edited;
  const { section, key } = COMMON.of(id);
  const wish = value === null ? `delete ${key}` : `write ${key} = ${value} under [${section}]`;
  throw new ConfigError(
    file,
    [{ section, key, message: `cannot be changed here without changing other lines: ${wish}` }],
    {
      next: 'Do that without indented lines, and run again.',
    },
  );
}

function rewrite(text: string, entries: readonly Entry[], targets: readonly Entry[], value: string | null) {
  const lines = linesOf(text);
  for (const { line } of targets) {
    const raw = lines[line - 1] ?? '';
    lines[line - 1] = value === null ? `#${raw}` : withValue(raw, value);
  }
  const edited = lines.join('');
  const expected = entries.flatMap((entry) => {
    if (!targets.includes(entry)) return [entry];
    return value === null ? [] : [{ ...entry, value }];
  });
  return readsAs(edited, expected) ? edited : undefined;
}

function withValue(raw: string, value: string): string {
  const [, before = '', old = '', after = ''] = /^(\uFEFF?[^=:]*[=:][^\S\r\n]*)(.*?)(\s*)$/s.exec(raw) ?? [];
  const [, quote = ''] = /^(['"]).*\1$/s.exec(old) ?? [];
  return `${before}${quote}${value}${quote}${after}`;
}

function insert(text: string, entries: readonly Entry[], id: SettingId, value: string): string | undefined {
  const { section, key } = COMMON.of(id);
  const lines = linesOf(text);
  const end = /[\r\n]+$/.exec(lines[0] ?? '')?.[0] ?? '\n';
  const expected = [...entries, { section, key: key.toLowerCase(), value }];
  for (const { after, indent } of placesFor(lines, entries, section, key)) {
    const line = `${indent}${key} = ${value}${end}`;
    const edited = [...closed(lines.slice(0, after), end), line, ...lines.slice(after)].join('');
    if (readsAs(edited, expected)) return edited;
  }
  const gap = text.trim() === '' ? '' : end;
  const edited = `${closed(lines, end).join('')}${gap}[${section}]${end}${key} = ${value}${end}`;
  return readsAs(edited, expected) ? edited : undefined;
}

/**
 * Where a key could go within its section, best place first: below its example, below the last key, below the heading.
 */
function placesFor(lines: readonly string[], entries: readonly Entry[], section: string, key: string) {
  const isHeading = (line: string) => /^[\s\uFEFF]*\[/.test(line);
  const start = lines.findIndex((line) => isHeading(line) && line.toLowerCase().includes(`[${section.toLowerCase()}]`));
  if (start < 0) return [];
  const length = lines.slice(start + 1).findIndex(isHeading);
  const last = length < 0 ? lines.length : start + 1 + length;
  const example = new RegExp(`^\\s*[#;]\\s*${key}\\s*[=:]`, 'i');
  const commented = lines.findLastIndex((line, at) => at > start && at < last && example.test(line));
  const lastKey = Math.max(0, ...entries.filter(({ line }) => line > start && line <= last).map(({ line }) => line));
  const indent = /^[^\S\r\n]*/.exec(lines[lastKey - 1] ?? '')?.[0] ?? '';
  return [commented + 1, lastKey, start + 1].filter((after) => after > start).map((after) => ({ after, indent }));
}

/** The lines, including their line ends. */
function linesOf(text: string): string[] {
  return text.match(/[^\r\n]*(\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
}

/** The lines, with a line end added to the last one if missing. */
function closed(lines: readonly string[], end: string): string[] {
  return lines.map((line) => (/[\r\n]$/.test(line) ? line : `${line}${end}`));
}

type Meaning = Pick<Entry, 'section' | 'key' | 'value'>;

function readsAs(text: string, expected: readonly Meaning[]): boolean {
  const { entries, problems } = readIni(text);
  const meaning = (all: readonly Meaning[]) =>
    all.map(({ section, key, value }) => JSON.stringify([section.toLowerCase(), key, value])).sort();
  return problems.length === 0 && JSON.stringify(meaning(entries)) === JSON.stringify(meaning(expected));
}
