import type { Entry } from './ini.ts';

/** configparser's limit (MAX_INTERPOLATION_DEPTH). */
const MOST_STEPS = 10;
/** References can multiply with every step. A value longer than this is not a plausible setting. */
const MOST_CHARACTERS = 10_000;
const REFERENCE = /%\(([^()]{1,200})\)s/g;

/**
 * The entries with `%(key)s` replaced by the value of that key in the same section or in [DEFAULT], as in Python's
 * configparser. A value without a reference stays unchanged, including `%%`: scripts read the same files without
 * interpolation. So does a value whose reference is undefined or circular, and one that would become too long.
 */
export function interpolate(entries: readonly Entry[]): readonly Entry[] {
  const values = new Map(entries.map(({ section, key, value }) => [nameOf(section, key), value]));
  return entries.map((entry) => {
    const value = entry.fault === undefined ? resolved(entry, values) : undefined;
    return value === undefined ? entry : { ...entry, value };
  });
}

function resolved({ section, value }: Entry, values: ReadonlyMap<string, string>): string | undefined {
  let text = value.replaceAll('%%', ESCAPED);
  for (let step = 0; text.match(REFERENCE) !== null; step += 1) {
    let isLost = step === MOST_STEPS;
    let length = text.length;
    text = text.replace(REFERENCE, (whole, key: string) => {
      const found = values.get(nameOf(section, key.toLowerCase())) ?? values.get(nameOf('default', key.toLowerCase()));
      length += found?.length ?? 0;
      isLost ||= found === undefined || length > MOST_CHARACTERS;
      return isLost || found === undefined ? whole : found.replaceAll('%%', ESCAPED);
    });
    if (isLost) return undefined;
  }
  return text === value.replaceAll('%%', ESCAPED) ? undefined : text.replaceAll(ESCAPED, '%');
}

/** Replaces `%%`, which does not begin a reference. The reader of dwh.cfg never lets this character through. */
const ESCAPED = '\u0000';

function nameOf(section: string, key: string): string {
  return JSON.stringify([section.toLowerCase(), key]);
}
