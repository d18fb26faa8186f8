import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { engines, withFolder } from '../support/engines.ts';
import { PLAYS, PORTABLE_WAYS } from '../support/portable-ways.ts';

/** Fewer than the statements that Redshift takes in one batch. */
const AT_ONCE = 30;

test.each(engines)('what is advised instead of odd SQL is taken by $name, and gives the same there', (engine) =>
  withFolder(async (folder) => {
    const warehouse = await engine.open([folder]);
    try {
      const ways = PORTABLE_WAYS.flatMap(({ ways }) => ways);
      for (let from = 0; from < ways.length; from += AT_ONCE) {
        const some = ways.slice(from, from + AT_ONCE);
        const steps = some.map(([sql], at) => ({ kind: 'sql', name: `way_${at}`, sql, wanted: 'always' }) as const);
        const made = { kind: 'sql', name: 'plays', sql: PLAYS } as const;
        const [, ...results] = await warehouse.run({
          name: `ways-${randomUUID()}`,
          locks: false,
          steps: [made, ...steps],
        });
        const answers = results.map(({ result }, at) => [some[at]?.[0], comparable(result?.rows[0]?.[0])]);
        expect(answers).toEqual(some.map(([sql, value]) => [sql, value]));
      }
    } finally {
      await warehouse.close();
    }
  }),
);

/** Numbers as numbers, whatever the engine's type of them. */
function comparable(value: unknown): unknown {
  const text = String(value);
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
