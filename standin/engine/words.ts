const list = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Words that are not names unless quoted. AWS: Database Developer Guide, "Reserved words" (r_pg_keywords). */
export const RESERVED = list(`
  aes128 aes256 all allowoverwrite analyse analyze and any array as asc authorization az64 backup between binary
  blanksasnull both bytedict bzip2 case cast check collate column constraint create credentials cross current_date
  current_time current_timestamp current_user current_user_id default deferrable deflate defrag delta delta32k desc
  disable distinct do else emptyasnull enable encode encrypt encryption end except explicit false for foreign freeze
  from full globaldict256 globaldict64k grant group gzip having identity ignore ilike in initially inner intersect
  interval into is isnull join language leading left like limit localtime localtimestamp lun luns lzo lzop minus
  mostly16 mostly32 mostly8 natural new not notnull null nulls off offline offset oid old on only open or order outer
  overlaps parallel partition percent permissions pivot placing primary raw readratio recover references rejectlog
  resort respect restore right select session_user similar snapshot some sysdate system table tag tdes text255 text32k
  then timestamp to top trailing true truncatecolumns union unique unnest unpivot user using verbose wallet when where
  with without`);

/** Not reserved, but they fail as an alias without AS (AWS: the note at the head of the same page), or begin a clause. */
export const UNFIT_AS_BARE_ALIAS = list('start connect qualify');

/**
 * AWS: "Aggregate functions" and the window functions of the same names; page "SQL functions reference". LISTAGG is read
 * separately.
 */
export const AGGREGATES = list(
  'count sum avg min max stddev stddev_samp stddev_pop variance var_samp var_pop bool_and bool_or',
);

/** Ranking functions take an ORDER BY and no frame. AWS: "Window functions" (c_Window_functions). */
export const RANKING = list('row_number rank dense_rank percent_rank cume_dist ntile lag lead');

/** Ranking functions with another result type in PostgreSQL; AWS: their pages. */
export const RANK_TYPES: ReadonlyMap<string, string> = new Map([
  ['rank', 'integer'],
  ['dense_rank', 'integer'],
  ['ntile', 'bigint'],
]);

/** These take a frame, and need one if there is an ORDER BY. AWS: "Window functions". */
export const FRAMED = list('first_value last_value nth_value');

/** The PostgreSQL name of a scalar function, and how many arguments it takes. AWS: "SQL functions reference". */
export interface Scalar {
  readonly name: string;
  readonly least: number;
  readonly most: number;
}

const MANY = 1000;
const scalar = (name: string, least: number, most = least): Scalar => ({ name, least, most });

/** The functions that are accepted outside OVER. Others may exist on Redshift; add them when needed. */
export const SCALARS: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ['coalesce', scalar('coalesce', 1, MANY)],
  ['nvl', scalar('coalesce', 1, MANY)],
  ['nullif', scalar('nullif', 2)],
  ['greatest', scalar('greatest', 1, MANY)],
  ['least', scalar('least', 1, MANY)],
  ['md5', scalar('md5', 1)],
  ['len', scalar('length', 1)],
  ['length', scalar('length', 1)],
  ['char_length', scalar('length', 1)],
  ['character_length', scalar('length', 1)],
  ['textlen', scalar('length', 1)],
  ['octet_length', scalar('octet_length', 1)],
  ['lower', scalar('lower', 1)],
  ['upper', scalar('upper', 1)],
  ['initcap', scalar('initcap', 1)],
  ['ltrim', scalar('ltrim', 1, 2)],
  ['rtrim', scalar('rtrim', 1, 2)],
  ['btrim', scalar('btrim', 1, 2)],
  ['left', scalar('redshift.left', 2)],
  ['right', scalar('redshift.right', 2)],
  ['lpad', scalar('lpad', 2, 3)],
  ['rpad', scalar('rpad', 2, 3)],
  ['replace', scalar('replace', 3)],
  ['repeat', scalar('repeat', 2)],
  ['reverse', scalar('reverse', 1)],
  ['strpos', scalar('strpos', 2)],
  ['split_part', scalar('redshift.split_part', 3)],
  ['concat', scalar('redshift.concat', 2)],
  ['chr', scalar('chr', 1)],
  ['quote_ident', scalar('quote_ident', 1)],
  ['quote_literal', scalar('quote_literal', 1)],
  ['to_char', scalar('to_char', 2)],
  ['to_date', scalar('to_date', 2)],
  // page "SQL functions reference": there is no TO_TIMESTAMP of one argument.
  ['to_timestamp', scalar('to_timestamp', 2)],
  ['to_number', scalar('to_number', 2)],
  ['date_trunc', scalar('date_trunc', 2)],
  ['getdate', scalar('redshift.getdate', 0)],
  ['abs', scalar('abs', 1)],
  ['ceil', scalar('ceil', 1)],
  ['ceiling', scalar('ceil', 1)],
  ['floor', scalar('floor', 1)],
  ['round', scalar('round', 1, 2)],
  ['trunc', scalar('trunc', 1, 2)],
  ['mod', scalar('mod', 2)],
  ['power', scalar('power', 2)],
  ['sqrt', scalar('sqrt', 1)],
  ['exp', scalar('exp', 1)],
  ['ln', scalar('ln', 1)],
  ['sign', scalar('sign', 1)],
  ['random', scalar('random', 0)],
  ['strtol', scalar('redshift.strtol', 2)],
]);

