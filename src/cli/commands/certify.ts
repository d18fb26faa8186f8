import { writeFile } from 'node:fs/promises';
import type { Finding } from '../../certify/certify.ts';
import { type Bound, type Limits, RPU_HOUR } from '../../certify/cost.ts';
import type { CertifiedDocument } from '../../certify/document.ts';
import { StarloadError, UsageError } from '../../errors.ts';
import { reasonNotToWriteFile } from '../../objects/disk.ts';
import { ENGINE_NAMES } from '../../target.ts';
import type { RedshiftConfig } from '../certification.ts';
import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { confirmed } from '../confirm.ts';
import { counted, document, result, story, styledStory } from '../output.ts';
import { renderTable } from '../table.ts';

interface Args extends WarehouseArgs {
  readonly yes: boolean;
  readonly minutes: number;
  readonly 'max-dollars': number;
  readonly rpus: number | undefined;
  readonly price: number;
  readonly out: string | undefined;
  readonly remove: string | undefined;
}

export const certifyCommand = toModule<Args>({
  command: 'certify',
  describe:
    'test how a Redshift warehouse behaves where its documentation leaves it open, in a schema that it creates and drops',
  options: {
    ...WAREHOUSE_OPTIONS,
    yes: { type: 'boolean', default: false, describe: 'do not ask for confirmation' },
    minutes: { type: 'number', default: 15, requiresArg: true, describe: 'the time limit' },
    'max-dollars': { type: 'number', default: 1, requiresArg: true, describe: 'Serverless: the cost limit' },
    rpus: { type: 'number', requiresArg: true, describe: 'Serverless: the base capacity, which determines the price' },
    price: {
      type: 'number',
      default: RPU_HOUR,
      requiresArg: true,
      describe: 'Serverless: the price of an RPU-hour in US dollars',
    },
    out: {
      type: 'string',
      requiresArg: true,
      describe: 'the file for the results (certified-DAY-KIND.json)',
    },
    remove: { type: 'string', requiresArg: true, hidden: true },
  },
  examples: [
    ['npm run certify', 'show what it will do and cost, and ask before it starts'],
    ['npm run certify -- --rpus 8', 'on a Serverless workgroup of 8 RPUs'],
    ['npm run certify -- --yes --out docs/certified/mine.json', 'for a pull request'],
  ],
  run,
});

async function run(args: Args): Promise<void> {
  const { certify } = await import('../../certify/certify.ts');
  const { verdictOn } = await import('../certify-verdict.ts');
  const { withCertification } = await import('../certification.ts');
  const config = await configured(args);
  if (args.remove !== undefined) {
    return removeIfKilled(config, args.remove);
  }
  assertWritable(args.out);
  const bound = await assertWanted(config, args);
  const findings: Finding[] = [];
  const onFinding = (finding: Finding) => {
    findings.push(finding);
    tell(finding);
  };
  const certified = await withCertification(config, { seconds: bound.seconds, onFinding }, certify);
  const file = args.out ?? `certified-${certified.certified}-${certified.engine.kind}.json`;
  await writeFile(file, `${JSON.stringify(certified, undefined, 2)}\n`);
  const { status, problem } = verdictOn(certified, file);
  print(certified, findings, { file, json: args.json, status });
  if (problem !== undefined) {
    throw problem;
  }
}

/** Otherwise, the findings would be lost at the end. */
function assertWritable(out = 'certified.json'): void {
  const reason = reasonNotToWriteFile(out);
  if (reason !== undefined) {
    throw new UsageError(`the document cannot be written: ${reason}`, {
      next: 'Name a file in a folder that you may write to: --out FILE.',
    });
  }
}

/** The hidden command that certify starts as a second process (cleanup-process.ts). */
async function removeIfKilled(config: RedshiftConfig, schema: string): Promise<void> {
  const { isNeeded } = await import('../cleanup-process.ts');
  const { removeKilled } = await import('../../certify/certify.ts');
  const { isCalledSo } = await import('../../certify/workspace.ts');
  const { withCertification } = await import('../certification.ts');
  if (!isCalledSo(schema)) {
    throw new UsageError(`${schema} is not the name of a certification's schema`, {
      next: 'Leave out --remove: npm run certify cleans up after certifications that were killed.',
    });
  }
  if (await isNeeded()) {
    await withCertification(config, { seconds: SECONDS_TO_REMOVE, schema, onFinding: () => undefined }, removeKilled);
  }
}

const SECONDS_TO_REMOVE = 600;

async function configured({ config: path, model, minutes }: Args): Promise<RedshiftConfig> {
  const { readConfig } = await import('../../config/read.ts');
  if (!(minutes > 0 && minutes <= 60)) {
    throw new UsageError(`--minutes is ${minutes}`, { next: 'Write minutes, above 0 and up to 60.' });
  }
  const config = await readConfig(path, process.env, model);
  const { target } = config;
  if (target.engine !== 'redshift') {
    throw new UsageError(
      `certify is for Amazon Redshift, but the target of ${path} is ${ENGINE_NAMES[target.engine]}`,
      {
        next: 'Name a cluster or workgroup in dwh.cfg: HOST, or CLUSTER_IDENTIFIER or WORKGROUP, with REGION.',
      },
    );
  }
  return { ...config, target };
}

/** Prints what it will do and cost, and asks for confirmation. Returns when it stops by itself. */
async function assertWanted({ target, workPrefix }: RedshiftConfig, args: Args): Promise<Bound> {
  const { boundOf, costOf } = await import('../../certify/cost.ts');
  const limits = limitsOf(args);
  const bound = boundOf(target.workgroup === undefined ? 'cluster' : 'workgroup', limits);
  for (const line of costOf(bound, limits, workPrefix !== undefined)) {
    story(line);
  }
  if (!args.yes && !(await confirmed('Do it?'))) {
    throw new StarloadError('nothing was done', { next: 'Add --yes to do it.' });
  }
  return bound;
}

function limitsOf({ minutes, 'max-dollars': maxDollars, rpus, price }: Args): Limits {
  for (const [name, value] of Object.entries({ 'max-dollars': maxDollars, rpus, price })) {
    if (value !== undefined && !(value > 0)) {
      throw new UsageError(`--${name} is ${value}`, { next: 'Write a number above 0, such as 8.' });
    }
  }
  return { minutes, maxDollars, rpus, price };
}

function tell(finding: Finding): void {
  if (finding.kind === 'removed') {
    story(`removed ${finding.schema}, left by a certification that was killed`);
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
  readonly status: string;
}

function print(certified: CertifiedDocument, findings: readonly Finding[], { file, json, status }: Printing): void {
  if (json) {
    document({ command: 'certify', status, file, ...certified });
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
  result(`\n${file}: add it to docs/certified with a pull request; it contains no name, account or secret`);
}
