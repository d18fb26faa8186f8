import type { AwsSettings } from '../../config/aws-access.ts';
import { StarloadError, UsageError } from '../../errors.ts';
import type { StackState } from '../../provision/outcome.ts';
import type { ParameterName, Parameters } from '../../provision/parameters.ts';
import type { Proposal } from '../../provision/stacks.ts';
import { toModule } from '../command.ts';
import { confirmed } from '../confirm.ts';
import { printProvisioning, tellCost, tellProposal, warnOfNobody } from '../provision-report.ts';
import { STACK_OPTIONS, type StackArgs, type StackContext, withStacks } from '../stack.ts';

interface Args extends StackArgs {
  readonly [option: string]: unknown;
  readonly price: number | undefined;
  readonly dryRun: boolean;
}

/**
 * The options that are parameters of the template, which has the defaults. If an option is left out, a stack keeps its
 * value.
 */
const PARAMETERS = {
  engine: { parameter: 'Engine', describe: 'serverless (billed by the second; the default) or cluster (by the hour)' },
  database: { parameter: 'Database', describe: 'of a new warehouse (default: DB_NAME of dwh.cfg, else dwh)' },
  'base-capacity': { parameter: 'BaseCapacity', describe: 'serverless: base capacity in RPUs (8)' },
  'max-capacity': { parameter: 'MaxCapacity', describe: 'serverless: maximum capacity in RPUs (32)' },
  'node-type': { parameter: 'NodeType', describe: 'cluster: node type (ra3.large)' },
  nodes: { parameter: 'NodeCount', describe: 'cluster: number of nodes (1)' },
  subnets: { parameter: 'SubnetIds', describe: 'subnet ids, comma-separated (default: those of the default VPC)' },
  'security-groups': {
    parameter: 'SecurityGroupIds',
    describe: "ids, comma-separated (default: the VPC's default group)",
  },
  users: { parameter: 'LoaderUsers', describe: 'IAM users that load, comma-separated' },
  roles: { parameter: 'LoaderRoles', describe: 'IAM roles that load, comma-separated' },
  'kms-keys': {
    parameter: 'SourceKeys',
    describe: 'ARNs of the KMS keys of sources encrypted with SSE-KMS, comma-separated',
  },
  email: { parameter: 'AlarmEmail', describe: 'address for mail when the budget is nearly spent' },
  budget: { parameter: 'MonthlyBudget', describe: 'US dollars a month for Redshift (50)' },
  'usage-limits': {
    parameter: 'UsageLimits',
    describe: 'cluster: yes or no (default: yes if the region supports them)',
  },
  'budget-alarm': {
    parameter: 'BudgetAlarm',
    describe: 'with --email: yes or no (default: yes if the region supports it)',
  },
  'work-days': { parameter: 'WorkDays', describe: 'days after which leftover work files expire (7)' },
} as const satisfies Record<string, { parameter: ParameterName; describe: string }>;

export const provisionCommand = toModule<Args>({
  command: 'provision',
  describe: 'create or change a Redshift warehouse on AWS, with its bucket and role, and write it into dwh.cfg',
  options: {
    ...STACK_OPTIONS,
    ...Object.fromEntries(
      Object.entries(PARAMETERS).map(([name, { describe }]) => [
        name,
        { type: 'string' as const, requiresArg: true, describe },
      ]),
    ),
    price: {
      type: 'number',
      requiresArg: true,
      describe: 'price of an RPU-hour or node-hour in US dollars, for the estimate',
    },
    'dry-run': {
      type: 'boolean',
      default: false,
      describe: 'show what would be done and what it costs, but do nothing',
    },
  },
  examples: [
    ['npm run provision -- --dry-run', 'show what would be created, and its cost'],
    [
      'npm run provision -- --region us-west-2 --users me --email me@example.com',
      'Redshift Serverless; asks before it acts',
    ],
    ['npm run provision -- --engine cluster --nodes 2 --yes', 'a cluster, without asking'],
  ],
  run: async (args) => {
    await assertPossible(args, askedFor(args));
    await withStacks(args, (context) => run(context, args));
  },
});

async function run(context: StackContext, args: Args): Promise<void> {
  const { DEFAULTS, effective, sourceParameters } = await import('../../provision/parameters.ts');
  const { estimate } = await import('../../provision/cost.ts');
  const { missingIn } = await import('../../provision/regions.ts');
  const { readTemplate } = await import('../../provision/template.ts');
  await assertEditable(context, args);
  const current = await currentState(context, args);
  const sources = sourceParameters(context.access.sources, context.region);
  const database = current === undefined ? databaseOf(context.access) : {};
  const byRegion = await regional(context, current);
  const asked: Parameters = { ...database, ...byRegion, ...askedFor(args), ...sources, Warehouse: DEFAULTS.Warehouse };
  const parameters = effective(asked, current?.parameters ?? {});
  await assertPossible(args, parameters);
  const cost = estimate(parameters, args.price);
  const wish = { stack: args.stack, current, template: await readTemplate(), parameters: asked };
  const proposal = await context.stacks.propose(wish);
  const report = { region: context.region, changes: proposal?.changes ?? [], cost, outputs: {}, written: [] };
  if (proposal !== undefined) tellProposal(proposal, context.region);
  if (proposal !== undefined || args.dryRun) tellCost(cost, parameters, missingIn(parameters));
  if (proposal !== undefined && args.dryRun) {
    await context.stacks.discard(proposal);
    return printProvisioning({ ...report, status: 'planned' }, args);
  }
  const stack = proposal === undefined ? current : await carryOut(context, args, proposal);
  const outputs = stack?.outputs ?? {};
  const written = args.dryRun ? [] : await writeConfig(context, args, outputs);
  if (parameters.LoaderUsers + parameters.LoaderRoles === '') warnOfNobody();
  const done = proposal?.isNew === true ? 'created' : 'changed';
  printProvisioning({ ...report, status: proposal === undefined ? 'up_to_date' : done, outputs, written }, args);
}

