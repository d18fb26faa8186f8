import { coercionSql } from './coercion.ts';

/** PostgreSQL's own text functions, declared on bpchar: the bytes stay the same, and no trailing blank is lost. */
const TEXT_FUNCTIONS = `
  length(bpchar) integer textlen
  octet_length(bpchar) integer textoctetlen
  md5(bpchar) bpchar md5_text
  lower(bpchar) bpchar lower
  upper(bpchar) bpchar upper
  initcap(bpchar) bpchar initcap
  ltrim(bpchar) bpchar ltrim1
  ltrim(bpchar,bpchar) bpchar ltrim
  rtrim(bpchar) bpchar rtrim1
  rtrim(bpchar,bpchar) bpchar rtrim
  btrim(bpchar) bpchar btrim1
  btrim(bpchar,bpchar) bpchar btrim
  lpad(bpchar,integer,bpchar) bpchar lpad
  rpad(bpchar,integer,bpchar) bpchar rpad
  replace(bpchar,bpchar,bpchar) bpchar replace_text
  repeat(bpchar,integer) bpchar repeat
  reverse(bpchar) bpchar text_reverse
  strpos(bpchar,bpchar) integer textpos
  split_any(bpchar,bpchar,integer) bpchar split_part
  left_any(bpchar,integer) bpchar text_left
  right_any(bpchar,integer) bpchar text_right
  substring(bpchar,integer) bpchar text_substr_no_len
  substring(bpchar,integer,integer) bpchar text_substr
  substr(bpchar,integer) bpchar text_substr_no_len
  substr(bpchar,integer,integer) bpchar text_substr
  concat(bpchar,bpchar) bpchar textcat
  concatenate(bpchar,bpchar) bpchar textcat
  concatenate(bpchar,text) bpchar textcat
  concatenate(text,bpchar) bpchar textcat`;

const COMPARISONS = ['= bpchareq', '<> bpcharne', '< bpcharlt', '<= bpcharle', '> bpchargt', '>= bpcharge'];

function textFunctions(): string {
  const lines = TEXT_FUNCTIONS.trim().split('\n');
  return lines
    .map((line) => {
      const [signature, result, internal] = line.trim().split(' ');
      return `CREATE FUNCTION redshift.${signature} RETURNS ${result} LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS '${internal}';`;
    })
    .join('\n');
}

function operators(): string {
  const pairs = ['bpchar,bpchar', 'bpchar,text', 'text,bpchar'];
  const sides = (pair: string): string => `LEFTARG = ${pair.split(',')[0]}, RIGHTARG = ${pair.split(',')[1]}`;
  const concatenations = pairs.map(
    (pair) => `CREATE OPERATOR redshift.|| (${sides(pair)}, FUNCTION = redshift.concatenate);`,
  );
  // A literal of a CASE is text. Trailing blanks do not count in comparisons of text and VARCHAR either.
  const comparisons = COMPARISONS.flatMap((line) => {
    const [operator, internal] = line.split(' ');
    return pairs.slice(1).map(
      (
        pair,
      ) => `CREATE FUNCTION redshift.${internal}(${pair}) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS '${internal}';
CREATE OPERATOR redshift.${operator} (${sides(pair)}, FUNCTION = redshift.${internal});`,
    );
  });
  return [...concatenations, ...comparisons].join('\n');
}

/**
 * AWS: "SYSDATE", "GETDATE", "EXTRACT", "DATEADD", "STRTOL"; page "SQL functions reference"; "SPLIT_PART", "LEFT and RIGHT
 * functions": positive integers.
 */
