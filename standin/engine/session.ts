import { EngineError } from '../executor.ts';
import { literal, quote, type Surroundings } from './reader.ts';
import { SETTINGS } from './settings.ts';

/** The state that a session keeps between statements, besides what PostgreSQL keeps for it. */
export class Session {
  lastCopyId = -1;
  lastCopyCount = 0;
  readonly #user: string;
  readonly #pid: number;
  readonly #settings = new Map(SETTINGS);

  constructor(user: string, pid: number) {
    this.#user = user;
    this.#pid = pid;
  }

  get surroundings(): Surroundings {
    return {
      keepsCase: this.#settings.get('enable_case_sensitive_identifier') === 'on',
      user: this.#user,
      // pages "SYS_LOAD_ERROR_DETAIL" and "STL_LOAD_ERRORS": the COPY functions report on this session.
      constants: new Map([
        ['pg_last_copy_id', `redshift.pg_last_copy_id(${this.lastCopyId})`],
        ['pg_last_copy_count', `redshift.pg_last_copy_count(${this.lastCopyCount})`],
        ['pg_backend_pid', `redshift.pg_backend_pid(${this.#pid})`],
      ]),
    };
  }

  show(name: string): string {
    return this.#settings.get(name) ?? '';
  }

  /** Applies a setting and returns the SQL that PostgreSQL needs for it. */
  set(name: string, value: string | undefined): string | undefined {
    const effective = normalise(name, value ?? SETTINGS.get(name) ?? '');
    this.#settings.set(name, effective);
    switch (name) {
      case 'search_path':
        return this.searchPath(effective);
      case 'timezone':
      case 'statement_timeout':
        return `SET ${name} TO ${literal(effective)}`;
      default:
        return undefined;
    }
  }

  /**
   * The stand-in's functions come before PostgreSQL's of the same name, and after everything of the user's, unless the
   * user names pg_catalog, which represents both.
   */
  searchPath(value = this.show('search_path')): string {
    const schemas = value.split(',').map((schema) => schema.trim().replace(/^\$user$/, this.#user));
    const path = schemas.includes('pg_catalog') ? schemas : [...schemas, 'pg_catalog'];
    const both = path.flatMap((schema) => (schema === 'pg_catalog' ? ['redshift', 'pg_catalog'] : [schema]));
    return `SET search_path TO ${both.map(quote).join(', ')}`;
  }
}

function normalise(name: string, value: string): string {
  if (!name.startsWith('enable_')) return value;
  const lower = value.toLowerCase();
  if (!['on', 'off', 'true', 'false'].includes(lower)) {
    throw new EngineError(`ERROR: parameter "${name}" requires a Boolean value`);
  }
  return lower === 'on' || lower === 'true' ? 'on' : 'off';
}
