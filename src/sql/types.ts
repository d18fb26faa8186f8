/** A type of columns: how a CREATE TABLE may spell it, and how the engines' catalogues do. */
interface SqlType {
  readonly written: readonly string[];
  readonly catalogued: RegExp;
}

const TYPES: readonly SqlType[] = [
  { written: ['VARCHAR', 'CHARACTER VARYING'], catalogued: /^(character varying|varchar)\b/i },
  { written: ['BIGINT', 'INT8'], catalogued: /^bigint$/i },
  { written: ['INTEGER', 'INT', 'INT4'], catalogued: /^integer$/i },
  { written: ['SMALLINT', 'INT2'], catalogued: /^smallint$/i },
  { written: ['DOUBLE PRECISION', 'FLOAT8', 'FLOAT'], catalogued: /^double( precision)?$/i },
  { written: ['REAL', 'FLOAT4'], catalogued: /^(real|float)$/i },
  { written: ['DECIMAL', 'NUMERIC'], catalogued: /^(numeric|decimal)\b/i },
  { written: ['BOOLEAN', 'BOOL'], catalogued: /^boolean$/i },
  { written: ['DATE'], catalogued: /^date$/i },
  { written: ['TIMESTAMP', 'TIMESTAMP WITHOUT TIME ZONE'], catalogued: /^timestamp( without time zone)?$/i },
  { written: ['TIMESTAMPTZ', 'TIMESTAMP WITH TIME ZONE'], catalogued: /^timestamp with time zone$/i },
];

/** Whether a catalogue's name for a type is that of a type as it is written. Of other types it is taken for granted. */
export function isCatalogued(written: string, found: string): boolean {
  return TYPES.find(({ written: spellings }) => spellings.includes(written))?.catalogued.test(found) ?? true;
}
