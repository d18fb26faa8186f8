import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ownRules } from '../../src/page/facts.ts';
import { html } from '../../src/page/html.ts';
import { pageOf } from '../../src/page/page.ts';
import { graphOf } from '../../src/page/picture/graph.ts';
import { layout, type PlacedBox } from '../../src/page/picture/layout.ts';
import { readFacts } from '../../src/page/read-facts.ts';
import { upkeepOf } from '../../src/page/upkeep.ts';
import { tableNamed } from '../../src/sql/catalogue.ts';
import { BUILT_IN_MODEL } from '../../src/sql/read-model.ts';
import { parser, redshiftRules } from '../../src/warehouse/open.ts';
import { withFolder } from '../support/engines.ts';
import { HOSTILE, writeHostileModel, writeWideModel } from '../support/wide-model.ts';

const MEGABYTE = 1024 * 1024;

const factsOf = async (folder?: string) =>
  readFacts(folder, { parse: await parser(), redshift: await redshiftRules() });

describe('the page of a model', () => {
  test('names every table, column, check, question and comparison, with what is said of it', async () => {
    const facts = await factsOf();
    const page = pageOf(facts);
    for (const { name, comment, columns, role } of facts.model.tables) {
      expect(page).toContain(html`${comment}`.text);
      for (const column of role === 'control' ? [] : columns) {
        expect(page).toContain(`id="t-${name}.${column.name}"`);
        expect(page).toContain(html`${column.comment}`.text);
      }
    }
    const rules = [...ownRules(facts.model.checks), ...ownRules(facts.model.comparisons), ...facts.model.queries];
    expect(rules).toHaveLength(16);
    for (const { name } of rules) {
      expect(page).toContain(`<h3>${name}</h3>`);
    }
    expect(page).toContain('From -62135596800000 to 253402300799999.');
    expect(Buffer.byteLength(page)).toBeLessThan(MEGABYTE);
  });

  test('is the same each time, and names no folder of the machine and no date', async () => {
    const page = pageOf(await factsOf());
    expect(pageOf(await factsOf())).toBe(page);
    await withFolder(async (folder) => {
      const copy = join(folder, 'sparkify');
      cpSync(BUILT_IN_MODEL, copy, { recursive: true });
      expect(pageOf(await factsOf(copy))).toBe(page);
      expect(page).not.toContain(folder);
    });
    expect(page).not.toMatch(/20\d\d-\d\d-\d\d(?!T)/);
  });

  test('allows nothing but its own style and script, and refers to nothing outside', async () => {
    const page = pageOf(await factsOf());
    expect(page).toContain('content="default-src &#39;none&#39;; style-src &#39;sha256-');
    expect(page.match(/<(script|style|link|img|iframe|object|embed|base|form)\b[^>]*>/g)).toEqual([
      expect.stringMatching(/^<link rel="icon" href="data:/),
      '<style>',
      '<form role="search" hidden>',
      '<script>',
    ]);
    const addresses = [...page.matchAll(/\b(?:href|src|action|url)\s*[=(]\s*"?([^"\s)>]+)/g)].map(
      ([, one = '']) => one,
    );
    expect(addresses.filter((one) => !/^(#|data:)/.test(one))).toEqual([]);
  });

  test('shows whatever a model holds as text', () =>
    withFolder(async (folder) => {
      writeHostileModel(folder);
      const page = pageOf(await factsOf(folder));
      expect(page.match(/<script\b/g)).toHaveLength(1);
      expect(page.match(/<\/script>/g)).toHaveLength(1);
      expect(page).not.toMatch(/<(img|i>"|b>'|\/pre><\/script)/);
      expect(page.split(html`${HOSTILE}`.text).length - 1).toBeGreaterThan(4);
      // The place of a value in the records.
      expect(page).toContain('&lt;i&gt;&quot;&amp;.&lt;/script&gt;');
    }));

  test('of 60 tables has less than a megabyte', () =>
    withFolder(async (folder) => {
      writeWideModel(folder, 48);
      const facts = await factsOf(folder);
      expect(facts.model.tables.filter(({ role }) => role !== 'control')).toHaveLength(60);
      expect(Buffer.byteLength(pageOf(facts))).toBeLessThan(MEGABYTE);
    }));
});

test('HTML has its values escaped, those that it cannot hold too', () => {
  const text = `<a b='c' d="e">&amp;\u0000\u202e`;
  expect(html`<p title="${text}">${[text, 1, undefined, html`<b></b>`]}</p>`.text).toBe(
    '<p title="&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;amp;\uFFFD\uFFFD">&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;amp;\uFFFD\uFFFD1<b></b></p>',
  );
});

/** The boxes that lie over others in their layer. */
function overlapping(placed: readonly PlacedBox[]): readonly string[] {
  const isOver = (one: PlacedBox, other: PlacedBox) =>
    one !== other && one.x === other.x && one.y < other.y + other.height && other.y < one.y + one.height;
  return placed.filter((one) => placed.some((other) => isOver(one, other))).map(({ box }) => box.name);
}

describe('the picture', () => {
  test.each(['sparkify', 'wide'])('of %s has its boxes side by side, and each edge goes to the right', (name) =>
    withFolder(async (folder) => {
      writeWideModel(folder, 20);
      const graph = graphOf(await factsOf(name === 'wide' ? folder : undefined));
      const { placed } = layout(graph);
      expect(placed.size).toBe(graph.boxes.length);
      expect(overlapping([...placed.values()])).toEqual([]);
      const right = (end: string) => (placed.get(end)?.x ?? Number.NaN) + (placed.get(end)?.width ?? 0);
      const back = graph.edges.filter(({ from, to }) => !(right(from.box) < (placed.get(to.box)?.x ?? 0)));
      expect(back).toEqual([]);
      const ends = graph.edges.flatMap(({ from, to }) => [from, to]);
      const lost = ends.filter(({ box, row }) => row !== undefined && placed.get(box)?.box.rows.includes(row) !== true);
      expect([ends.length > 100, lost]).toEqual([true, []]);
    }),
  );

  test('puts a star table behind those that it reads, whatever their names', () =>
    withFolder(async (folder) => {
      cpSync(BUILT_IN_MODEL, folder, { recursive: true });
      writeFileSync(
        join(folder, 'star/days.sql'),
        '-- key: day\nCREATE TABLE days (\n  day BIGINT NOT NULL,\n  times BIGINT NOT NULL\n);\n\nSELECT day, COUNT(*) AS times FROM time GROUP BY day\n',
      );
      const facts = await factsOf(folder);
      const { boxes } = graphOf(facts);
      const layers = Object.fromEntries(boxes.map(({ name, layer }) => [name, layer]));
      expect(layers).toMatchObject({
        '[S3] LOG_DATA': 0,
        staging_events: 1,
        current_events: 2,
        songplays: 3,
        time: 4,
        days: 5,
      });
      expect(pageOf(facts)).toContain('no column: it counts rows, or is constant');
    }));
});

test('the upkeep of a table is told as plan tells it', async () => {
  await withFolder(async (folder) => {
    cpSync(BUILT_IN_MODEL, folder, { recursive: true });
    const users = readFileSync(join(folder, 'star/users.sql'), 'utf8').replace(/-- affected by: .*\n/, '');
    writeFileSync(join(folder, 'star/users.sql'), users);
    const { model } = await factsOf(folder);
    const told = (name: string) => upkeepOf(model, tableNamed(model, name)).join(' ');
    expect(told('users')).toBe(
      `Each load makes it anew, because ${model.derivation.anew.find(({ table }) => table === 'users')?.because}.`,
    );
    expect(told('songs')).toContain('A change in current_songs affects the rows with its song_id, old and new.');
    expect(told('songplays')).toContain('A change in current_events affects the rows with its event_id');
    expect(told('songplays')).toContain('the query in star/songplays.affected.sql');
    expect(told('songplays')).toContain('Its time is start_time: ');
    expect(told('songs')).not.toContain('Its time');
    expect(told('current_songs')).toContain('of each record of staging_songs that it brings');
    expect(told('staging_songs')).toContain('only add');
  });
});
