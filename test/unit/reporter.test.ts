import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { describeActivity, durationOf } from '../../src/cli/activity.ts';
import { compose } from '../../src/cli/compose.ts';
import { result, story } from '../../src/cli/output.ts';
import { holdProgress } from '../../src/cli/progress-line.ts';
import { type Reporter, startReporter } from '../../src/cli/reporter.ts';
import { width } from '../../src/cli/width.ts';
import { readConfig } from '../../src/config/read.ts';
import { withFolder } from '../support/engines.ts';
import { FakeTimer } from '../support/fake-timer.ts';
import { captured } from '../support/in-process.ts';

const CLEAR = '\r\u001b[K';
const STEP = { type: 'step', name: 'insert_current_events', at: 5, of: 30 } as const;
const READ = { type: 'read', table: 'staging_events', of: 4, ofBytes: 400 } as const;

/** What stands on stderr after an action; `columns` make it a terminal. */
async function told(
  columns: number | undefined,
  action: (reporter: Reporter, timer: FakeTimer) => void,
  env: NodeJS.ProcessEnv = {},
) {
  const { isTTY, columns: before } = process.stderr;
  Object.assign(process.stderr, { isTTY: columns !== undefined, columns });
  const timer = new FakeTimer();
  try {
    const { stderr } = await captured(
      async () => {
        const reporter = startReporter(timer);
        action(reporter, timer);
        reporter.stop();
        timer.pass(120);
      },
      { env: { NO_COLOR: '1', TERM: 'xterm', ...env } },
    );
    expect(timer.isIdle).toBe(true);
    return stderr;
  } finally {
    Object.assign(process.stderr, { isTTY, columns: before });
  }
}

describe('on a terminal', () => {
  test('the step that runs now is shown, anew each second with how long it has taken, and is gone in the end', async () => {
    const text = await told(80, ({ emit }, timer) => {
      emit(STEP);
      timer.pass(2);
      emit({ ...STEP, name: 'run_current_songs', at: 6 });
      timer.pass(1);
    });
    expect(text.split(CLEAR)).toEqual([
      '',
      'step 5 of 30: insert_current_events (0 s)',
      'step 5 of 30: insert_current_events (1 s)',
      'step 5 of 30: insert_current_events (2 s)',
      'step 6 of 30: run_current_songs (1 s, 3 s in all)',
      '',
    ]);
  });

  test('progress that comes faster than it can be read is shown with the next second, as it is then', async () => {
    const text = await told(80, ({ emit }, timer) => {
      for (let files = 0; files <= 3; files += 1) {
        emit({ ...READ, files, bytes: files * 100, records: files });
      }
      timer.pass(1);
    });
    expect(text.split(CLEAR)).toEqual([
      '',
      'reading staging_events: 0 of 4 files, 0 records (0 s)',
      'reading staging_events: 3 of 4 files, 3 records (1 s)',
      '',
    ]);
  });

  test.each([
    ['a line of the story', () => story('again')],
    ['a line of the result', () => result('done')],
  ])('%s takes it away first', async (_, print) => {
    const text = await told(80, ({ emit }) => {
      emit(STEP);
      print();
    });
    expect(text.split(CLEAR)).toEqual(['', expect.stringMatching(/^step 5/), expect.stringMatching(/^(again\n)?$/)]);
  });

  test.each([10, 24, 40])('the line is cut to %i columns, so that it is one line', async (columns) => {
    const text = await told(columns, ({ emit }) => {
      emit({ type: 'doing', what: `listing 曲のファイル in a folder with a long name\n${'x'.repeat(100)}` });
    });
    const [, shown = ''] = text.split(CLEAR);
    expect(shown).toMatch(columns < 20 ? /^listing …$/ : /^listing 曲.*… \(0 s\)$/);
    expect([columns - 1, columns - 2, columns - 3]).toContain(width(shown));
  });

  test('nothing is shown over a question, and once it is stopped', async () => {
    const text = await told(80, (reporter, timer) => {
      reporter.emit(STEP);
      const release = holdProgress();
      process.stderr.write('Do it? ');
      timer.pass(5);
      release();
      reporter.stop();
      reporter.emit(STEP);
      story('stopping');
    });
    expect(text).toBe(`${CLEAR}step 5 of 30: insert_current_events (0 s)${CLEAR}Do it? stopping\n`);
  });

  test('that obeys no control characters, nothing is shown in place', async () => {
    const act = ({ emit }: Reporter, timer: FakeTimer) => {
      emit(STEP);
      timer.pass(30);
    };
    expect(await told(80, act, { TERM: 'dumb' })).toBe('still running: step 5 of 30: insert_current_events (30 s)\n');
  });

  test('nothing is shown before signals are watched: one would leave it there', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'dwh.cfg');
      writeFileSync(file, '[S3]\nLOG_DATA=logs\nSONG_DATA=songs\n');
      const config = await readConfig(file, {});
      const { isTTY } = process.stderr;
      Object.assign(process.stderr, { isTTY: true });
      let atOnce = true;
      try {
        await captured(
          () =>
            compose(config, async ({ open, watching }) => {
              const opening = open({ readOnly: false });
              atOnce = false;
              await watching;
              await (await opening).close();
            }),
          { onText: () => expect(atOnce).toBe(false) },
        );
      } finally {
        Object.assign(process.stderr, { isTTY });
      }
    }));

  test('nothing is shown while nothing takes long', async () => {
    const text = await told(80, ({ emit }, timer) => {
      emit(STEP);
      emit({ type: 'idle' });
      timer.pass(5);
    });
    expect(text).toBe(`${CLEAR}step 5 of 30: insert_current_events (0 s)${CLEAR}`);
  });
});

