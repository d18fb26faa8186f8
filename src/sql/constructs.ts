import { RESERVED } from './reserved.ts';
import type { Token } from './tokens.ts';

/** Something that not every engine takes, or not in the same way. */
export interface Construct {
  /** How messages call it. */
  readonly what: string;
  /** What to write instead, after the word "Write". */
  readonly instead: string;
  /** Whether it begins at this token. */
  readonly isAt: (tokens: readonly Token[], at: number) => boolean;
}

type IsAt = Construct['isAt'];

/** Words one after the other, `|` between those of which one may stand there. Only for words that can be no names. */
function words(text: string): IsAt {
  const wanted = text.split(' ').map((one) => one.split('|'));
  return (tokens, at) =>
    wanted.every((some, index) => {
      const token = tokens[at + index];
      return token !== undefined && token.kind !== 'string' && token.kind !== 'quoted' && some.includes(token.key);
    }) && tokens[at - 1]?.key !== '.';
}

/** Characters that stand side by side. */
function symbol(text: string): IsAt {
  return (tokens, at) =>
    [...text].every((one, index) => {
      const token = tokens[at + index];
      return token?.kind === 'other' && token.key === one && token.at === (tokens[at]?.at ?? 0) + index;
    });
}

/** Calls of functions. */
function call(names: string): IsAt {
  const called = new Set(names.split(' '));
  return (tokens, at) => called.has(tokens[at]?.key ?? '') && isCall(tokens, at);
}

/** Whether a word is the name of a function that is called; otherwise it may be an alias with names for columns. */
function isCall(tokens: readonly Token[], at: number): boolean {
  const [before, token, next] = [tokens[at - 1], tokens[at], tokens[at + 1]];
  if (token?.kind !== 'word' || next?.key !== '(') return false;
  const isAlias =
    before?.kind === 'quoted' ||
    before?.key === ')' ||
    before?.key === '.' ||
    (before?.kind === 'word' && (before.key === 'as' || !(RESERVED.has(before.key) || BEFORE_VALUES.has(before.key))));
  const end = closing(tokens, at + 1);
  return !isAlias && !(tokens[end + 1]?.key === 'as' && tokens[end + 2]?.key === '(');
}

/** Words before a value that are not reserved. */
const BEFORE_VALUES = new Set(['by', 'filter', 'range', 'rows', 'then', 'else', 'when', 'set', 'values', 'escape']);

/** The parenthesis that closes the one at a token. */
function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    depth += tokens[at]?.key === '(' ? 1 : tokens[at]?.key === ')' ? -1 : 0;
    if (depth === 0) return at;
  }
  return tokens.length;
}

/** The parenthesis that the one at a token closes. */
function opening(tokens: readonly Token[], close: number): number {
  let depth = 0;
  for (let at = close; at >= 0; at -= 1) {
    depth += tokens[at]?.key === ')' ? 1 : tokens[at]?.key === '(' ? -1 : 0;
    if (depth === 0) return at;
  }
  return -1;
}

/** The tokens in parentheses, without those of parentheses inside. */
function flat(tokens: readonly Token[], open: number): readonly Token[] {
  const inside: Token[] = [];
  const end = closing(tokens, open);
  for (let at = open + 1; at < end; at += 1) {
    const token = tokens[at] as Token;
    inside.push(token);
    if (token.key === '(') at = closing(tokens, at) - 1;
  }
  return inside;
}

function hasKey(tokens: readonly Token[], ...keys: readonly string[]): boolean {
  return tokens.some(({ kind, key }) => kind !== 'string' && keys.includes(key));
}

/** `* EXCLUDE (…)` where a list of columns may stand; otherwise the asterisk multiplies. */
const starWith: IsAt = (tokens, at) => {
  const before = tokens[at - 1]?.key ?? '';
  const next = tokens[at + 1];
  const isList = ['select', 'distinct', 'all', ',', '.'].includes(before);
  return (
    tokens[at]?.key === '*' &&
    isList &&
    next?.kind === 'word' &&
    ['exclude', 'except', 'replace', 'rename'].includes(next.key)
  );
};

/** AWS: "LAG window function", "LEAD window function": a value and an offset. */
const isShift = call('lag lead');
const shiftWithDefault: IsAt = (tokens, at) =>
  isShift(tokens, at) && flat(tokens, at + 1).filter(({ key }) => key === ',').length > 1;

