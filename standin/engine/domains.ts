/** A VARCHAR or CHAR with its length in bytes. A domain represents it in PostgreSQL. */
export interface TextType {
  readonly kind: 'varchar' | 'char';
  readonly bytes: number;
}

/** The name of the domain of a VARCHAR(n) or CHAR(n). */
export function domainOf({ kind, bytes }: TextType): string {
  return `redshift.${kind}_${bytes}`;
}

/** The type of a bare literal that is a column: it has no conversions and no operators. */
export function unknownType(side: 0 | 1): string {
  return `redshift.unknown_literal_${side}`;
}

/** Creates the domain of a VARCHAR(n) or CHAR(n). */
export function domainSql(type: TextType): string {
  return `DO $$ BEGIN
  ${type.kind === 'char' ? charSql(type) : varcharSql(type)}
EXCEPTION WHEN duplicate_object THEN NULL; END $$`;
}

/** The length is in bytes, and surplus blanks do not count (page "Character types"). */
function varcharSql(type: TextType): string {
  const { bytes } = type;
  return `CREATE DOMAIN ${domainOf(type)} AS bpchar
    CHECK (octet_length(VALUE) <= ${bytes} OR octet_length(rtrim(redshift.raw(VALUE), ' ')) <= ${bytes});`;
}

/** Single bytes only (page "Character types"); its length does not include trailing blanks (AWS: "LEN function"). */
function charSql(type: TextType): string {
  const domain = domainOf(type);
  return `CREATE DOMAIN ${domain} AS character(${type.bytes}) CHECK (octet_length(VALUE) = textlen(redshift.raw(VALUE)));
  CREATE FUNCTION redshift.length(${domain}) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS
    'SELECT textlen(redshift.raw(rtrim(CAST($1 AS bpchar), '' '')))';`;
}