describe('elsewhere', () => {
  test('a line every 30 seconds says what runs, with the time', async () => {
    const text = await told(undefined, ({ emit }, timer) => {
      emit(STEP);
      timer.pass(65);
      emit({ type: 'committing' });
      timer.pass(30);
    });
    expect(text.split('\n')).toEqual([
      '2026-11-26T11:40:30Z still running: step 5 of 30: insert_current_events (30 s)',
      '2026-11-26T11:41:00Z still running: step 5 of 30: insert_current_events (1 min 00 s)',
      '2026-11-26T11:41:30Z still running: committing (25 s, 1 min 30 s in all)',
      '',
    ]);
  });

  test('each line of the story begins with the time, in UTC', async () => {
    const text = await told(undefined, () => story('error: one\n  and another', new Date('2026-01-02T03:04:05.678Z')));
    expect(text).toBe('2026-01-02T03:04:05Z error: one\n2026-01-02T03:04:05Z   and another\n');
  });

  test('for whom a batch waits is a line of its own', async () => {
    const since = '2026-11-26 11:00:00';
    const text = await told(undefined, ({ emit }) =>
      emit({
        type: 'waiting',
        for: [
          { name: 'load-1', since, holdsLock: true, by: 'server process 7 of user ann, from this host, active' },
          { name: 'psql', since: '', holdsLock: true, by: 'server process 8' },
        ],
      }),
    );
    expect(text.replace(/^\S+ /gm, '')).toBe(
      `waiting for load-1 (server process 7 of user ann, from this host, active), which began ${since} UTC\nwaiting for psql (server process 8)\n`,
    );
  });
});

describe('an activity', () => {
  const lasts = { milliseconds: 60_000, all: 60_000 };

  test.each([
    [
      { ...READ, files: 1, bytes: 100, records: 9 },
      'reading staging_events: 1 of 4 files, 9 records (1 min 00 s, about 3 min 00 s left)',
    ],
    [{ ...READ, files: 0, bytes: 0, records: 0 }, 'reading staging_events: 0 of 4 files, 0 records (1 min 00 s)'],
    [
      { ...READ, ofBytes: 0, files: 1, bytes: 0, records: 0 },
      'reading staging_events: 1 of 4 files, 0 records (1 min 00 s)',
    ],
    [
      { type: 'sending', table: 't', done: 1, of: 2 },
      'sending t to the warehouse: 1 of 2 parts (1 min 00 s, about 1 min 00 s left)',
    ],
    [
      { type: 'doing', what: 'writing song files', done: 1000, of: 4000 },
      'writing song files, 1,000 of 4,000 done (1 min 00 s, about 3 min 00 s left)',
    ],
    [{ type: 'doing', what: 'writing rows', done: 1000 }, 'writing rows, 1,000 done (1 min 00 s)'],
    [{ type: 'locking' }, 'waiting for the lock (1 min 00 s)'],
    [{ type: 'submitted', by: 'statement 7' }, 'the warehouse runs statement 7 (1 min 00 s)'],
  ] as const)('is told with what is left, where that can be known: %j', (activity, words) => {
    const { words: what, time } = describeActivity(activity, lasts);
    expect(`${what} ${time}`).toBe(words);
  });

  test.each([
    [999, '0 s'],
    [59_999, '59 s'],
    [185_000, '3 min 05 s'],
    [7_620_000, '2 h 07 min'],
  ])('that takes %i milliseconds takes %s', (milliseconds, words) => {
    expect(durationOf(milliseconds)).toBe(words);
  });
});
