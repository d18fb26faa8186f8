import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { CertifiedDocument } from '../../src/certify/document.ts';
import { PROBES } from '../../src/certify/probes/all.ts';
import { TRIALS } from '../../src/certify/trial-load.ts';
import { CHOICES, optionsOf } from '../../standin/certified.ts';
import { CHOICES as DATA_API } from '../../standin/dataapi/options.ts';
import { DEFAULT_UNCERTAIN } from '../../standin/engine/options.ts';
import { certifiedDocuments, certifiedSection } from '../support/certified-doc.ts';

const DOCUMENT = new URL('../../docs/engines.md', import.meta.url);
const MARKED =
  /(<!-- begin: written from docs\/certified by npm test with UPDATE_GOLDEN=1 -->\n\n)([\s\S]*?)(\n\n<!-- end -->)/;

const example: CertifiedDocument = {
  format: 1,
  certified: '2026-12-01',
  starload: '0.1.0',
  engine: { kind: 'workgroup', release: 'Redshift 1.0.12345', region: 'eu-west-1' },
  statements: { explained: 43, refused: [] },
  answers: { fraction: 'truncated', same_token: 'not_tried', nul: 'other' },
  load: { refuses: 'named', once: 'once', rebuild: 'same', reconcile: 'differed' },
};

test('docs/engines.md says what was established from docs/certified', () => {
  const section = certifiedSection(certifiedDocuments().map(([, document]) => document));
  const text = readFileSync(DOCUMENT, 'utf8');
  if (process.env['UPDATE_GOLDEN'] === '1') {
    writeFileSync(
      DOCUMENT,
      text.replace(MARKED, (_, begin, __, end) => begin + section + end),
    );
  }
  expect(MARKED.exec(readFileSync(DOCUMENT, 'utf8'))?.[2]).toBe(section);
});

describe('what is established', () => {
  test('is told with where and when, and what was not tried is open', () => {
    const section = certifiedSection([example]);
    expect(section).toContain('truncated (workgroup, eu-west-1, Redshift 1.0.12345, 2026-12-01)');
    expect(section).toMatch(/\| the same ClientToken with another request .*\| no +\|/);
    expect(section).toContain('reconcile --recount: differed');
    const cut = certifiedSection([
      { ...example, answers: { fraction: 'not_reached' }, load: { refuses: 'not_reached' } },
    ]);
    expect(cut).toContain('2 questions not reached; everything as expected');
    expect(cut).toMatch(/\| a fraction in an integer .*\| no +\|/);
    expect(certifiedSection([])).toContain('No results yet');
  });

  test.each([['this example', example] as const, ...certifiedDocuments()])(
    'stands in %s in words of the probes alone',
    (_, document) => {
      expect(document.format).toBe(1);
      expect(Object.keys(document).sort()).toEqual(Object.keys(example).sort());
      expect(Object.keys(document.engine).sort()).toEqual(['kind', 'region', 'release']);
      for (const [name, answer] of Object.entries(document.answers)) {
        const answers = PROBES.find((probe) => probe.name === name)?.answers ?? {};
        expect([...Object.keys(answers), 'other', 'not_tried', 'not_reached']).toContain(answer);
      }
    },
  );
});

describe('the stand-in', () => {
  test('has a choice for every answer that changes what the loader meets', () => {
    expect(optionsOf(example)).toEqual({
      dataApi: { uncertain: {} },
      engine: { stl: false, uncertain: { fraction: 'truncate' } },
    });
    expect(() => optionsOf({ ...example, format: 2 } as never)).toThrow('not a document of npm run certify');
    for (const [name, { values }] of Object.entries(CHOICES)) {
      const probe = PROBES.find((one) => one.name === name);
      expect(Object.keys(probe?.answers ?? {})).toEqual(expect.arrayContaining(Object.keys(values)));
    }
  });

  test('has a probe for every choice', () => {
    const settled = Object.values(CHOICES).map(({ name }) => name);
    const open = [...Object.keys(DATA_API), ...Object.keys(DEFAULT_UNCERTAIN)].filter(
      (name) => !settled.includes(name),
    );
    expect(open).toEqual([]);
  });

  test('a trial says what is wanted of it', () => {
    expect(Object.keys(example.load)).toEqual(Object.keys(TRIALS));
  });
});
