import { StarloadError } from '../../errors.ts';
import type { Change, StackEvent, StackState } from '../../provision/outcome.ts';
import { toModule } from '../command.ts';
import { confirmed } from '../confirm.ts';
import { counted, document, result, story, styledStory } from '../output.ts';
import { STACK_OPTIONS, type StackArgs, type StackContext, tellChanges, withStacks } from '../stack.ts';

interface Args extends StackArgs {
  readonly deleteData: boolean;
}

export const teardownCommand = toModule<Args>({
  command: 'teardown',
  describe: 'destroy the warehouse that provision created; keep the bucket with its data, unless you add --delete-data',
  options: {
    ...STACK_OPTIONS,
    'delete-data': {
      type: 'boolean',
      default: false,
      describe: 'delete the bucket too, with every version of every file',
    },
  },
  examples: [
    ['npm run teardown', 'the warehouse; asks before it acts'],
    ['npm run teardown -- --delete-data --yes', 'everything, without asking'],
  ],
  run: (args) => withStacks(args, (context) => run(context, args)),
});

async function run(context: StackContext, args: Args): Promise<void> {
  const { isRemnant } = await import('../../provision/outcome.ts');
  const { assertChangeable, assertOurs } = await import('../../provision/failure.ts');
  const found = await context.stacks.find(args.stack);
  const stack = found && (await context.stacks.settle(found));
  if (stack === undefined) return print(context, args, { status: 'absent', removed: [], bucket: null });
  assertOurs(stack);
  if (args.deleteData || isRemnant(stack.status)) return removeAll(context, args, stack);
  assertChangeable(stack, await context.stacks.events(stack));
  await removeWarehouse(context, args, stack);
}

/** Changes the stack so that only the bucket remains in it. */
async function removeWarehouse(context: StackContext, args: Args, stack: StackState): Promise<void> {
  const bucket = stack.outputs['BucketName'] ?? null;
  const proposal = await context.stacks.propose({
    stack: args.stack,
    current: stack,
    parameters: { Warehouse: 'absent' },
  });
  if (proposal === undefined) return print(context, args, { status: 'up_to_date', removed: [], bucket });
  try {
    story(`these resources of the stack ${stack.name} in ${context.region} will be destroyed, with all tables:`);
    await assertWanted(context, args, proposal.changes);
  } catch (error) {
    await context.stacks.discard(proposal);
    throw error;
  }
  context.expect(proposal.changes.length + 1);
  const left = await tellLeftBehind(context, await context.stacks.execute(proposal));
  const removed = proposal.changes.filter(({ resource }) => !left.some((one) => one.resource === resource));
  print(context, args, { status: 'removed', removed, bucket, left });
}

/** Reports what CloudFormation could not delete and no longer manages. */
async function tellLeftBehind({ stacks }: StackContext, stack: StackState): Promise<readonly StackEvent[]> {
  const { cureFor, leftBehind } = await import('../../provision/outcome.ts');
  const left = leftBehind(await stacks.events(stack));
  for (const event of left) {
    story(`${styledStory('yellow', 'warning')}: ${event.resource} is left behind: ${event.reason}`);
    story(`${styledStory('cyan', 'next')}: ${cureFor(event)}, and delete it in the console.`);
  }
  return left;
}

/**
 * Deletes the contents of the stack's bucket, then the stack: CloudFormation does not delete a bucket that is not
 * empty.
 */
async function removeAll(context: StackContext, args: Args, stack: StackState): Promise<void> {
  const resources = await context.stacks.resources(stack);
  const bucket = args.deleteData ? stack.outputs['BucketName'] : undefined;
  story(`the stack ${stack.name} in ${context.region} will be destroyed, with everything in it:`);
  if (bucket !== undefined) story(`every version of every file in s3://${bucket}, and`);
  await assertWanted(context, args, resources);
  const files = bucket === undefined ? 0 : await empty(context, bucket);
  context.expect(resources.length + 1);
  await context.stacks.remove(stack);
  print(context, args, { status: 'removed', removed: resources, bucket: null, files });
}

async function assertWanted({ signal }: StackContext, args: Args, changes: readonly Change[]): Promise<void> {
  tellChanges(changes);
  if (args.yes || (await confirmed('Destroy it?', signal))) return;
  throw new StarloadError(`teardown would destroy ${changes.length} resources; nothing was done`, {
    next: 'Add --yes to do it.',
  });
}

async function empty({ access, region }: StackContext, bucket: string): Promise<number> {
  const { S3Clients } = await import('../../objects/s3/client.ts');
  const { emptyBucket } = await import('../../provision/bucket.ts');
  const clients = new S3Clients({ ...access.aws, region });
  try {
    return await emptyBucket(clients, bucket, (deleted) =>
      story(`s3://${bucket}: ${counted(deleted, 'version')} deleted`),
    );
  } finally {
    await clients.close();
  }
}

interface Report {
  readonly status: 'removed' | 'up_to_date' | 'absent';
  readonly removed: readonly Change[];
  /** The name of the bucket that is kept. */
  readonly bucket: string | null;
  /** The number of deleted versions. */
  readonly files?: number;
  /** What could not be deleted. */
  readonly left?: readonly StackEvent[];
}

function print(
  { region }: StackContext,
  { stack, json }: Args,
  { status, removed, bucket, files = 0, left = [] }: Report,
): void {
  if (json) {
    const resources = removed.map(({ resource, type }) => ({ resource, type }));
    const left_behind = left.map(({ resource, type, reason }) => ({ resource, type, reason }));
    const head = { command: 'teardown', status, stack, region };
    document({ ...head, removed: resources, left_behind, bucket, versions_deleted: files });
    return;
  }
  if (status === 'absent') result(`there is no stack ${stack} in ${region}: nothing to destroy`);
  else if (status === 'up_to_date') result(`the stack ${stack} in ${region} has no warehouse: nothing to destroy`);
  else result(`stack ${stack} in ${region}: ${removed.length} resources destroyed`);
  if (bucket !== null) result(`kept: s3://${bucket} (--delete-data deletes it too)`);
}
