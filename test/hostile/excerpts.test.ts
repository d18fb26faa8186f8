import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { reportFailure } from '../../src/cli/failure.ts';
import { StepFailed, WarehouseError } from '../../src/warehouse/errors.ts';
import { run, withProject } from '../support/cli-project.ts';
import { captured } from '../support/in-process.ts';
import { linesOf } from '../support/scenario.ts';
import { PLAY } from '../support/trials.ts';

/** A value that may be personal, in each kind of record that is refused, or only warned of. */
const MARK = 'mark7f3a';
const RECORDS: Readonly<Record<string, object | string>> = {
  'no number': { ...PLAY, ts: `${MARK}` },
  'two that are none': { ...PLAY, ts: `${MARK}`, sessionId: `${MARK}` },
  'no double': { ...PLAY, length: `${MARK}` },
  'too long': { ...PLAY, level: MARK.repeat(200) },
  'out of range': { ...PLAY, ts: '99999999999999999999' },
  'a failed check': { ...PLAY, ts: 253402300800000 },
  malformed: `{"ts": 1, "page": "${MARK}", ${MARK}}`,
  'a text without an end': `{"ts": 1, "page": "${MARK}`,
  'a warning': { ...PLAY, level: MARK },
};
const VALUES = new RegExp(`${MARK}|99999999999|253402300800000|100000000000000000000`);

describe('with --no-excerpts', () => {
  test.each(Object.entries(RECORDS))('no value of the data is printed, whatever refuses it: %s', (kind, record) =>
    withProject(async (folder) => {
      await run(folder, ['create-tables']);
      const text = typeof record === 'string' ? record : linesOf([record as never]);
      writeFileSync(join(folder, 'log_data', 'odd.json'), `${text}\n`);
      const code = kind === 'a warning' ? 0 : 3;
      const told = [
        await run(folder, ['etl', '--no-excerpts', '--debug'], code),
        await run(folder, ['etl', '--no-excerpts', '--json'], code),
        await run(folder, ['etl', '--no-excerpts', '--quarantine']),
        await run(folder, ['status', '--no-excerpts']),
        await run(folder, ['query', 'SELECT * FROM rejected_records', '--format', 'csv']),
      ];
      told.push(await run(folder, ['rebuild', '--no-excerpts', '--json']));
      expect(told.map(({ stdout, stderr }) => stdout + stderr).join('\n')).not.toMatch(VALUES);
    }),
  );

  test.each([['--no-excerpts'], ['--excerpts=false'], ['--excerpts', 'false']])(
    'what an engine quotes is left out: %j %j',
    async (...option) => {
      const failure = new WarehouseError('refused', `invalid input syntax for type bigint: "${MARK}"`, {
        cause: new Error(`Key (a)=(${MARK})`),
      });
      const step = { kind: 'sql', name: 'songplays', sql: '' } as const;
      const error = new StepFailed(step, failure, []);
      const said = async (args: readonly string[]) => {
        const { value, stdout, stderr } = await captured(async () => reportFailure(error, args), {});
        expect(value).toBe(1);
        return stdout + stderr;
      };
      const quiet = await said(['etl', '--json', '--debug', ...option]);
      expect(quiet).toContain('songplays: invalid input syntax for type bigint: …');
      expect(quiet).not.toContain(MARK);
      expect(await said(['etl', '--json'])).toContain(MARK);
    },
  );
});
