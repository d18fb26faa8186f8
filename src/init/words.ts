import { RESCUED, SOURCE_FILE, SOURCE_LINE, STAMP } from '../sql/design.ts';
import { RESERVED } from '../sql/reserved.ts';

/** The longest name of a table or column of a model. */
const LONGEST = 50;

/** The words of a key: `createdAt`, `created-at` and `created_at` have the words created and at. */
export function wordsOf(key: string): readonly string[] {
  return plain(key)
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '');
}

/** A name for a table or column made of texts: lower case, ASCII, no word that SQL reserves. */
export function nameOf(texts: readonly string[], fallback: string): string {
  const name = texts
    .map((text) => plain(text).toLowerCase())
    .join('_')
    .replace(/[^a-z\d]+/g, '_')
    .replace(/^_|_$/g, '');
  return shortened(safe(name === '' ? fallback : name), LONGEST);
}

/** Letters without their accents. */
function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').replaceAll('ß', 'ss');
}

/** What the loader itself uses: `before_…` for old values, and columns that it adds. */
const TAKEN = /^(before_|starload_)/;
const OWN_COLUMNS = new Set(['row_id', STAMP, SOURCE_FILE, SOURCE_LINE, RESCUED]);

function safe(name: string): string {
  if (/^\d/.test(name)) return `n_${name}`;
  return RESERVED.has(name) || OWN_COLUMNS.has(name) || TAKEN.test(name) ? `its_${name}` : name;
}

function shortened(name: string, length: number): string {
  return name.slice(0, length).replace(/_$/, '');
}

/** Gives names that are taken a number: `user_id`, `user_id_2`. */
export class Names {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  /** The name, with a suffix and if need be with a number, cut so that it is not too long. */
  take(name: string, suffix = ''): string {
    for (let number = 1; ; number += 1) {
      const end = `${suffix}${number === 1 ? '' : `_${number}`}`;
      const candidate = `${shortened(name, LONGEST - end.length)}${end}`;
      if (!this.#taken.has(candidate)) {
        this.#taken.add(candidate);
        return candidate;
      }
    }
  }
}

/** The plural of the last word of a name, as English tables have it: `actor` gives `actors`, `category` `categories`. */
export function pluralOf(name: string): string {
  if (/(s|x|z|ch|sh)$/.test(name)) return /[^s]s$/.test(name) && !/(us|is|as)$/.test(name) ? name : `${name}es`;
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}

/** The singular of a name, as far as its ending tells. */
export function singularOf(name: string): string {
  if (/ies$/.test(name)) return `${name.slice(0, -3)}y`;
  if (/(ses|xes|zes|ches|shes)$/.test(name)) return name.slice(0, -2);
  return /[^s]s$/.test(name) ? name.slice(0, -1) : name;
}

/** Names that the loader gives to tables of its own, or that begin like them. */
const OWN_TABLES = /^(run|affected|changed|expected|sample|source|other|staging|current|load|rejected)_/;

/** A name for a table that the loader has no use for, also behind `current_`: CURRENT_TIME is a time. */
export function tableName(name: string): string {
  return OWN_TABLES.test(name) || RESERVED.has(`current_${name}`) ? nameOf(['its', name], 'data') : name;
}