const FUNCTIONS = `
CREATE FUNCTION redshift.sysdate() RETURNS timestamp LANGUAGE sql STABLE AS
  'SELECT CAST(transaction_timestamp() AS timestamp)';
CREATE FUNCTION redshift.version() RETURNS bpchar LANGUAGE sql IMMUTABLE AS
  'SELECT CAST(''PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.10936'' AS bpchar)';
CREATE FUNCTION redshift.db_collation() RETURNS bpchar LANGUAGE sql STABLE AS
  'SELECT CAST(''case_sensitive'' AS bpchar)';
-- The schema of these functions is none of the user's.
CREATE FUNCTION redshift.current_schema() RETURNS name LANGUAGE sql STABLE AS
  'SELECT nullif(pg_catalog.current_schema(), ''redshift'')';
CREATE FUNCTION redshift.getdate() RETURNS timestamp LANGUAGE sql STABLE AS
  'SELECT date_trunc(''second'', CAST(statement_timestamp() AS timestamp))';
CREATE FUNCTION redshift.part_of(text, numeric) RETURNS integer LANGUAGE sql IMMUTABLE AS
  'SELECT CAST(CASE $1 WHEN ''milliseconds'' THEN mod(trunc($2), 1000) WHEN ''microseconds'' THEN mod(trunc($2), 1000000)
    ELSE floor($2) END AS integer)';
CREATE FUNCTION redshift.date_part(part text, v timestamp) RETURNS integer LANGUAGE sql IMMUTABLE AS
  'SELECT redshift.part_of(part, CAST(pg_catalog.date_part(part, v) AS numeric))';
CREATE FUNCTION redshift.date_part(part text, v date) RETURNS integer LANGUAGE sql IMMUTABLE AS
  'SELECT redshift.part_of(part, CAST(pg_catalog.date_part(part, CAST(v AS timestamp)) AS numeric))';
CREATE FUNCTION redshift.date_part(part text, v time) RETURNS integer LANGUAGE sql IMMUTABLE AS
  'SELECT redshift.part_of(part, CAST(pg_catalog.date_part(part, v) AS numeric))';
CREATE FUNCTION redshift.date_part(part text, v interval) RETURNS integer LANGUAGE sql IMMUTABLE AS
  'SELECT redshift.part_of(part, CAST(pg_catalog.date_part(part, v) AS numeric))';
CREATE FUNCTION redshift.date_part(part text, v timestamptz) RETURNS double precision LANGUAGE sql STABLE AS
  'SELECT pg_catalog.date_part(part, v)';
CREATE FUNCTION redshift.date_trunc(text, date) RETURNS timestamp LANGUAGE sql IMMUTABLE AS
  'SELECT date_trunc($1, CAST($2 AS timestamp))';
CREATE FUNCTION redshift.months_since(part text, v timestamp) RETURNS bigint LANGUAGE sql IMMUTABLE AS
  'SELECT CAST(CASE part WHEN ''quarter'' THEN extract(year FROM v) * 4 + extract(quarter FROM v)
     WHEN ''month'' THEN extract(year FROM v) * 12 + extract(month FROM v)
     WHEN ''millennium'' THEN extract(millennium FROM v) WHEN ''century'' THEN extract(century FROM v)
     WHEN ''decade'' THEN extract(decade FROM v) ELSE extract(year FROM v) END AS bigint)';
CREATE FUNCTION redshift.dateadd(part text, n integer, v timestamp) RETURNS timestamp LANGUAGE sql IMMUTABLE AS
  'SELECT v + n * CAST(CASE part WHEN ''quarter'' THEN ''3 months'' ELSE ''1 '' || part END AS interval)';
CREATE FUNCTION redshift.datediff(part text, a timestamp, b timestamp) RETURNS bigint LANGUAGE sql IMMUTABLE AS
  'SELECT CAST(CASE
     WHEN part IN (''millennium'', ''century'', ''decade'', ''year'', ''quarter'', ''month'') THEN redshift.months_since(part, b) - redshift.months_since(part, a)
     ELSE extract(epoch FROM date_trunc(part, b) - date_trunc(part, a))
       / CASE part WHEN ''microseconds'' THEN 0.000001 WHEN ''milliseconds'' THEN 0.001
         ELSE extract(epoch FROM CAST(''1 '' || part AS interval)) END END AS bigint)';
CREATE FUNCTION redshift.pg_last_copy_id(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION redshift.pg_last_copy_count(bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION redshift.pg_backend_pid(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION redshift.strtol(bpchar, integer) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE n bigint := 0; d integer;
BEGIN
  FOR i IN 1 .. length($1) LOOP
    d := strpos('0123456789abcdefghijklmnopqrstuvwxyz', lower(substring($1, i, 1))) - 1;
    IF d < 0 OR d >= $2 THEN RAISE EXCEPTION 'The input % is not valid to be converted to base %', $1, $2; END IF;
    n := n * $2 + d;
  END LOOP;
  RETURN n;
END $$;
CREATE FUNCTION redshift.at_least(n integer, bound integer, words text) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF n < bound THEN RAISE EXCEPTION '%', words; END IF;
  RETURN n;
END $$;
CREATE FUNCTION redshift.split_part(bpchar, bpchar, integer) RETURNS bpchar LANGUAGE sql IMMUTABLE STRICT AS
  'SELECT redshift.split_any($1, $2, redshift.at_least($3, 1, ''field position must be greater than zero''))';
CREATE FUNCTION redshift.left(bpchar, integer) RETURNS bpchar LANGUAGE sql IMMUTABLE STRICT AS
  'SELECT redshift.left_any($1, redshift.at_least($2, 0, ''negative substring length not allowed''))';
CREATE FUNCTION redshift.right(bpchar, integer) RETURNS bpchar LANGUAGE sql IMMUTABLE STRICT AS
  'SELECT redshift.right_any($1, redshift.at_least($2, 0, ''negative substring length not allowed''))';
CREATE FUNCTION redshift.position(bpchar, bpchar) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT strpos($2, $1)';
CREATE FUNCTION redshift.btrim_from(bpchar, bpchar) RETURNS bpchar LANGUAGE sql IMMUTABLE AS 'SELECT btrim($2, $1)';
CREATE FUNCTION redshift.ltrim_from(bpchar, bpchar) RETURNS bpchar LANGUAGE sql IMMUTABLE AS 'SELECT ltrim($2, $1)';
CREATE FUNCTION redshift.rtrim_from(bpchar, bpchar) RETURNS bpchar LANGUAGE sql IMMUTABLE AS 'SELECT rtrim($2, $1)';
CREATE FUNCTION redshift.listagg_step(bpchar, anyelement, bpchar) RETURNS bpchar LANGUAGE sql IMMUTABLE AS
  'SELECT CASE WHEN $2 IS NULL THEN $1 WHEN $1 IS NULL THEN CAST($2 AS bpchar)
    ELSE redshift.concatenate(redshift.concatenate($1, $3), CAST($2 AS bpchar)) END';
CREATE FUNCTION redshift.listagg_end(bpchar) RETURNS bpchar LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF octet_length($1) > 65535 THEN RAISE EXCEPTION 'Result size exceeds LISTAGG limit'; END IF;
  RETURN $1;
END $$;
CREATE AGGREGATE redshift.listagg(anyelement, bpchar) (SFUNC = redshift.listagg_step, STYPE = bpchar, FINALFUNC = redshift.listagg_end);
CREATE FUNCTION redshift.raw(bpchar) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS 'SELECT textin(bpcharout($1))';
CREATE FUNCTION redshift.cut_bytes(v bpchar, n integer) RETURNS bpchar LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE b bytea := convert_to(redshift.raw(v), 'UTF8');
BEGIN
  WHILE n > 0 AND (get_byte(b, n) & 192) = 128 LOOP n := n - 1; END LOOP;
  RETURN CAST(convert_from(substring(b FROM 1 FOR n), 'UTF8') AS bpchar);
END $$;
CREATE FUNCTION redshift."varchar"(v bpchar, n integer) RETURNS bpchar LANGUAGE sql IMMUTABLE AS
  'SELECT CASE WHEN octet_length($1) <= $2 THEN $1 ELSE redshift.cut_bytes($1, $2) END';
CREATE FUNCTION redshift.cut_blanks() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE row jsonb := to_jsonb(NEW); v bpchar;
BEGIN
  FOR i IN 0 .. TG_NARGS / 2 - 1 LOOP
    v := CAST(row ->> TG_ARGV[2 * i] AS bpchar);
    row := jsonb_set(row, ARRAY[CAST(TG_ARGV[2 * i] AS text)], COALESCE(to_jsonb(redshift.raw(redshift."varchar"(v, CAST(TG_ARGV[2 * i + 1] AS integer)))), 'null'));
  END LOOP;
  RETURN jsonb_populate_record(NEW, row);
END $$;
`;

