import type { ConfigProblem } from '../errors.ts';
import { flawOf } from './flaw.ts';
import type { Entry } from './ini.ts';
import { isPlaceholder } from './placeholder.ts';
import type { Setting, SettingId, Settings } from './settings.ts';
import { nameWithLine, placeOf, showValue } from './show.ts';

/** The state of a setting in the file; `broken` is a value that was already refused. */
export type State = 'absent' | 'blank' | 'placeholder' | 'broken' | 'filled';

export interface FoundSetting {
  readonly state: State;
  /** The value in the file, '' if absent. */
  readonly value: string;
  /** The entry that takes effect. */
  readonly entry?: Entry | undefined;
}

export interface Lookup {
  readonly found: ReadonlyMap<SettingId, FoundSetting>;
  /** The entries that are not settings of Starload. */
  readonly unknown: readonly Entry[];
  readonly problems: readonly ConfigProblem[];
}

interface Candidate extends FoundSetting {
  readonly entry: Entry;
  readonly complaint?: string | undefined;
}

/**
 * Finds every setting among the entries, under its own key or another name; its own key wins. Values that cannot be
 * trusted, and names that disagree, are problems. Pure; shows no value of `secrets`.
 */
export function lookUp(entries: readonly Entry[], secrets: readonly string[], settings: Settings): Lookup {
  const ids = new Map(entries.map((entry) => [entry, settings.idOf(entry.section, entry.key)]));
  const found = new Map<SettingId, FoundSetting>();
  const problems: ConfigProblem[] = [];
  for (const id of settings.ids) {
    const candidates = entries
      .filter((entry) => ids.get(entry) === id)
      .map((entry) => judge(settings.of(id), entry, secrets));
    found.set(id, choose(id, candidates, { problems, settings }));
    for (const { entry, complaint } of candidates) {
      if (complaint !== undefined) problems.push({ ...placeOf(entry), message: complaint });
    }
  }
  const unknown = entries.filter((entry) => ids.get(entry) === undefined);
  for (const entry of unknown.filter((one) => swallowsSetting(one, settings)))
    problems.push({ ...placeOf(entry), message: faultIn(entry) });
  return { found, unknown, problems };
}

// An indented key is part of the value above it. Above one of Starload's keys this shows; below a foreign one it would
// not.
function swallowsSetting({ section, value }: Entry, settings: Settings): boolean {
  const keys = value
    .split('\n')
    .slice(1)
    .map((line) => /^[^=:]+(?=[=:])/.exec(line)?.[0].trimEnd().toLowerCase());
  return keys.some((key) => key !== undefined && settings.idOf(section, key) !== undefined);
}

function faultIn({ key, fault }: Entry): string {
  return `${key.toUpperCase()} ${fault ?? ''}`;
}

function judge({ secret }: Setting, entry: Entry, secrets: readonly string[]): Candidate {
  const value = secret ? entry.value : entry.value.trim();
  if (entry.fault !== undefined) {
    return { state: 'broken', value, entry, complaint: faultIn(entry) };
  }
  if (value === '') return { state: 'blank', value, entry };
  if (isPlaceholder(value)) return { state: 'placeholder', value, entry };
  const flaw = secret ? undefined : flawOf(value);
  if (flaw === undefined) return { state: 'filled', value, entry };
  return { state: 'broken', value, entry, complaint: `${showValue(value, secrets)} ${flaw}` };
}

function choose(
  id: SettingId,
  candidates: readonly Candidate[],
  { problems, settings }: { readonly problems: ConfigProblem[]; readonly settings: Settings },
): FoundSetting {
  const own = candidates.find(({ entry }) => settings.isHome(id, entry.section, entry.key));
  if (own?.state === 'filled' || own?.state === 'broken') return own;
  const [first, ...rest] = candidates.filter(({ state }) => state === 'filled');
  const other = rest.find(({ value }) => value !== first?.value);
  if (first !== undefined && other !== undefined) {
    problems.push({ ...placeOf(other.entry), message: disagreement(settings.of(id), first.entry, other.entry) });
    return { ...other, state: 'broken' };
  }
  const telling = first ?? candidates.find(({ state }) => state === 'broken' || state === 'placeholder');
  return telling ?? own ?? candidates[0] ?? { state: 'absent', value: '' };
}

function disagreement({ section, key }: Setting, first: Entry, other: Entry): string {
  return `${nameWithLine(first)} and ${nameWithLine(other)} disagree: delete one, or write ${key} under [${section}], which overrides both`;
}
