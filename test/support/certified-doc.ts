import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { notReached, shortcomings } from '../../src/certify/certify.ts';
import type { CertifiedDocument } from '../../src/certify/document.ts';
import { NOT_REACHED, NOT_TRIED, type Probe } from '../../src/certify/probe.ts';
import { PROBES } from '../../src/certify/probes/all.ts';
import { ROOT } from './cli.ts';

/** The documents of npm run certify that people have sent, by file name. */
export function certifiedDocuments(): readonly (readonly [file: string, document: CertifiedDocument])[] {
  const folder = join(ROOT, 'docs/certified');
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return files.sort().map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8'))] as const);
}

/** The section of docs/engines.md: the possible answers, and what was found where and when. */
export function certifiedSection(documents: readonly CertifiedDocument[]): string {
  const rows = PROBES.map((probe) => row(probe, documents));
  const head = ['question', 'possible answers', 'established'];
  return [...summary(documents), '', ...aligned([head, ...rows])].join('\n');
}

function row(probe: Probe, documents: readonly CertifiedDocument[]): readonly string[] {
  const found = new Map<string, string[]>();
  for (const document of documents) {
    const answer = document.answers[probe.name] ?? NOT_TRIED;
    if (answer !== NOT_TRIED && answer !== NOT_REACHED) {
      found.set(answer, [...(found.get(answer) ?? []), placeOf(document)]);
    }
  }
  const established = [...found].map(([answer, places]) => `${probe.answers[answer] ?? answer} (${places.join('; ')})`);
  return [probe.question, Object.values(probe.answers).join('; '), established.join('; ') || 'no'];
}

function placeOf({ certified, engine }: CertifiedDocument): string {
  return [engine.kind, engine.region, engine.release, certified].filter(Boolean).join(', ');
}

function summary(documents: readonly CertifiedDocument[]): readonly string[] {
  if (documents.length === 0) {
    return ['No results yet: `certify` has not been run on a warehouse.'];
  }
  return documents.map((document) => {
    const { explained } = document.statements;
    const left = notReached(document);
    const notes = [
      `${explained} statements planned`,
      Object.keys(document.load).length === 0 ? 'no load was tried' : 'a load, its repair, rebuild and reconcile',
      ...(left === 0 ? [] : [`${left} questions not reached`]),
      shortcomings(document).join('; ') || 'everything as expected',
    ];
    return `- ${placeOf(document)}: ${notes.join('; ')}.`;
  });
}

/** A Markdown table as Biome and people write it. */
function aligned([head = [], ...rows]: readonly (readonly string[])[]): readonly string[] {
  const cells = [head, ...rows].map((line) => line.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0] ?? '', rule, ...lines.slice(1)];
}
