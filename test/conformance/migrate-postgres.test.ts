import { expect, test } from '@jest/globals';
import { dryRunMigration, migrate } from '../../src/migrate/migrate.ts';
import { etl } from '../../src/pipeline/etl.ts';
import { changedModel } from '../support/changed-model.ts';
import { loaderOf, readTables } from '../support/loader.ts';
import { withModel } from '../support/migrations.ts';
import { withTables } from '../support/postgres-tables.ts';
import { writeSample } from '../support/trials.ts';

test('a migration on PostgreSQL keeps grants and makes the indexes; a view in its way is named and nothing is changed', () =>
  withTables(async (warehouse, admin, folder) => {
    const loader = loaderOf(warehouse, folder);
    writeSample(loader);
    await etl(loader.context);
    await admin.query('GRANT SELECT ON songs, staging_songs TO PUBLIC; REVOKE ALL ON users FROM PUBLIC');
    await admin.query('CREATE VIEW titles AS SELECT title FROM songs');
    const { context } = withModel(
      loader,
      await changedModel([
        ['staging/staging_songs.sql', 'title VARCHAR(1024)', 'title VARCHAR(2048)'],
        ['star/songs.sql', 'title VARCHAR(1024)', 'title VARCHAR(2048)'],
      ]),
    );
    const before = await readTables(warehouse, ['songs', 'staging_songs', 'load_run']);
    await expect(migrate(context)).rejects.toMatchObject({
      message: expect.stringMatching(/view \S*titles depends on table \S*songs/),
      next: expect.stringMatching(/^Drop the objects named above/),
    });
    expect(await readTables(warehouse, ['songs', 'staging_songs', 'load_run'])).toEqual(before);
    await admin.query('DROP VIEW titles');
    expect((await migrate(context)).status).toBe('migrated');
    const { songs, staging_songs: staged } = await readTables(warehouse, ['songs', 'staging_songs']);
    expect({ songs, staging_songs: staged }).toEqual({ songs: before.songs, staging_songs: before.staging_songs });
    const { rows } = await admin.query(`SELECT has_table_privilege('public', 'songs', 'SELECT') AS songs,
        has_table_privilege('public', 'staging_songs', 'SELECT') AS staged,
        has_table_privilege('public', 'users', 'SELECT') AS users,
        (SELECT COUNT(*) > 0 FROM pg_indexes WHERE schemaname = current_schema() AND tablename = 'songs') AS indexed`);
    expect(rows).toEqual([{ songs: true, staged: true, users: false, indexed: true }]);
  }));

const WIDER = () => changedModel([['star/songs.sql', 'title VARCHAR(1024)', 'title VARCHAR(2048)']]);

test('everything of others that depends on a table is named before a file is read, also by a dry run', () =>
  withTables(async (warehouse, admin, folder) => {
    const loader = loaderOf(warehouse, folder);
    writeSample(loader);
    await etl(loader.context);
    await admin.query(`CREATE VIEW titles AS SELECT title FROM songs;
      CREATE MATERIALIZED VIEW kept_titles AS SELECT title, year FROM songs;
      CREATE TABLE more_songs () INHERITS (songs);
      ALTER TABLE songs ADD UNIQUE (song_id);
      CREATE TABLE favourites (song VARCHAR(256) CONSTRAINT of_songs REFERENCES songs (song_id));
      CREATE FUNCTION songs_there() RETURNS BIGINT LANGUAGE sql BEGIN ATOMIC SELECT COUNT(*) FROM songs; END;
      CREATE FUNCTION all_songs() RETURNS SETOF songs LANGUAGE sql BEGIN ATOMIC SELECT * FROM songs; END;
      CREATE TABLE picked (song songs, others songs[]);
      CREATE POLICY of_known ON picked USING (EXISTS (SELECT 1 FROM songs));
      CREATE RULE noting AS ON DELETE TO picked DO ALSO UPDATE songs SET year = year;
      CREATE VIEW "two\nlines" AS SELECT title FROM songs`);
    const { context } = withModel(loader, await WIDER());
    for (const attempt of [migrate, dryRunMigration]) {
      const error = await attempt(context).catch((caught: Error) => caught);
      const [, ...lines] = String((error as Error).message).split('\n');
      expect(lines.map((line) => line.replace(/"?dev_[^.]*\.|\S+\.(?=["\w])/g, ''))).toEqual([
        '  column others of picked depends on table songs',
        '  column song of picked depends on table songs',
        '  foreign key of_songs of favourites depends on table songs',
        '  function all_songs() depends on table songs',
        '  function songs_there() depends on table songs',
        '  materialized view kept_titles depends on table songs',
        '  policy of_known of picked depends on table songs',
        '  rule noting of picked depends on table songs',
        '  table more_songs that inherits from it depends on table songs',
        '  view "two\\u000alines" depends on table songs',
        '  view titles depends on table songs',
      ]);
    }
  }));

test('what goes with a table is named', () =>
  withTables(async (warehouse, admin, folder) => {
    const loader = loaderOf(warehouse, folder);
    writeSample(loader);
    await etl(loader.context);
    await admin.query(`CREATE FUNCTION noted() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER note AFTER INSERT ON songs FOR EACH ROW EXECUTE FUNCTION noted();
      CREATE RULE telling AS ON UPDATE TO songs DO ALSO NOTIFY songs;
      CREATE PUBLICATION new_songs FOR TABLE songs;
      CREATE STATISTICS title_year ON title, year FROM songs;
      CREATE TRIGGER elsewhere AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION noted()`);
    const { context } = withModel(loader, await WIDER());
    const { plan, status } = await migrate(context);
    await admin.query('DROP PUBLICATION new_songs');
    expect({ status, attached: plan.attached }).toEqual({
      status: 'migrated',
      attached: [
        { table: 'songs', what: 'publication new_songs', keeps: false },
        { table: 'songs', what: 'rule telling', keeps: false },
        { table: 'songs', what: 'statistics title_year', keeps: false },
        { table: 'songs', what: 'trigger note', keeps: false },
      ],
    });
  }));