/** AWS: SYS_LOAD_ERROR_DETAIL, STL_LOAD_ERRORS, SYS_LOAD_HISTORY, SYS_QUERY_HISTORY; pages "SYS_LOAD_ERROR_DETAIL" and "STL_LOAD_ERRORS". */
const LOGS = `
CREATE TABLE redshift.sys_load_error_detail (
  user_id integer, query_id bigint, transaction_id bigint, session_id integer, database_name char(64), table_id integer,
  start_time timestamp, file_name char(256), line_number bigint, column_name char(127), column_type char(10),
  column_length char(10), position integer, error_code integer, error_message char(512));
CREATE TABLE redshift.stl_load_errors (
  userid integer, slice integer, tbl integer, starttime timestamp, session integer, query integer, filename char(256),
  line_number bigint, colname char(127), type char(10), col_length char(10), position integer, raw_line char(1024),
  raw_field_value char(1024), err_code integer, err_reason char(100), is_partial integer, start_offset bigint);
CREATE TABLE redshift.sys_load_history (
  user_id integer, query_id bigint, transaction_id bigint, session_id integer, database_name bpchar, status bpchar,
  table_name bpchar, start_time timestamp, end_time timestamp, duration bigint, data_source bpchar, file_format bpchar,
  loaded_rows bigint, loaded_bytes bigint, source_file_count integer, source_file_bytes bigint,
  file_count_scanned integer, file_bytes_scanned bigint, error_count bigint, copy_job_id bigint);
CREATE TABLE redshift.sys_query_history (
  user_id integer, query_id bigint, transaction_id bigint, session_id integer, database_name char(128),
  query_type char(32), status char(10), start_time timestamp, end_time timestamp, returned_rows bigint,
  error_message char(512), query_text char(4000));
`;

