import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const STAGING = 6;
const COLUMNS = Array.from({ length: 12 }, (_, at) => `c${at + 1}`);

/** Writes a model with many star tables, each with a comment on every column. */
export function writeWideModel(folder: string, star: number): void {
  for (let at = 1; at <= STAGING; at += 1) {
    const head = `-- Source ${at}.\n-- source: S${at}\n-- key: id`;
    write(folder, `staging/staging_s${at}.sql`, `${head}\n${create(`staging_s${at}`)}\n`);
  }
  for (let at = 1; at <= star; at += 1) {
    const select = `SELECT id, ${COLUMNS.join(', ')}\nFROM current_s${(at % STAGING) + 1}\nWHERE c1 IS NOT NULL`;
    const head = `-- Table ${at} of many.\n-- key: id`;
    write(folder, `star/table_${at}.sql`, `${head}\n${create(`table_${at}`)};\n\n${select}\n`);
  }
}

function create(table: string): string {
  const columns = COLUMNS.map(
    (name, at) =>
      `  ${name} VARCHAR(200)${at === COLUMNS.length - 1 ? '' : ','} -- What the source says of ${name}, in words.`,
  );
  return `CREATE TABLE ${table} (\n  id BIGINT NOT NULL, -- The id.\n${columns.join('\n')}\n)`;
}

/** What a model may hold that a page could take for its own. */
export const HOSTILE = `<script>alert(1)</script> ]]> --> "quoted" & it's <img src=x onerror=alert(1)> javascript:alert(1)`;

/** The longest name that a table or a column can have. */
const LONGEST_NAME = 'x'.repeat(50);

/** Writes a model in whose comments, literals and paths there is HTML, and a table with the longest names. */
export function writeHostileModel(folder: string): void {
  write(
    folder,
    'staging/staging_a.sql',
    `-- ${HOSTILE}\n-- source: A\n-- about: ${HOSTILE}\n-- example: s3://b/<b>'"\n-- key: id\nCREATE TABLE staging_a (\n  id BIGINT NOT NULL, -- ${HOSTILE}\n  v VARCHAR(20)\n)\n`,
  );
  write(folder, 'staging/staging_a.jsonpaths', JSON.stringify({ jsonpaths: ['$.id', "$['<i>\"&']['</script>']"] }));
  write(
    folder,
    'star/t.sql',
    `-- ${HOSTILE}\n-- key: id\nCREATE TABLE t (\n  id BIGINT NOT NULL,\n  v VARCHAR(200)\n);\n\n-- ${HOSTILE}\nSELECT id, CAST('</pre></script><script>alert(2)</script>' AS VARCHAR(200)) AS v /* </script> */\nFROM current_a\n`,
  );
  write(
    folder,
    `star/${LONGEST_NAME}.sql`,
    `-- key: ${LONGEST_NAME}\nCREATE TABLE ${LONGEST_NAME} (\n  ${LONGEST_NAME} BIGINT NOT NULL\n);\n\nSELECT id AS ${LONGEST_NAME} FROM t\n`,
  );
  write(folder, 'queries/q.sql', `-- ${HOSTILE}\nSELECT id AS "</script><script>alert(3)</script>" FROM t\n`);
}

function write(folder: string, file: string, text: string): void {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
