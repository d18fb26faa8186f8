import type { ConfigProblem } from '../errors.ts';
import type { Entry } from './ini.ts';
import { type FoundSetting, type Lookup, lookUp } from './lookup.ts';
import type { Setting, SettingId, Settings } from './settings.ts';
import { nameWithLine, placeOf, showValue } from './show.ts';
import { findSimilar } from './similar.ts';

/** The settings without which something else is loaded, or the load goes elsewhere, as without a jsonpaths file. */
const DECIDING: ReadonlySet<SettingId> = new Set([
  'dbSchema',
  'modelPath',
  'duckdbPath',
  'loadMaxErrors',
  'loadQuarantine',
] as const);

const ABSENT: FoundSetting = { state: 'absent', value: '' };

/** The settings of a file, and the problems found so far. */
export class Findings {
  readonly problems: ConfigProblem[];
  readonly warnings: ConfigProblem[] = [];
  readonly #entries: readonly Entry[];
  readonly #secrets: readonly string[];
  readonly #lookup: Lookup;
  readonly settings: Settings;

  /** `secrets` are the values that no message may show. */
  constructor(
    entries: readonly Entry[],
    problems: readonly ConfigProblem[],
    { secrets, settings }: { readonly secrets: readonly string[]; readonly settings: Settings },
  ) {
    this.#entries = entries;
    this.#secrets = secrets;
    this.settings = settings;
    this.#lookup = lookUp(entries, secrets, settings);
    this.problems = [...problems, ...this.#lookup.problems];
  }

  /** The state of the setting. */
  of(id: SettingId): FoundSetting {
    return this.#lookup.found.get(id) ?? ABSENT;
  }

  /** The entries that are not settings of Starload. */
  get unknown(): readonly Entry[] {
    return this.#lookup.unknown;
  }

  /** Whether the setting is under its own section and key, not only under another name. */
  isOwn(id: SettingId): boolean {
    const { entry } = this.of(id);
    return entry !== undefined && this.settings.isHome(id, entry.section, entry.key);
  }

  /** Whether the file has a key under this heading. */
  hasSection(section: string): boolean {
    return this.#entries.some((entry) => entry.section.toLowerCase() === section.toLowerCase());
  }

  /** The headings under which the file has any of these settings, as written. */
  sectionsOf(ids: readonly SettingId[]): string[] {
    const isOne = ({ section, key }: Entry) => ids.some((id) => this.settings.idOf(section, key) === id);
    return [...new Set(this.#entries.filter(isOne).map(({ section }) => section))];
  }

  /** The setting's name in the file, in capitals. */
  nameOf(id: SettingId): string {
    return this.of(id).entry?.key.toUpperCase() ?? this.settings.of(id).key;
  }

  /** The value, or undefined if there is none. Refuses a placeholder. */
  optional(id: SettingId): string | undefined {
    const { state, value } = this.of(id);
    if (state === 'placeholder') this.refuse(id, `${this.notFilledIn(id)}, or delete the line`);
    return state === 'filled' ? value : undefined;
  }

  /**
   * The value if it matches. Otherwise refuses it with `expectation`, the end of a sentence that begins with the value.
   */
  matching(id: SettingId, pattern: RegExp, expectation: string): string | undefined {
    const value = this.optional(id);
    if (value === undefined || pattern.test(value)) return value;
    this.refuseValue(id, expectation);
    return undefined;
  }

  /** The value. Refuses a missing or blank one and a placeholder. */
  required(id: SettingId): string | undefined {
    const { state, value } = this.of(id);
    if (state === 'absent') this.refuse(id, this.missing(id));
    if (state === 'blank' || state === 'placeholder') this.refuse(id, this.notFilledIn(id));
    return state === 'filled' ? value : undefined;
  }

  /** Records a mistake at the setting's place. */
  refuse(id: SettingId, message: string): void {
    this.problems.push({ ...this.#placeOf(id), message });
  }

  /** Records a mistake in the setting's value, which the message shows unless it is a secret. */
  refuseValue(id: SettingId, expectation: string): void {
    this.refuse(id, `${this.show(id)} ${expectation}`);
  }

  /** Records something that works but should be checked. */
  warn(id: SettingId, message: string): void {
    this.warnings.push({ ...this.#placeOf(id), message });
  }

  /** The value for display in a message. */
  show(id: SettingId): string {
    const { secret }: Setting = this.settings.of(id);
    return secret ? 'the value' : showValue(this.of(id).value, this.#secrets);
  }

  /** The message for an absent setting: the line that looks like a typo of it, and what to write. */
  missing(id: SettingId): string {
    const { section, key, example, about } = this.settings.of(id);
    const slip = this.slipFor(id);
    const hint = slip === undefined ? '' : ` (is ${nameWithLine(slip)} a typo of it?)`;
    return `${key} is missing${hint}: add "${key} = ${example}" (${about}) under [${section}]`;
  }

  /** What to write if the setting is blank or a placeholder. */
  notFilledIn(id: SettingId): string {
    const { secret, about, example }: Setting = this.settings.of(id);
    const received = this.of(id).state === 'placeholder' && !secret ? ` (${this.show(id)} is a placeholder)` : '';
    return `${this.nameOf(id)} is not filled in${received}: write ${about}${example === '' ? '' : `, such as ${example}`}`;
  }

  /** The unknown key that looks like a typo of the setting. */
  slipFor(id: SettingId): Entry | undefined {
    return findSimilar(this.settings.of(id), this.#lookup.unknown);
  }

  /**
   * Reports unused keys that look like a typo of an absent setting of their section: as a mistake if the setting
   * changes what is loaded or where, otherwise as a warning.
   */
  tellOfSlips(): void {
    for (const id of this.settings.ids.filter((each) => this.of(each).state === 'absent')) {
      const { section, key }: Setting = this.settings.of(id);
      const near = this.#lookup.unknown.filter((entry) => entry.section.toLowerCase() === section.toLowerCase());
      const slip = findSimilar(this.settings.of(id), near);
      if (slip === undefined) continue;
      const isMistake = DECIDING.has(id) || id.startsWith('jsonpaths ');
      const message = `${nameWithLine(slip)} is not known and is ignored: did you mean ${key}?`;
      (isMistake ? this.problems : this.warnings).push({
        ...placeOf(slip),
        message: isMistake ? `${message} Write that, or delete the line` : message,
      });
    }
  }

  #placeOf(id: SettingId): Pick<ConfigProblem, 'section' | 'key' | 'line'> {
    const { entry } = this.of(id);
    return entry === undefined
      ? { section: this.settings.of(id).section, key: this.settings.of(id).key }
      : placeOf(entry);
  }
}