/**
 * AWS: SVV_TABLES, SVV_COLUMNS, SVV_TABLE_INFO (which omits empty tables: uncertain, page "SQL functions reference"),
 * PG_TABLE_DEF.
 */
const VIEWS = `
CREATE VIEW redshift.svv_all_schemas AS
  SELECT current_database() AS database_name, nspname AS schema_name, CAST('local' AS bpchar) AS schema_type
  FROM pg_catalog.pg_namespace WHERE nspname <> 'redshift' AND nspname NOT LIKE 'pg\\_t%'
  UNION ALL SELECT current_database(), 'pg_internal', 'local';
CREATE VIEW redshift.svv_tables AS
  SELECT table_catalog, CAST(CASE table_schema WHEN 'redshift' THEN 'pg_catalog' ELSE table_schema END AS name)
    AS table_schema, table_name, CAST(CASE table_schema WHEN 'redshift' THEN 'VIEW' ELSE table_type END AS bpchar)
    AS table_type, CAST(NULL AS bpchar) AS remarks
  FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema');
CREATE VIEW redshift.svv_redshift_tables AS
  SELECT table_catalog AS database_name, table_schema AS schema_name, table_name,
    CASE table_type WHEN 'VIEW' THEN 'VIEW' ELSE 'TABLE' END AS table_type
  FROM redshift.svv_tables WHERE table_schema <> 'pg_catalog';
CREATE VIEW redshift.svv_columns AS
  SELECT table_catalog, CAST(CASE table_schema WHEN 'redshift' THEN 'pg_catalog' ELSE table_schema END AS name)
    AS table_schema, table_name, column_name, ordinal_position, column_default, is_nullable,
    CASE WHEN udt_name LIKE 'unknown_literal_%' THEN 'unknown'
      WHEN data_type = 'character' AND character_maximum_length IS NULL THEN 'character varying' ELSE data_type END
      AS data_type,
    CASE WHEN domain_name LIKE 'varchar_%' THEN CAST(substr(domain_name, 9) AS integer)
      WHEN data_type = 'character' THEN COALESCE(character_maximum_length, 65535) END AS character_maximum_length,
    numeric_precision, numeric_scale
  FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema');
CREATE FUNCTION redshift.rows_of(t oid) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE n bigint;
BEGIN
  EXECUTE format('SELECT count(*) FROM %s', CAST(t AS regclass)) INTO n;
  RETURN n;
END $$;
CREATE VIEW redshift.svv_table_info AS
  SELECT * FROM (
    SELECT current_database() AS database, n.nspname AS schema, CAST(c.oid AS integer) AS table_id,
      c.relname AS "table", 'N' AS encoded, 'AUTO(EVEN)' AS diststyle, CAST(NULL AS bpchar) AS sortkey1,
      CAST(redshift.rows_of(c.oid) AS numeric(38,0)) AS tbl_rows, CAST(0 AS numeric(5,2)) AS stats_off
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname NOT IN ('redshift', 'pg_catalog', 'information_schema')
      AND n.nspname NOT LIKE 'pg_temp%'
  ) tables WHERE tbl_rows > 0;
`;

/** The schema in every database of the stand-in that makes PostgreSQL behave like Redshift. */
export function bootstrapSql(isolation: 'SNAPSHOT' | 'SERIALIZABLE'): string {
  const level = isolation === 'SNAPSHOT' ? 'Snapshot Isolation' : 'Serializable';
  return `CREATE SCHEMA redshift;
${textFunctions()}
${operators()}
${coercionSql()}
${FUNCTIONS}
${LOGS}
${VIEWS}
CREATE VIEW redshift.stv_db_isolation_level AS
  SELECT CAST(datname AS char(128)) AS db_name, CAST('${level}' AS char(20)) AS isolation_level
  FROM pg_catalog.pg_database WHERE NOT datistemplate;`;
}

/** A trigger that cuts a VARCHAR's surplus blanks when a row is written, because the domain accepts them. */
export function blanksTriggerSql(table: string, columns: readonly { name: string; bytes: number }[]): string {
  const tooLong = columns.map(({ name, bytes }) => `octet_length(NEW.${quoted(name)}) > ${bytes}`).join(' OR ');
  const pairs = columns.map(({ name, bytes }) => `'${name.replaceAll("'", "''")}', '${bytes}'`).join(', ');
  return `CREATE TRIGGER cut_blanks BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW WHEN (${tooLong})
EXECUTE FUNCTION redshift.cut_blanks(${pairs})`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