/**
 * Functions of the leader node: they work in a statement that reads no user table, and fail in any other. AWS: "Leader
 * node-only functions" (c_sql-functions-leader-node), "CURRENT_TIMESTAMP", page "SQL functions reference" and the
 * corrections (SUBSTR, LOG, NOW).
 */
export const LEADER_ONLY: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ['now', scalar('now', 0)],
  ['substr', scalar('substr', 2, 3)],
  ['log', scalar('log', 1)],
  ['current_schema', scalar('redshift.current_schema', 0)],
  ['current_database', scalar('current_database', 0)],
  // As shown in HeidiSQL issue 802.
  ['version', scalar('redshift.version', 0)],
  // AWS: "DB_COLLATION"; databases of the stand-in are case-sensitive.
  ['db_collation', scalar('redshift.db_collation', 0)],
  ['age', scalar('age', 1, 2)],
  ['has_table_privilege', scalar('has_table_privilege', 2, 3)],
  ['has_schema_privilege', scalar('has_schema_privilege', 2, 3)],
  ['has_database_privilege', scalar('has_database_privilege', 2, 3)],
  ['pg_get_viewdef', scalar('pg_get_viewdef', 1, 2)],
  ['pg_table_is_visible', scalar('pg_table_is_visible', 1)],
  ['generate_series', scalar('generate_series', 2, 3)],
]);

/**
 * Other functions that Redshift has; AWS: "SQL functions reference". The message for them says that they are missing in
 * the stand-in, not in Redshift.
 */
export const NOT_IMITATED = list(`
  acos add_months any_value array array_concat array_flatten ascii asin atan atan2 bit_and bit_or can_json_parse cbrt charindex
  checksum convert_timezone cos cot crc32 current_setting date_cmp date_cmp_timestamp date_cmp_timestamptz degrees dexp dlog1
  dlog10 farmfingerprint64 fnv_hash from_hex from_varbyte func_sha1 get_array_length hll hll_cardinality interval_cmp is_array
  is_object is_valid_json is_valid_json_array isnull json_array_length json_extract_array_element_text
  json_extract_path_text json_parse json_serialize json_size json_typeof last_day median months_between next_day object
  octetindex percentile_cont percentile_disc pi radians ratio_to_report regexp_count regexp_instr regexp_replace regexp_substr
  set_config sha sha1 sha2 sin soundex split_to_array subarray tan timeofday timestamp_cmp timestamptz_cmp timezone to_hex to_varbyte
  translate try_cast`);

/**
 * The catalogue that Redshift shares with PostgreSQL; AWS: "System catalog tables", "Querying the catalog tables". Tables
 * that only PostgreSQL has, PG_ROLES and PG_SEQUENCES for example, are refused.
 */
export const CATALOGUE = list(`
  pg_attrdef pg_attribute pg_class pg_constraint pg_database pg_depend pg_description pg_group pg_index pg_language pg_locks
  pg_namespace pg_proc pg_settings pg_shadow pg_stat_activity pg_tables pg_type pg_user pg_views columns schemata tables
  table_constraints table_privileges column_privileges key_column_usage constraint_column_usage referential_constraints views`);

/**
 * The columns that PostgreSQL gives every table. AWS: "Names and identifiers" reserves them; it does not say what they
 * hold in Redshift.
 */
export const SYSTEM_COLUMNS = list('ctid xmin xmax cmin cmax tableoid');

/** Other statements that Redshift has; AWS: "SQL commands". */
export const NOT_IMITATED_STATEMENTS = list(`
  alter attach call cancel close deallocate declare describe desc detach execute fetch merge prepare reassign refresh
  unload use`);

/** The parts of EXTRACT, DATE_PART and DATE_TRUNC with PostgreSQL's names. AWS: "Date parts" (r_Dateparts); no isodow. */
export const DATE_PARTS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    millennium: 'millennium mil mils millennia',
    century: 'century c cent cents',
    decade: 'decade decades dec decs',
    year: 'year y yr yrs years',
    quarter: 'quarter qtr qtrs quarters',
    month: 'month mon mons months',
    week: 'week w weeks',
    dow: 'dayofweek dow dw weekday',
    doy: 'dayofyear doy dy yearday',
    day: 'day d days',
    hour: 'hour h hr hrs hours',
    minute: 'minute m min mins minutes',
    second: 'second s sec secs seconds',
    milliseconds: 'millisecond ms msec msecs msecond mseconds millisec millisecs millisecon milliseconds',
    microseconds: 'microsecond us usec usecs usecond useconds microsec microsecs microsecon microseconds',
    epoch: 'epoch',
  }).flatMap(([name, spellings]) => spellings.split(' ').map((spelling) => [spelling, name] as const)),
);

const WHOLE = 'smallint integer bigint numeric';
const TIMES = 'date timestamp timestamptz';

/**
 * The types that an encoding supports. AWS: "Compression encodings" (c_Compression_encodings), its table, and ENCODE
 * AUTO.
 */
export const ENCODING_TYPES: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    auto: 'all',
    raw: 'all',
    zstd: 'all',
    az64: `${WHOLE} ${TIMES}`,
    bytedict: `${WHOLE} real double varchar char ${TIMES}`,
    delta: `${WHOLE} date timestamp`,
    delta32k: 'integer bigint numeric date timestamp',
    lzo: `${WHOLE} varchar char ${TIMES}`,
    mostly8: WHOLE,
    mostly16: 'integer bigint numeric',
    mostly32: 'bigint numeric',
    runlength: `${WHOLE} real double boolean varchar char ${TIMES}`,
    text255: 'varchar',
    text32k: 'varchar',
  }).map(([name, types]) => [name, list(types)] as const),
);
