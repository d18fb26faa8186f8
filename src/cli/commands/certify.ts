import { writeFile } from 'node:fs/promises';
import type { Finding } from '../../certify/certify.ts';
import type { CertifiedDocument } from '../../certify/document.ts';
import { BadResult, StarloadError, UsageError } from '../../errors.ts';
import type { RedshiftConfig } from '../certification.ts';
import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { confirmed } from '../confirm.ts';
import { counted, document, result, story, styledStory } from '../output.ts';
import { renderTable } from '../table.ts';

interface Args extends WarehouseArgs {
  readonly yes: boolean;
  readonly minutes: number;
  readonly out: string | undefined;
}

export const certifyCommand = toModule<Args>({
  command: 'certify',
  describe: 'ask a Redshift warehouse what its documentation leaves open, in a schema of its own that it drops',
  options: {
    ...WAREHOUSE_OPTIONS,
    yes: { type: 'boolean', default: false, describe: 'do it without asking' },
    minutes: { type: 'number', default: 15, requiresArg: true, describe: 'the longest it may take' },
    out: {
      type: 'string',
      requiresArg: true,
      describe: 'where the document of what was found goes (certified-DAY-KIND.json)',
    },
  },
  examples: [
    ['npm run certify', 'what it would do and cost; asks before it does it'],
    ['npm run certify -- --yes --out docs/certified/mine.json', 'for a pull request'],
  ],
  run,
});

async function run(args: Args): Promise<void> {
  const { shortcomings, certify } = await import('../../certify/certify.ts');
  const { withCertification } = await import('../certification.ts');
  const config = await configured(args);
  await assertWanted(config, args);
  const findings: Finding[] = [];
  const onFinding = (finding: Finding) => {
    findings.push(finding);
    tell(finding);
  };
  const certified = await withCertification(config, { minutes: args.minutes, onFinding }, certify);
  const file = args.out ?? `certified-${certified.certified}-${certified.engine.kind}.json`;
  await writeFile(file, `${JSON.stringify(certified, undefined, 2)}\n`);
  const short = shortcomings(certified);
  print(certified, findings, { file, json: args.json, isCertified: short.length === 0 });
  if (short.length > 0) {
    throw new BadResult(1, `${counted(short.length, 'thing')} did not work as a load needs it: ${short.join('; ')}`, {
      next: `Report it, with ${file}, which holds no name, account or secret.`,
    });
  }
}

async function configured({ config: path, minutes }: Args): Promise<RedshiftConfig> {
  const { readConfig } = await import('../../config/read.ts');
  if (!(minutes > 0 && minutes <= 60)) {
    throw new UsageError('--minutes is no time for it', { next: 'Write minutes, from 1 to 60.' });
  }
  const config = await readConfig(path, process.env);
  const { target } = config;
  if (target.engine !== 'redshift') {
    throw new UsageError(`certify is for Amazon Redshift, and ${path} means ${target.engine}`, {
      next: 'Name a cluster or workgroup in dwh.cfg: HOST, or CLUSTER_IDENTIFIER or WORKGROUP, with REGION.',
    });
  }
  return { ...config, target };
}

/** Says what it will do and cost, and asks. */
async function assertWanted({ workPrefix }: RedshiftConfig, { yes, minutes }: Args): Promise<void> {
  const { costOf } = await import('../../certify/cost.ts');
  for (const line of costOf(minutes, workPrefix !== undefined)) {
    story(line);
  }
  if (!yes && !(await confirmed('Do it?'))) {
    throw new StarloadError('nothing was done', { next: 'Add --yes to do it.' });
  }
}

function tell(finding: Finding): void {
  if (finding.kind === 'removed') {
    story(`removed ${finding.schema}, which a certification that was killed has left`);
  } else if (finding.kind === 'explained') {
    for (const { statement, said } of finding.refused) {
      story(`${styledStory('red', 'refused')}: ${statement}: ${said}`);
    }
    story(`${counted(finding.statements, 'statement')} planned, ${finding.refused.length} refused`);
  } else {
    tellAnswer(finding.kind === 'tried' ? finding.question : finding.probe.name, finding.answer);
  }
}

function tellAnswer(
  name: string,
  { answer, said }: { readonly answer: string; readonly said?: string | undefined },
): void {
  story(`${name}: ${answer}${said === undefined || said === '' ? '' : ` (${said.split('\n')[0]})`}`);
}

interface Printing {
  readonly file: string;
  readonly json: boolean;
  readonly isCertified: boolean;
}

function print(
  certified: CertifiedDocument,
  findings: readonly Finding[],
  { file, json, isCertified }: Printing,
): void {
  if (json) {
    document({ command: 'certify', status: isCertified ? 'certified' : 'refused', file, ...certified });
    return;
  }
  const rows = findings.flatMap((finding) => {
    if (finding.kind === 'answered') {
      const { question, answers } = finding.probe;
      return [[question, answers[finding.answer.answer] ?? finding.answer.answer]];
    }
    return finding.kind === 'tried' ? [[finding.question, finding.answer.answer]] : [];
  });
  const { explained, refused } = certified.statements;
  result(
    renderTable(['question', 'found'], [['statements planned', `${explained}, ${refused.length} refused`], ...rows]),
  );
  result(`\n${file}: for docs/certified, by a pull request; it holds no name, account or secret`);
}
