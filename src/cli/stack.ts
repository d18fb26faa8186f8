import type { Options } from 'yargs';
import type { AwsSettings } from '../config/aws-access.ts';
import { ConfigError, messageOf, UsageError } from '../errors.ts';
import type { Change, StackEvent } from '../provision/outcome.ts';
import type { Stacks } from '../provision/stacks.ts';
import { WAREHOUSE_OPTIONS, type WarehouseArgs } from './command.ts';
import { count, story, styledStory } from './output.ts';
import { startReporter } from './reporter.ts';
import { watchSignals } from './signals.ts';
import { renderTable } from './table.ts';

/** The options of the commands for stacks. */
export interface StackArgs extends WarehouseArgs {
  readonly stack: string;
  readonly region: string | undefined;
  readonly yes: boolean;
}

/** `--config`, `--json`, `--stack`, `--region` and `--yes`. */
export const STACK_OPTIONS = {
  ...WAREHOUSE_OPTIONS,
  stack: { type: 'string', default: 'starload', requiresArg: true, describe: 'the name of the CloudFormation stack' },
  region: {
    type: 'string',
    requiresArg: true,
    describe: "the stack's region (default: that of dwh.cfg, else that of the AWS profile)",
  },
  yes: { type: 'boolean', default: false, describe: 'do not ask for confirmation' },
} as const satisfies Record<string, Options>;

/** What a command needs to work on a stack. */
export interface StackContext {
  readonly stacks: Stacks;
  readonly region: string;
  readonly access: AwsSettings;
  /** The text of dwh.cfg; undefined if the file does not exist. */
  readonly text: string | undefined;
  readonly signal: AbortSignal;
  /** Announces that events of this many resources will follow. */
  expect(resources: number): void;
}

/** Names that are also allowed for a cluster, a workgroup and a namespace. */
const STACK_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const LONGEST_NAME = 40;

/** Reads the AWS settings of dwh.cfg, opens CloudFormation and runs the action. A signal stops the waiting. */
export async function withStacks<T>(args: StackArgs, action: (context: StackContext) => Promise<T>): Promise<T> {
  checkName(args.stack);
  await checkRegion(args.region);
  const { parseAwsAccess } = await import('../config/aws-access.ts');
  const { openClient } = await import('../provision/client.ts');
  const { Stacks } = await import('../provision/stacks.ts');
  const text = await readIfThere(args.config);
  const { originOf, warnOfReaders } = await import('../config/read.ts');
  const access = parseAwsAccess(text ?? '', await originOf(args.config, text ?? '', { env: process.env }));
  const warnings = [...access.warnings, ...(await warnOfReaders(args.config, text ?? ''))];
  for (const { message } of warnings) story(`${styledStory('yellow', 'warning')}: ${message}`);
  const opened = await openClient({ ...access.aws, region: args.region ?? access.aws.region });
  const watch = await watchSignals(() => {});
  const reporter = stackReporter();
  try {
    const region = await opened.client.config.region().catch((error: unknown) => {
      throw new UsageError(`the region is not known (${messageOf(error)})`, {
        next: 'Name it: --region us-west-2, or REGION under [AWS] in dwh.cfg, or AWS_REGION in the environment.',
        cause: error,
      });
    });
    const stacks = new Stacks(opened, { emit: reporter.emit, signal: watch.signal });
    return await action({ stacks, region, access, text, signal: watch.signal, expect: reporter.expect });
  } finally {
    watch.release();
    reporter.stop();
    opened.client.destroy();
  }
}

function checkName(name: string): void {
  if (STACK_NAME.test(name) && name.length <= LONGEST_NAME) return;
  throw new UsageError(`--stack ${name} cannot be used as the name of a warehouse`, {
    next: `Use a name of lower-case letters, digits and single hyphens that begins with a letter, at most ${LONGEST_NAME} long.`,
  });
}

async function checkRegion(region: string | undefined): Promise<void> {
  const { REGION } = await import('../config/endpoint.ts');
  if (region === undefined || REGION.test(region)) return;
  throw new UsageError(`--region ${region} is not an AWS region`, { next: 'Write a region such as us-west-2.' });
}

async function readIfThere(path: string): Promise<string | undefined> {
  const { readText } = await import('../config/read.ts');
  try {
    return await readText(path);
  } catch (error) {
    const isMissing = error instanceof ConfigError && (error.cause as { code?: string } | undefined)?.code === 'ENOENT';
    if (isMissing) return undefined;
    throw error;
  }
}

/** Prints what a change set would do. */
export function tellChanges(changes: readonly Change[]): void {
  const rows = changes.map(({ action, resource, type, replacement }) => [
    action === 'Modify' && replacement === 'True' ? 'Replace' : action,
    resource,
    type,
  ]);
  story(renderTable(['change', 'resource', 'type'], rows));
}

/**
 * Reports a stack's events: completed and failed resources on lines of their own, current activity in place on a
 * terminal.
 */
function stackReporter() {
  const reporter = startReporter();
  const done = new Set<string>();
  let expected = 0;
  const emit = (event: StackEvent) => {
    if (event.status.endsWith('_COMPLETE')) done.add(event.resource);
    const progress = expected === 0 ? '' : `[${count(Math.min(done.size, expected))}/${count(expected)}] `;
    const line = `${progress}${describe(event)}`;
    if (event.status.endsWith('_IN_PROGRESS')) {
      reporter.emit({ type: 'doing', what: line });
    } else {
      story(event.status.endsWith('_FAILED') ? styledStory('red', line) : line);
    }
  };
  return {
    emit,
    stop: reporter.stop,
    expect: (resources: number) => {
      expected = resources;
    },
  };
}

function describe({ resource, type, status, reason }: StackEvent): string {
  return `${resource} (${type}) ${status}${reason === undefined ? '' : `: ${reason}`}`;
}
