import { isWithin } from '../edits.ts';
import type { Entry } from './ini.ts';
import type { Setting } from './settings.ts';

/** The entry whose key looks like a typo of the setting's, or undefined. */
export function findSimilar(setting: Setting, entries: readonly Entry[]): Entry | undefined {
  return entries.find(({ key }) => [setting.key.toLowerCase(), ...setting.names].some((name) => isSlip(key, name)));
}

// In a name of three or four letters, two edits leave nothing recognisable: PORT is not a typo of HOST.
function isSlip(written: string, name: string): boolean {
  return isWithin(name.length <= 4 ? 1 : 2, written, name);
}
