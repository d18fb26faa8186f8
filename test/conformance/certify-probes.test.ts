import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CertifiedDocument } from '../../src/certify/document.ts';
import type { Probe } from '../../src/certify/probe.ts';
import { PROBES } from '../../src/certify/probes/all.ts';
import { dropSchema, makeSchema, newSchema } from '../../src/certify/workspace.ts';
import { CHOICES, optionsOf } from '../../standin/certified.ts';
import { startDataApi } from '../../standin/dataapi/server.ts';
import { type StandinEngine, startEngine } from '../../standin/engine/engine.ts';
import { s3Reader } from '../../standin/engine/objects.ts';
import { sharedPostgres } from '../../standin/engine/postgres.ts';
import { type S3Server, startS3Server } from '../../standin/s3-server.ts';
import { CLUSTER, DATABASE, REGION } from '../../standin/standin.ts';
import { openServiceAt } from '../support/certify-service.ts';
import { sample, scale } from '../support/scale.ts';

/** Every choice of some probes combined with every choice of the others. */
function combinations(names: readonly string[]): readonly Readonly<Record<string, string>>[] {
  return names.reduce<readonly Readonly<Record<string, string>>[]>(
    (all, name) =>
      all.flatMap((one) => Object.keys(CHOICES[name]?.values ?? {}).map((answer) => ({ ...one, [name]: answer }))),
    [{}],
  );
}

const family = (of: string, exclude: readonly string[] = []) =>
  Object.keys(CHOICES).filter((name) => CHOICES[name]?.of === of && !exclude.includes(name));

const STATES = ['after_failure', 'batch_error'];
const ENDS = ['auto_commit_failure', 'timestamp_text', 'aborted_error'];
const SETS: readonly (readonly [string, readonly string[]])[] = [
  ['the Data API in transactions', [...family('dataApi', ENDS), 'error_view']],
  ['the Data API in other ends of batches', [...STATES, ...ENDS]],
  ['values and words', family('values', ['error_view'])],
  ['transactions', family('engine')],
];

const certified = (answers: Readonly<Record<string, string>>): CertifiedDocument => ({
  format: 1,
  certified: '2026-01-01',
  starload: '0.1.0',
  engine: { kind: 'cluster', release: '', region: REGION },
  statements: { explained: 0, refused: [] },
  answers,
  load: {},
});

describe('what the probes report is what was set', () => {
  test('each choice of the stand-in is among the combinations', () => {
    expect(new Set(SETS.flatMap(([, names]) => names))).toEqual(new Set(Object.keys(CHOICES)));
  });

  // The engine reads its options whenever it needs them: one engine is all that these tests need.
  const behind: Record<string, unknown> = {};
  let engine: StandinEngine;
  let s3: S3Server;

  beforeAll(async () => {
    s3 = await startS3Server({ region: REGION });
    s3.createBucket('work', REGION);
    Object.assign(behind, {
      databases: [DATABASE],
      region: REGION,
      objects: s3Reader(s3.url, REGION),
      postgres: await sharedPostgres(),
    });
    engine = await startEngine(behind as never);
  });
  afterAll(async () => {
    await engine.stop();
    await s3.stop();
  });

  async function reported(answers: Readonly<Record<string, string>>, asked: readonly Probe[]) {
    const { dataApi, engine: chosen } = optionsOf(certified(answers));
    Object.assign(behind, chosen);
    const api = await startDataApi({ engine, clusters: [CLUSTER], ...dataApi });
    const service = await openServiceAt(api.url);
    const schema = newSchema(new Date());
    try {
      await makeSchema(service, schema);
      const found: Record<string, string> = {};
      for (const probe of asked) {
        found[probe.name] = (await probe.ask({ service, schema, put })).answer;
      }
      return found;
    } finally {
      await dropSchema(service, schema);
      await service.close();
      await api.stop();
    }
  }

  const put = async (name: string, text: string) => {
    s3.put('work', name, text);
    return `s3://work/${name}`;
  };

  test.each(SETS)(
    'under every combination of the choices of %s',
    async (what, names) => {
      const all = combinations(names);
      const labels = all.map((answers) => Object.values(answers).join('+'));
      const chosen = sample(`combinations of ${what}`, labels, scale.certified);
      const asked = PROBES.filter(({ name }) => names.includes(name));
      expect(asked).toHaveLength(names.length);
      for (const answers of all.filter((_, index) => chosen.includes(labels[index] ?? ''))) {
        expect(await reported(answers, asked)).toEqual(answers);
      }
    },
    600_000,
  );
});
