import { StarloadError } from '../errors.ts';
import { cureFor, failuresOf, isChangeable, isRemnant, type StackEvent, type StackState } from './outcome.ts';

type Named = Pick<StackState, 'name' | 'status'>;

/**
 * The error for a failed operation on a stack: which resources failed, why, and what to do. `done` is the intended
 * result.
 */
export function failed(stack: Named, events: readonly StackEvent[], done: 'created' | 'changed' | 'deleted') {
  return new StarloadError(`the stack ${stack.name} was not ${done} (${stack.status})${listed(events)}`, {
    next: `${cures(events)}; then ${afterwards(stack, done)}.`,
  });
}

/**
 * Throws for a stack of that name that is not Starload's. Starload's stacks are created from infra/warehouse.yaml, with
 * its parameters.
 */
export function assertOurs({ name, status, parameters }: StackState): void {
  if (status === 'REVIEW_IN_PROGRESS' || ('Warehouse' in parameters && 'Engine' in parameters)) return;
  throw new StarloadError(`there is a stack ${name}, which provision did not create`, {
    next: 'Use another name with --stack.',
  });
}

/** Throws for a stack in a status that does not allow changes. */
export function assertChangeable(stack: Named, events: readonly StackEvent[]): void {
  if (isChangeable(stack.status) || stack.status === 'REVIEW_IN_PROGRESS') return;
  throw new StarloadError(`the stack ${stack.name} is in ${stack.status} and takes no changes${listed(events)}`, {
    next: `${cures(events)}; then ${afterwards(stack, 'changed')}.`,
  });
}

function listed(events: readonly StackEvent[]): string {
  const lines = failuresOf(events).map(
    ({ resource, type, status, reason }) => `\n  ${resource} (${type}) ${status}: ${reason ?? 'no reason given'}`,
  );
  return lines.length === 0 ? '' : `:${lines.join('')}`;
}

function cures(events: readonly StackEvent[]): string {
  const all = new Set(failuresOf(events).map(cureFor));
  return all.size === 0 ? 'Look at the events of the stack in the CloudFormation console' : [...all].join('; ');
}

function afterwards({ name, status }: Named, done: string): string {
  const stack = `-- --stack ${name}`;
  if (done === 'deleted') return `npm run teardown ${stack} again`;
  if (isChangeable(status)) return `npm run provision ${stack} again; the stack is unchanged`;
  if (!isRemnant(status)) {
    return `choose "Continue update rollback" for it in the CloudFormation console, and npm run provision ${stack}`;
  }
  return `npm run teardown ${stack}, which removes the rest, and npm run provision ${stack}`;
}
