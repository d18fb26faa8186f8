import { describe, expect, test } from '@jest/globals';
import { UsageError } from '../../src/errors.ts';
import type { LoadContext } from '../../src/pipeline/context.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { parser } from '../../src/warehouse/open.ts';
import { type Why, why } from '../../src/why/why.ts';
import { engines } from '../support/engines.ts';
import { githubFile, githubModel, STAR_EVENT } from '../support/github.ts';
import { readStar, withLoader } from '../support/loader.ts';
import { inMemory, lines, withModelOf } from '../support/models.ts';
import { LOG_ROOT, SONG_ROOT } from '../support/scenario.ts';
import { PLAY, runSql, SONG } from '../support/trials.ts';

const ask = async (context: LoadContext, table: string, ...key: readonly string[]) =>
  why(context, { table, key }, await parser());

/** The records as texts: whether they count, the name of their file, and their line. */
const placesOf = ({ records }: Why) =>
  records.map(({ counts, uri, line }) => `${counts ? 'counts' : 'not'}: ${uri?.replace(/.*\//, '')} ${line}`);

const SHOPS = {
  'staging/staging_sales.sql':
    '-- source: SALES\n-- key: shop, number\nCREATE TABLE staging_sales (\n  shop VARCHAR(20) NOT NULL,\n  number BIGINT NOT NULL,\n  price DOUBLE PRECISION,\n  sold_at TIMESTAMP\n)\n',
  'star/sales.sql':
    '-- key: shop, number\nCREATE TABLE sales (\n  shop VARCHAR(20) NOT NULL,\n  number BIGINT NOT NULL,\n  price DOUBLE PRECISION,\n  sold_at TIMESTAMP\n);\n\nSELECT shop, number, price, sold_at FROM current_sales WHERE price > 0\n',
  'star/shops.sql':
    '-- key: shop\nCREATE TABLE shops (\n  shop VARCHAR(20) NOT NULL,\n  sales BIGINT NOT NULL\n);\n\n-- Shops with sales.\nSELECT shop, COUNT(*) AS sales FROM sales WHERE {affected} GROUP BY shop\n',
};