/** AWS: "Window function syntax summary": with an ORDER BY, the others need a frame. */
const FRAMED = new Set(
  'sum avg count min max first_value last_value nth_value stddev variance bool_and bool_or'.split(' '),
);

const orderWithoutFrame: IsAt = (tokens, at) => {
  if (tokens[at]?.key !== 'over' || tokens[at - 1]?.key !== ')' || tokens[at + 1]?.key !== '(') return false;
  const name = tokens[opening(tokens, at - 1) - 1]?.key ?? '';
  const window = flat(tokens, at + 1);
  return FRAMED.has(name) && hasKey(window, 'order') && !hasKey(window, 'rows', 'range', 'groups');
};

const rangeFrame: IsAt = (tokens, at) =>
  tokens[at]?.key === 'over' &&
  tokens[at + 1]?.key === '(' &&
  flat(tokens, at + 1).some(
    ({ key }, index, inside) =>
      ['range', 'groups'].includes(key) && ['between', 'unbounded', 'current'].includes(inside[index + 1]?.key ?? ''),
  );

/** Types that not every engine has, where a type stands: behind `::`, or AS in a CAST. */
const ODD_TYPES = new Set(
  'json jsonb string int64 float64 hugeint ubigint uinteger utinyint tinyint uuid bytea blob bytes super variant struct map list datetime number nvarchar2'.split(
    ' ',
  ),
);
const oddType: IsAt = (tokens, at) => {
  if (!ODD_TYPES.has(tokens[at]?.key ?? '') || tokens[at]?.kind !== 'word') return false;
  const isCast = tokens[at - 1]?.key === ':' && tokens[at - 2]?.key === ':';
  return (
    isCast ||
    (tokens[at - 1]?.key === 'as' && [')', '(', '['].includes(tokens[at + 1]?.key ?? '') && inCast(tokens, at))
  );
};

function inCast(tokens: readonly Token[], at: number): boolean {
  for (let from = at - 1, depth = 0; from > 0; from -= 1) {
    depth += tokens[from]?.key === ')' ? 1 : tokens[from]?.key === '(' ? -1 : 0;
    if (depth < 0) return ['cast', 'try_cast'].includes(tokens[from - 1]?.key ?? '');
  }
  return false;
}

const literalWith =
  (text: string): IsAt =>
  (tokens, at) =>
    tokens[at]?.kind === 'string' && (tokens[at]?.text.includes(text) ?? false);

