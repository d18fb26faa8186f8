/** Something that is not the same on every engine, and other ways to write it, each with its answer on all. */
export interface PortableWays {
  readonly what: string;
  /** Each stands behind `SELECT id,`. */
  readonly odd: readonly string[];
  /** Queries over `plays` with their first value. */
  readonly ways: readonly (readonly [sql: string, value: unknown])[];
}

/** What the ways read: its columns are of several types. */
export const PLAYS = `CREATE TEMP TABLE plays AS
SELECT CAST(1 AS BIGINT) AS id, CAST('ann' AS VARCHAR(20)) AS name, CAST(NULL AS VARCHAR(20)) AS note, TIMESTAMP '2018-11-01 23:59:59' AS moment,
  CAST(1.5 AS DOUBLE PRECISION) AS x
UNION ALL
SELECT CAST(2 AS BIGINT), CAST('12,b' AS VARCHAR(20)), CAST('n' AS VARCHAR(20)), TIMESTAMP '2018-11-04 00:00:00', CAST(2.5 AS DOUBLE PRECISION)`;

const FIRST = 'WHERE id = 1';
const JSON_COLUMN = [`SELECT name FROM plays ${FIRST}`, 'ann'] as const;

export const PORTABLE_WAYS: readonly PortableWays[] = [
  {
    what: 'QUALIFY',
    odd: ['name FROM plays QUALIFY ROW_NUMBER() OVER (PARTITION BY name ORDER BY id) = 1'],
    ways: [
      [
        'SELECT id FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id DESC) AS place FROM plays) ranked WHERE place = 1',
        2,
      ],
    ],
  },
  {
    what: 'DISTINCT ON',
    odd: ['(SELECT DISTINCT ON (name) id FROM plays) AS a FROM plays'],
    ways: [
      [
        'SELECT id FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY name ORDER BY id) AS place FROM plays) ranked WHERE place = 1 AND id = 2',
        2,
      ],
    ],
  },
  {
    what: 'LATERAL',
    odd: ['n FROM plays p JOIN LATERAL (SELECT COUNT(*) AS n FROM songs s WHERE s.id = p.id) c ON TRUE'],
    ways: [
      [
        'SELECT n FROM plays p JOIN (SELECT id, COUNT(*) AS n FROM plays GROUP BY id) c ON c.id = p.id WHERE p.id = 1',
        1,
      ],
    ],
  },
  {
    what: 'FILTER (WHERE …)',
    odd: ['COUNT(*) FILTER (WHERE id > 1) AS n FROM plays', 'SUM(x) filter(where id > 1) FROM plays'],
    ways: [['SELECT COUNT(CASE WHEN id > 1 THEN 1 END) + SUM(CASE WHEN id > 1 THEN id END) AS n FROM plays', 3]],
  },
  {
    what: 'GROUP BY ALL or ORDER BY ALL',
    odd: ['COUNT(*) FROM plays GROUP BY ALL', 'name FROM plays ORDER BY ALL'],
    ways: [['SELECT COUNT(*) AS n FROM plays GROUP BY id, name', 1]],
  },
  {
    what: '* EXCLUDE, EXCEPT, REPLACE or RENAME',
    odd: [
      '* EXCLUDE (note) FROM plays',
      '* EXCLUDE note FROM plays',
      'p.* EXCEPT (note) FROM plays p',
      '* REPLACE (1 AS id) FROM plays',
    ],
    ways: [[`SELECT id, name FROM plays ${FIRST}`, 1]],
  },
  {
    what: 'ASOF JOIN',
    odd: [
      's.x FROM plays p ASOF JOIN songs s ON s.moment <= p.moment',
      's.x FROM plays ASOF LEFT JOIN songs s ON TRUE',
    ],
    ways: [
      ['SELECT p.id FROM plays p JOIN (SELECT MAX(moment) AS moment FROM plays) newest ON newest.moment = p.moment', 2],
    ],
  },
  {
    what: 'PIVOT or UNPIVOT',
    odd: ['a FROM plays PIVOT (SUM(x) FOR name IN (1, 2))', 'a FROM plays UNPIVOT (x FOR n IN (a, b))'],
    ways: [
      [
        "SELECT SUM(CASE WHEN name = 'ann' THEN id END) AS ann, SUM(CASE WHEN name <> 'ann' THEN id END) AS others FROM plays",
        1,
      ],
    ],
  },
  {
    what: 'a sample',
    odd: ['name FROM plays USING SAMPLE 10', 'name FROM plays TABLESAMPLE BERNOULLI (10)'],
    ways: [['SELECT id FROM plays WHERE MOD(id, 100) = 2', 2]],
  },
  {
    what: 'TOP',
    odd: ['(SELECT TOP 1 id FROM songs) AS a FROM plays'],
    ways: [
      ['SELECT id FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS place FROM plays) ranked WHERE place <= 1', 1],
    ],
  },
  {
    what: 'MINUS',
    odd: ['name FROM plays MINUS SELECT id, name FROM songs'],
    ways: [['SELECT id FROM plays EXCEPT SELECT id FROM plays WHERE id = 2', 1]],
  },
  {
    what: 'IS DISTINCT FROM',
    odd: ['name FROM plays WHERE name IS DISTINCT FROM note'],
    ways: [
      [
        'SELECT COUNT(*) AS n FROM plays WHERE (name <> note OR (name IS NULL AND note IS NOT NULL) OR (name IS NOT NULL AND note IS NULL))',
        2,
      ],
    ],
  },
  {
    what: 'IS NOT DISTINCT FROM',
    odd: ['name FROM plays WHERE name IS NOT DISTINCT FROM note'],
    ways: [['SELECT COUNT(*) AS n FROM plays WHERE (name = note OR (name IS NULL AND note IS NULL))', 0]],
  },
  { what: 'COLLATE', odd: ['name COLLATE "C" AS a FROM plays'], ways: [['SELECT MIN(name) AS a FROM plays', '12,b']] },
  {
    what: 'VALUES in a query',
    odd: ['a FROM (VALUES (1), (2)) v (a)'],
    ways: [['SELECT SUM(a) AS n FROM (SELECT 1 AS a UNION ALL SELECT 2) v', 3]],
  },
  {
    what: 'WINDOW',
    odd: ['SUM(x) OVER w FROM plays WINDOW w AS (PARTITION BY name)'],
    ways: [['SELECT MAX(n) AS n FROM (SELECT SUM(id) OVER (PARTITION BY name) AS n FROM plays) p', 2]],
  },
  {
    what: 'a window with an ORDER BY and no frame',
    odd: [
      'SUM(x) OVER (ORDER BY id) AS n FROM plays',
      'FIRST_VALUE(COALESCE(name, note)) OVER (PARTITION BY (id) ORDER BY id DESC) FROM plays',
    ],
    ways: [
      [
        'SELECT MAX(n) AS n FROM (SELECT SUM(id) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS n FROM plays) p',
        3,
      ],
    ],
  },
  {
    what: 'a frame of RANGE or GROUPS',
    odd: [
      'SUM(x) OVER (ORDER BY id RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM plays',
      'SUM(x) OVER (ORDER BY id GROUPS UNBOUNDED PRECEDING) FROM plays',
    ],
    ways: [
      ['SELECT MAX(n) AS n FROM (SELECT SUM(id) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) AS n FROM plays) p', 3],
    ],
  },
  {
    what: 'LAG or LEAD with a default',
    odd: ['LAG(id, 1, 0) OVER (ORDER BY id) FROM plays', 'LEAD(COALESCE(id, 2), 1, 0) OVER (ORDER BY id) FROM plays'],
    ways: [['SELECT MIN(n) AS n FROM (SELECT COALESCE(LAG(id, 1) OVER (ORDER BY id), 0) AS n FROM plays) p', 0]],
  },
  {
    what: 'IF',
    odd: ['IF(id > 1, 2, 3) FROM plays', 'IFF(id > 1, 2, 3) FROM plays'],
    ways: [[`SELECT CASE WHEN id > 1 THEN 2 ELSE 3 END AS a FROM plays ${FIRST}`, 3]],
  },
  {
    what: 'NVL or IFNULL',
    odd: ['NVL(note, name) FROM plays', 'ifnull (note, name) FROM plays'],
    ways: [[`SELECT COALESCE(note, name) AS a FROM plays ${FIRST}`, 'ann']],
  },
  {
    what: 'NVL2',
    odd: ['NVL2(note, 1, 2) FROM plays'],
    ways: [[`SELECT CASE WHEN note IS NOT NULL THEN 1 ELSE 2 END AS a FROM plays ${FIRST}`, 2]],
  },
  {
    what: 'DECODE',
    odd: ["DECODE(name, 'ann', 1, 2) FROM plays"],
    ways: [[`SELECT CASE name WHEN 'ann' THEN 1 ELSE 2 END AS a FROM plays ${FIRST}`, 1]],
  },
  { what: 'LEN', odd: ['LEN(name) FROM plays'], ways: [[`SELECT LENGTH(name) AS a FROM plays ${FIRST}`, 3]] },
  {
    what: 'SUBSTR',
    odd: ['SUBSTR(name, 1, 2) FROM plays'],
    ways: [[`SELECT SUBSTRING(name, 1, 2) AS a FROM plays ${FIRST}`, 'an']],
  },
  {
    what: 'INSTR or CHARINDEX',
    odd: ["INSTR(name, 'n') FROM plays", "CHARINDEX('n', name) FROM plays"],
    ways: [[`SELECT STRPOS(name, 'n') AS a FROM plays ${FIRST}`, 2]],
  },
  {
    what: 'CONCAT',
    odd: ['CONCAT(name, note) FROM plays', "CONCAT_WS('-', name, note) FROM plays"],
    ways: [[`SELECT COALESCE(name, '') || COALESCE(note, '') AS a FROM plays ${FIRST}`, 'ann']],
  },
  {
    what: 'STARTS_WITH',
    odd: ["STARTS_WITH(name, 'an') FROM plays"],
    ways: [["SELECT COUNT(*) AS n FROM plays WHERE LEFT(name, 2) = 'an'", 1]],
  },
  {
    what: 'CONTAINS',
    odd: ["CONTAINS(name, 'n') FROM plays"],
    ways: [["SELECT COUNT(*) AS n FROM plays WHERE STRPOS(name, 'n') > 0", 1]],
  },
  {
    what: 'one text of many rows',
    odd: [
      "STRING_AGG(name, ',') FROM plays",
      "LISTAGG(name, ',') WITHIN GROUP (ORDER BY id) FROM plays",
      'ARRAY_AGG(name) FROM plays',
      'list(name) FROM plays',
    ],
    ways: [['SELECT MIN(name) AS a, MAX(name) AS b, COUNT(*) AS n FROM plays', '12,b']],
  },
  {
    what: 'a value of any row',
    odd: ['ANY_VALUE(name) FROM plays', 'FIRST(name) FROM plays', 'ARG_MAX(name, id) FROM plays'],
    ways: [['SELECT MAX(name) AS a FROM plays', 'ann']],
  },
  {
    what: 'DATEDIFF',
    odd: [
      'DATEDIFF(day, moment, moment) FROM plays',
      "DATE_DIFF('day', moment, moment) FROM plays",
      'AGE(moment, moment) FROM plays',
    ],
    ways: [
      ['SELECT CAST(MAX(moment) AS DATE) - CAST(MIN(moment) AS DATE) AS days FROM plays', 3],
      [
        'SELECT CAST(EXTRACT(EPOCH FROM MAX(moment)) - EXTRACT(EPOCH FROM MIN(moment)) AS BIGINT) AS seconds FROM plays',
        172801,
      ],
    ],
  },
  {
    what: 'DATEADD',
    odd: ['DATEADD(day, 1, moment) FROM plays', 'ADD_MONTHS(moment, 1) FROM plays'],
    ways: [[`SELECT CAST(moment + INTERVAL '1 day' AS DATE) - CAST(moment AS DATE) AS a FROM plays ${FIRST}`, 1]],
  },
  {
    what: 'LAST_DAY',
    odd: ['LAST_DAY(moment) FROM plays'],
    ways: [
      [
        `SELECT EXTRACT(DAY FROM CAST(DATE_TRUNC('month', moment) + INTERVAL '1 month' - INTERVAL '1 day' AS DATE)) AS a FROM plays ${FIRST}`,
        30,
      ],
    ],
  },
  {
    what: 'a part of a time as a function',
    odd: ['YEAR(moment) FROM plays', 'day (moment) AS day FROM plays'],
    ways: [[`SELECT EXTRACT(YEAR FROM moment) AS a FROM plays ${FIRST}`, 2018]],
  },
  {
    what: 'a part of a time that not every engine has',
    odd: ['EXTRACT(ISODOW FROM moment) FROM plays', 'EXTRACT(dayofweek FROM moment) FROM plays'],
    ways: [
      [
        `SELECT EXTRACT(DOW FROM moment) + EXTRACT(DOY FROM moment) + EXTRACT(WEEK FROM moment) AS a FROM plays ${FIRST}`,
        4 + 305 + 44,
      ],
    ],
  },
  {
    what: 'DATE_TRUNC without quotes around the part',
    odd: ['DATE_TRUNC(month, moment) FROM plays'],
    ways: [[`SELECT EXTRACT(DAY FROM DATE_TRUNC('month', moment)) AS a FROM plays ${FIRST}`, 1]],
  },
  {
    what: 'an interval without quotes',
    odd: ['moment + INTERVAL 1 DAY FROM plays', 'moment + INTERVAL (id) DAY FROM plays'],
    ways: [[`SELECT EXTRACT(DAY FROM moment + 2 * INTERVAL '1 day') AS a FROM plays ${FIRST}`, 3]],
  },
  {
    what: 'a text of a time',
    odd: ["TO_CHAR(moment, 'YYYY') FROM plays", "STRFTIME(moment, '%Y') FROM plays"],
    ways: [[`SELECT CAST(CAST(moment AS DATE) AS VARCHAR(10)) AS a FROM plays ${FIRST}`, '2018-11-01']],
  },
  {
    what: 'a time of a text',
    odd: [
      "TO_TIMESTAMP(name, 'YYYY') FROM plays",
      "TO_DATE(name, 'YYYY') FROM plays",
      "STRPTIME(name, '%Y') FROM plays",
    ],
    ways: [
      [`SELECT EXTRACT(DAY FROM CAST('2018-11-0' || CAST(id AS VARCHAR(1)) AS TIMESTAMP)) AS a FROM plays ${FIRST}`, 1],
      [`SELECT EXTRACT(DAY FROM CAST('2018-11-0' || CAST(id AS VARCHAR(1)) AS DATE)) AS a FROM plays ${FIRST}`, 1],
      [
        `SELECT EXTRACT(DAY FROM TIMESTAMP '1970-01-01 00:00:00' + id * 86400 * INTERVAL '1 second') AS a FROM plays ${FIRST}`,
        2,
      ],
    ],
  },
  {
    what: 'the time of the clock',
    odd: [
      'NOW() FROM plays',
      'GETDATE() FROM plays',
      'SYSDATE FROM plays',
      'CURRENT_TIMESTAMP AS a FROM plays',
      'LOCALTIMESTAMP FROM plays',
    ],
    ways: [['SELECT EXTRACT(DAY FROM MAX(moment)) AS a FROM plays', 4]],
  },
  {
    what: 'GENERATE_SERIES',
    odd: ['GENERATE_SERIES(1, 9) FROM plays', 'd FROM GENERATE_SERIES(1, 9) AS d (d)'],
    ways: [['SELECT COUNT(*) AS n FROM (SELECT DISTINCT id FROM plays) ids', 2]],
  },
  {
    what: 'TRY_CAST',
    odd: ['TRY_CAST(name AS BIGINT) FROM plays'],
    ways: [
      [
        "SELECT MAX(CASE WHEN SPLIT_PART(name, ',', 1) SIMILAR TO '[0-9]+' THEN CAST(SPLIT_PART(name, ',', 1) AS BIGINT) END) AS a FROM plays",
        12,
      ],
    ],
  },
  {
    what: 'a digest that not every engine has',
    odd: ['SHA256(name) FROM plays', 'HASH(name) FROM plays', 'STRTOL(name, 16) FROM plays'],
    ways: [[`SELECT LENGTH(MD5(name)) AS a FROM plays ${FIRST}`, 32]],
  },
  {
    what: 'LOG',
    odd: ['LOG(x) FROM plays', 'log10(x) FROM plays'],
    ways: [[`SELECT ROUND(CAST(LN(1000.0) / LN(10.0) AS DECIMAL(18, 4))) AS a FROM plays ${FIRST}`, 3]],
  },
  {
    what: 'an array',
    odd: ['UNNEST(name) FROM plays', 'ARRAY[1, 2] FROM plays', 'ARRAY(1, 2) FROM plays'],
    ways: [['SELECT COUNT(*) AS n FROM plays', 2]],
  },
  {
    what: 'a list or a subscript',
    odd: ['[id] AS a FROM plays', 'name[1] AS a FROM plays'],
    ways: [["SELECT SPLIT_PART(name, ',', 2) AS a FROM plays WHERE id = 2", 'b']],
  },
  {
    what: 'an operator of JSON, or a lambda',
    odd: ["note->'a' FROM plays", "note ->> 'a' FROM plays"],
    ways: [JSON_COLUMN],
  },
  {
    what: 'a function of JSON',
    odd: ["JSON_EXTRACT_PATH_TEXT(note, 'a') FROM plays", "json_extract_string(note, 'a') FROM plays"],
    ways: [JSON_COLUMN],
  },
  {
    what: 'a type that not every engine has',
    odd: ['CAST(note AS JSON) FROM plays', 'note::jsonb FROM plays', 'CAST(COALESCE(name, note) AS STRING) FROM plays'],
    ways: [[`SELECT CAST(CAST(id AS DECIMAL(18, 2)) AS INTEGER) + CAST(id AS SMALLINT) AS a FROM plays ${FIRST}`, 2]],
  },
  {
    what: 'the operator ==',
    odd: ['name == note FROM plays'],
    ways: [['SELECT COUNT(*) AS n FROM plays WHERE id = 1', 1]],
  },
  {
    what: 'the operator //',
    odd: ['id // 2 FROM plays'],
    ways: [[`SELECT FLOOR((id + 4) / 2.0) AS a FROM plays ${FIRST}`, 2]],
  },
  { what: 'a name in backticks', odd: ['p.`name FROM plays p'], ways: [JSON_COLUMN] },
  {
    what: 'a comment inside a comment',
    odd: ['name /* a /* b */ c */ FROM plays'],
    ways: [[`-- a /* b\nSELECT name FROM plays ${FIRST}`, 'ann']],
  },
  {
    what: 'a backslash in a literal',
    odd: ["name LIKE 'a\\%' FROM plays", "name || '\\' FROM plays"],
    ways: [
      [`SELECT LENGTH(name || CHR(92)) AS a FROM plays ${FIRST}`, 4],
      ["SELECT COUNT(*) AS n FROM plays WHERE name SIMILAR TO '[0-9]+,b'", 1],
    ],
  },
];