/** A new warehouse gets the database named in dwh.cfg, if the name is allowed. */
function databaseOf({ database = '' }: AwsSettings): Parameters {
  return /^[a-z_][a-z0-9_]{0,62}$/.test(database) ? { Database: database } : {};
}

function askedFor(args: Args): Parameters {
  const given = Object.entries(PARAMETERS).filter(([name]) => args[name] !== undefined);
  return Object.fromEntries(given.map(([name, { parameter }]) => [parameter, String(args[name])]));
}

/** Values that depend on the region, if neither the command line nor the stack sets them. */
async function regional({ region }: StackContext, current: StackState | undefined): Promise<Parameters> {
  const { regionParameters } = await import('../../provision/regions.ts');
  const decided = Object.entries(regionParameters(region)).filter(([name]) => current?.parameters[name] === undefined);
  return Object.fromEntries(decided);
}

/** Judges the options given, and again all of them once those of the stack are known. Names every mistake. */
async function assertPossible({ stack, price }: Args, parameters: Parameters): Promise<void> {
  const { mistakesIn, nameMistakes, priceMistakes } = await import('../../provision/parameters.ts');
  const mistakes = [...nameMistakes(stack, parameters), ...mistakesIn(parameters), ...priceMistakes(price)];
  if (mistakes.length === 0) return;
  const cures = new Set(mistakes.map(({ next }) => next));
  throw new UsageError(mistakes.map(({ message }) => message).join('; '), { next: [...cures].join(' ') });
}

/** The state of the stack, once no operation is in progress. */
async function currentState({ stacks }: StackContext, { stack }: Args): Promise<StackState | undefined> {
  const { assertChangeable, assertOurs } = await import('../../provision/failure.ts');
  const found = await stacks.find(stack);
  const current = found && (await stacks.settle(found));
  if (current === undefined) return undefined;
  assertOurs(current);
  assertChangeable(current, await stacks.events(current));
  return current;
}

async function carryOut(context: StackContext, args: Args, proposal: Proposal): Promise<StackState> {
  const { stacks, expect } = context;
  try {
    await assertWanted(context, args, proposal);
  } catch (error) {
    await stacks.discard(proposal);
    throw error;
  }
  expect(proposal.changes.length + 1);
  return stacks.execute(proposal);
}

async function assertWanted({ signal }: StackContext, args: Args, proposal: Proposal): Promise<void> {
  const { destroyedBy } = await import('../../provision/outcome.ts');
  const lost = destroyedBy(proposal.changes);
  if (lost.length > 0) {
    throw new StarloadError(`this change would destroy ${lost.join(', ')} with everything in it; nothing was done`, {
      next: `If that is what you want, run npm run teardown -- --stack ${args.stack} first: it keeps the bucket.`,
    });
  }
  const verb = proposal.isNew ? 'create' : 'change';
  if (args.yes || (await confirmed(`${verb === 'create' ? 'Create' : 'Change'} it?`, signal))) return;
  throw new StarloadError(`provision would ${verb} the stack ${proposal.stack}; nothing was done`, {
    next: 'Add --yes to do it.',
  });
}

/** Throws if dwh.cfg could not be edited afterwards. It is better to fail now than after creating a warehouse. */
async function assertEditable(context: StackContext, args: Args): Promise<void> {
  const { OUTPUTS } = await import('../../provision/settings.ts');
  await edited(context, args, Object.fromEntries(OUTPUTS.map((name) => [name, 'x'])));
}

/** Writes the outputs into dwh.cfg. Returns the keys whose lines changed. */
async function writeConfig(context: StackContext, args: Args, outputs: Readonly<Record<string, string>>) {
  const { text, keys } = await edited(context, args, outputs);
  if (text !== context.text) {
    const { replaceConfig } = await import('../../config/write.ts');
    await replaceConfig(args.config, context.text, text, await linesFor(outputs));
  }
  return keys;
}

/** The lines to add to dwh.cfg by hand. */
async function linesFor(outputs: Readonly<Record<string, string>>): Promise<string> {
  const { SETTINGS } = await import('../../config/settings.ts');
  const { settingsOf } = await import('../../provision/settings.ts');
  const lines = Object.entries(settingsOf(outputs)).map(([id, value]) => {
    const { section, key } = SETTINGS[id as keyof typeof SETTINGS];
    return value === null ? `no ${key} under [${section}]` : `${key} = ${value} under [${section}]`;
  });
  return lines.join(', ');
}

async function edited({ text }: StackContext, { config }: Args, outputs: Readonly<Record<string, string>>) {
  const { editConfig } = await import('../../config/edit.ts');
  const { settingsOf } = await import('../../provision/settings.ts');
  const { readExample } = await import('../../provision/template.ts');
  return editConfig(config, text ?? (await readExample()), settingsOf(outputs));
}