/** `INTERVAL 1 DAY` and `INTERVAL (n) DAY`. */
const isInterval = words('interval');
const bareInterval: IsAt = (tokens, at) => isInterval(tokens, at) && /^[\d(]/.test(tokens[at + 1]?.key ?? '');

const isWindow = words('window');
const isDateTrunc = call('date_trunc');

const EXTRACTED = 'isodow|isoyear|julian|weekday|dayofweek|dayofyear|yearweek|timezone|timezone_hour|timezone_minute';

const DATES =
  'year month day hour minute second week quarter dayofweek dayofmonth dayofyear weekday weekofyear yearweek isodow dayname monthname epoch epoch_ms';

const CLOCK =
  'CURRENT_DATE in a check or a question; in a table, a time of the data, so that a rebuild makes the same rows';

/** What the engines do not have in common, as far as single words and signs show it. */
export const CONSTRUCTS: readonly Construct[] = [
  {
    what: 'QUALIFY',
    instead:
      'a condition around the query: SELECT … FROM (SELECT …, ROW_NUMBER() OVER (…) AS place FROM …) ranked WHERE place = 1',
    isAt: words('qualify'),
  },
  {
    what: 'DISTINCT ON',
    instead: 'ROW_NUMBER() OVER (PARTITION BY … ORDER BY …) AS place in a query inside, and WHERE place = 1 around it',
    isAt: words('distinct on ('),
  },
  { what: 'LATERAL', instead: 'a join with a query that groups by the columns of the join', isAt: words('lateral') },
  {
    what: 'FILTER (WHERE …)',
    instead: 'a CASE inside: SUM(CASE WHEN … THEN x END), COUNT(CASE WHEN … THEN 1 END)',
    isAt: words('filter ( where'),
  },
  { what: 'GROUP BY ALL or ORDER BY ALL', instead: 'the columns', isAt: words('group|order by all') },
  { what: '* EXCLUDE, EXCEPT, REPLACE or RENAME', instead: 'the columns', isAt: starWith },
  {
    what: 'ASOF JOIN',
    instead: 'a join with the newest row of each key: MAX(…) in a query inside',
    isAt: words('asof join|left'),
  },
  {
    what: 'PIVOT or UNPIVOT',
    instead: 'SUM(CASE WHEN … THEN x END) for each column, or UNION ALL',
    isAt: words('pivot|unpivot'),
  },
  { what: 'a sample', instead: 'a condition on a column: WHERE MOD(id, 100) = 0', isAt: words('using sample') },
  { what: 'a sample', instead: 'a condition on a column: WHERE MOD(id, 100) = 0', isAt: words('tablesample') },
  {
    what: 'TOP',
    instead: 'ROW_NUMBER() OVER (ORDER BY …) AS place in a query inside, and WHERE place <= n around it',
    isAt: words('select top'),
  },
  { what: 'MINUS', instead: 'EXCEPT', isAt: words('minus') },
  {
    what: 'IS DISTINCT FROM',
    instead: '(a <> b OR (a IS NULL AND b IS NOT NULL) OR (a IS NOT NULL AND b IS NULL))',
    isAt: words('is distinct from'),
  },
  {
    what: 'IS NOT DISTINCT FROM',
    instead: '(a = b OR (a IS NULL AND b IS NULL))',
    isAt: words('is not distinct from'),
  },
  {
    what: 'COLLATE',
    instead: 'the column alone: text is compared by its bytes on every engine',
    isAt: words('collate'),
  },
  { what: 'VALUES in a query', instead: 'SELECT 1 AS a UNION ALL SELECT 2', isAt: words('( values (') },
  {
    what: 'WINDOW',
    instead: 'the window behind each OVER',
    isAt: (tokens, at) => isWindow(tokens, at) && tokens[at + 2]?.key === 'as',
  },
  {
    what: 'a window with an ORDER BY and no frame',
    instead: 'ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW behind the ORDER BY, or another frame of ROWS',
    isAt: orderWithoutFrame,
  },
  { what: 'a frame of RANGE or GROUPS', instead: 'a frame of ROWS', isAt: rangeFrame },
  { what: 'LAG or LEAD with a default', instead: 'COALESCE(LAG(x, 1) OVER (…), 0)', isAt: shiftWithDefault },
  { what: 'IF', instead: 'CASE WHEN … THEN … ELSE … END', isAt: call('if iff') },
  { what: 'NVL or IFNULL', instead: 'COALESCE(a, b)', isAt: call('nvl ifnull') },
  { what: 'NVL2', instead: 'CASE WHEN a IS NOT NULL THEN b ELSE c END', isAt: call('nvl2') },
  { what: 'DECODE', instead: "CASE a WHEN 'x' THEN 1 ELSE 2 END", isAt: call('decode') },
  { what: 'LEN', instead: 'LENGTH(a)', isAt: call('len') },
  { what: 'SUBSTR', instead: 'SUBSTRING(a, 1, 8)', isAt: call('substr') },
  { what: 'INSTR or CHARINDEX', instead: "STRPOS(a, 'x')", isAt: call('instr charindex') },
  { what: 'CONCAT', instead: "COALESCE(a, '') || COALESCE(b, '')", isAt: call('concat concat_ws') },
  { what: 'STARTS_WITH', instead: "LEFT(a, 2) = 'xy'", isAt: call('starts_with prefix') },
  { what: 'CONTAINS', instead: "STRPOS(a, 'x') > 0", isAt: call('contains') },
  {
    what: 'one text of many rows',
    instead: 'a table with a row for each of them, or MIN(a), MAX(a) and COUNT(*)',
    isAt: call('string_agg listagg group_concat array_agg list json_agg jsonb_agg json_group_array'),
  },
  {
    what: 'a value of any row',
    instead: 'MIN(a) or MAX(a), or ROW_NUMBER() in a query inside',
    isAt: call('any_value first last arg_min arg_max min_by max_by arbitrary mode'),
  },
  {
    what: 'DATEDIFF',
    instead: 'CAST(b AS DATE) - CAST(a AS DATE) for days, EXTRACT(EPOCH FROM b) - EXTRACT(EPOCH FROM a) for seconds',
    isAt: call('datediff date_diff age'),
  },
  { what: 'DATEADD', instead: "a + INTERVAL '1 day'", isAt: call('dateadd date_add date_sub add_months') },
  {
    what: 'LAST_DAY',
    instead: "CAST(DATE_TRUNC('month', a) + INTERVAL '1 month' - INTERVAL '1 day' AS DATE)",
    isAt: call('last_day'),
  },
  { what: 'a part of a time as a function', instead: 'EXTRACT(YEAR FROM a)', isAt: call(DATES) },
  {
    what: 'a part of a time that not every engine has',
    instead: 'EXTRACT(DOW FROM a), where 0 is Sunday, EXTRACT(DOY FROM a), EXTRACT(WEEK FROM a)',
    isAt: words(`extract ( ${EXTRACTED} from`),
  },
  {
    what: 'DATE_TRUNC without quotes around the part',
    instead: "DATE_TRUNC('month', a)",
    isAt: (tokens, at) => isDateTrunc(tokens, at) && tokens[at + 2]?.kind === 'word' && tokens[at + 3]?.key === ',',
  },
  { what: 'an interval without quotes', instead: "INTERVAL '1 day', or n * INTERVAL '1 day'", isAt: bareInterval },
  {
    what: 'a text of a time',
    instead: 'CAST(CAST(a AS DATE) AS VARCHAR(10)), or EXTRACT(YEAR FROM a)',
    isAt: call('to_char strftime date_format'),
  },
  {
    what: 'a time of a text',
    instead:
      "CAST(a AS TIMESTAMP), CAST(a AS DATE), or TIMESTAMP '1970-01-01 00:00:00' + seconds * INTERVAL '1 second'",
    isAt: call('to_timestamp to_date strptime try_strptime parse_date make_timestamp make_date'),
  },
  {
    what: 'the time of the clock',
    instead: CLOCK,
    isAt: call('now getdate'),
  },
  {
    what: 'the time of the clock',
    instead: CLOCK,
    isAt: words('sysdate|current_timestamp|current_time|localtimestamp|localtime'),
  },
  {
    what: 'GENERATE_SERIES',
    instead: 'SELECT DISTINCT of a column that has these values',
    isAt: call('generate_series generate_subscripts'),
  },
  { what: 'TRY_CAST', instead: "CASE WHEN a SIMILAR TO '[0-9]+' THEN CAST(a AS BIGINT) END", isAt: call('try_cast') },
  {
    what: 'a digest that not every engine has',
    instead: 'MD5(a)',
    isAt: call('hash fnv_hash strtol sha1 sha2 sha256 farmfingerprint64 md5_number'),
  },
  { what: 'LOG', instead: 'LN(a) / LN(10)', isAt: call('log log10 log2') },
  { what: 'an array', instead: 'a table with a row for each value', isAt: words('unnest') },
  { what: 'an array', instead: 'a table with a row for each value', isAt: words('array [|(') },
  {
    what: 'a list or a subscript',
    instead: "a column for each value, or SPLIT_PART(a, ',', 1)",
    isAt: (tokens, at) => tokens[at]?.key === '[' && tokens[at - 1]?.key !== 'array',
  },
  {
    what: 'an operator of JSON, or a lambda',
    instead: 'a column of its own in the staging table, filled by its jsonpaths file',
    isAt: symbol('->'),
  },
  {
    what: 'a function of JSON',
    instead: 'a column of its own in the staging table, filled by its jsonpaths file',
    isAt: call(
      'json_extract json_extract_string json_extract_path_text json_value json_query get_json_object json_parse json_array_length',
    ),
  },
  {
    what: 'a type that not every engine has',
    instead:
      'one of VARCHAR(n), BIGINT, INTEGER, SMALLINT, DOUBLE PRECISION, DECIMAL(p, s), BOOLEAN, DATE and TIMESTAMP',
    isAt: oddType,
  },
  { what: 'the operator ==', instead: '=', isAt: symbol('==') },
  { what: 'the operator //', instead: 'FLOOR(a / 2.0)', isAt: symbol('//') },
  { what: 'a name in backticks', instead: 'the name alone', isAt: symbol('`') },
  {
    what: 'a comment inside a comment',
    instead: '-- before each line of a comment',
    isAt: (tokens, at) => symbol('*/')(tokens, at) || symbol('/*')(tokens, at),
  },
  { what: 'a backslash in a literal', instead: 'CHR(92), or [0-9] for \\d in a pattern', isAt: literalWith('\\') },
];