describe.each(engines)('why on $name', (engine) => {
  test('tells the records that made a row and those that competed, with run, file and line, and the rule', () =>
    withLoader(engine, async ({ context, store }) => {
      store.files.set(`${LOG_ROOT}/a.json`, `\n${lines([{ ...PLAY, sessionId: 39 }, PLAY])}`);
      store.files.set(`${SONG_ROOT}/a.json`, JSON.stringify(SONG));
      const first = await etl(context);
      store.files.set(`${LOG_ROOT}/b.json`, lines([{ ...PLAY, level: 'paid' }]));
      const second = await etl(context);
      const { songplays } = await readStar(context.warehouse);
      const [id = ''] = songplays.map((row) => row.map(String)).find((row) => row[6] === String(PLAY.sessionId)) ?? [];
      const told = await ask(context, 'songplays', id);
      expect(placesOf(told)).toEqual(['counts: b.json 1', 'not: a.json 3', 'counts: a.json 1']);
      expect(told.records.map(({ runId }) => runId)).toEqual([second.runId, first.runId, first.runId]);
      expect(told.fields?.find(({ column }) => column === 'level')).toEqual({
        column: 'level',
        value: 'paid',
        from: ['staging_events.level'],
      });
      expect(told.inputs.map(({ table, count, by }) => [table.name, count, by])).toEqual([
        ['current_events', 1, 'key'],
        ['current_songs', 1, 'value'],
      ]);
      expect(told.rule).toEqual([
        expect.stringContaining('takes the smallest song_id'),
        expect.stringContaining('one row for each'),
        'matched by e.song = m.match_title AND e.artist = m.match_artist AND e.length = m.duration',
        'matched by s.song_id = m.song_id',
      ]);
      expect(told.keptOut).toEqual([]);
      // Of a user, that of the event which the row agrees with comes first.
      const user = await ask(context, 'users', `user_id=${PLAY.userId}`);
      expect([user.inputs[0]?.count, user.records.length]).toEqual([2, 3]);
      expect(user.fields?.map(({ value }) => value)).toContain(user.records[0]?.values.get('level'));
      const time = songplays[0]?.[1];
      expect(placesOf(await ask(context, 'time', String(time)))).toContain('counts: b.json 1');
    }));

  test('tells of a key that is not there what staging and the rejected records have', () =>
    withLoader(engine, async ({ context, store }) => {
      store.files.set(
        `${LOG_ROOT}/a.json`,
        `${lines([{ ...PLAY, page: 'Home', auth: 'Logged Out' }])}{"ts":"oops","userId":"4242"}\n`,
      );
      const tolerance = { maxErrors: 1, quarantine: false, excerpts: true };
      const { runId } = await etl({ ...context, tolerance });
      const left = await ask(context, 'users', PLAY.userId);
      expect([left.fields, placesOf(left), left.keptOut]).toEqual([undefined, ['counts: a.json 1'], []]);
      const rejected = await ask(context, 'users', '4242');
      expect(rejected).toMatchObject({
        fields: undefined,
        records: [],
        keptOut: [{ uri: `${LOG_ROOT}/a.json`, line: 2, reason: expect.stringContaining('oops'), runId }],
      });
      const event = (await context.warehouse.query('SELECT event_id FROM current_events')).rows[0]?.[0];
      expect(placesOf(await ask(context, 'songplays', String(event)))).toEqual(['counts: a.json 1']);
      for (const key of ['nothing', "x' OR 1 = 1 --"]) {
        expect(await ask(context, 'songplays', key)).toMatchObject({ fields: undefined, records: [], keptOut: [] });
      }
      // A row that somebody removed by hand: its record is there.
      await runSql(context.warehouse, 'DELETE FROM current_events');
      expect(placesOf(await ask(context, 'users', PLAY.userId))).toEqual(['counts: a.json 1']);
      expect(placesOf(await ask(context, 'songplays', String(event)))).toEqual(['counts: a.json 1']);
    }));

  test('takes keys of several columns, and tables that are made of other star tables, of any model', () =>
    withModelOf(SHOPS, (model) =>
      withLoader(
        engine,
        async (loader) => {
          const context = inMemory(loader);
          const sale = { shop: 'Cork ', number: 7, price: 1.5, sold_at: '2024-02-29 23:59:59.123456' };
          loader.store.files.set('memory://SALES/a.json', lines([sale, { ...sale, number: 8, price: 0 }]));
          await etl(context);
          loader.store.files.set('memory://SALES/b.json', lines([{ ...sale, shop: 'Cork', price: 2 }]));
          await etl(context);
          const due = ['counts: b.json 1', 'not: a.json 1'];
          for (const key of [
            ['Cork', '7'],
            ['number=7', 'shop=Cork'],
          ]) {
            const told = await ask(context, 'SALES', ...key);
            expect([placesOf(told), told.fields?.map(({ value }) => String(value))]).toEqual([
              due,
              [expect.stringMatching(/^Cork *$/), '7', '2', expect.stringContaining('23:59:59.123456')],
            ]);
          }
          expect(placesOf(await ask(context, 'shops', 'Cork'))).toEqual(due);
          expect(await ask(context, 'sales', 'Cork', '8')).toMatchObject({ fields: undefined, records: [{ line: 2 }] });
          const current = model.tables.find(({ of }) => of === 'staging_sales');
          const [row] = (await context.warehouse.query(`SELECT row_id FROM ${current?.name} ORDER BY number`)).rows;
          expect(placesOf(await ask(context, current?.name ?? '', String(row?.[0])))).toEqual(due);
        },
        { model },
      ),
    ));

  test('tells of a model in which values are cut and cast where they come from', () =>
    withLoader(
      engine,
      async (loader) => {
        const context = inMemory(loader);
        loader.store.files.set('memory://GITHUB_EVENTS/a.json', githubFile('a', [STAR_EVENT]));
        await etl(context);
        for (const [table, key] of [
          ['activity', STAR_EVENT.id],
          ['actors', String(STAR_EVENT.actor.id)],
          ['repos', String(STAR_EVENT.repo.id)],
          ['days', STAR_EVENT.created_at.slice(0, 10)],
        ] as const) {
          const told = await ask(context, table, key);
          expect([table, told.fields === undefined, placesOf(told)]).toEqual([table, false, ['counts: a.json 1']]);
        }
      },
      { model: githubModel },
    ));

  test('refuses what can be no key, and says what can', () =>
    withLoader(engine, async ({ context }) => {
      const failed = async (table: string, ...key: readonly string[]) =>
        ask(context, table, ...key).then(
          () => ['no failure'],
          (error: unknown) => [error instanceof UsageError, (error as UsageError).next],
        );
      expect(await failed('staging_events', '1')).toEqual([
        true,
        expect.stringMatching(/^The tables are: .*songplays/),
      ]);
      for (const key of [[], ['1', '2']]) {
        expect(await failed('users', ...key)).toEqual([
          true,
          'Give one value for each, in this order, or as column=value: npm run why -- users USER_ID.',
        ]);
      }
      for (const [table, key] of [
        ['users', '1 OR 1 = 1'],
        ['users', 'x'],
        ['time', 'today'],
        ['songs', 'back\\slash'],
        ['songs', 'a\nb'],
      ] as const) {
        expect(await failed(table, key)).toEqual([true, expect.stringMatching(/^Write the value as npm run query/)]);
      }
    }));
});
