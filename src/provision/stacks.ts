import type { Stack as SdkStack } from '@aws-sdk/client-cloudformation';
import { InterruptedError, messageOf, StarloadError } from '../errors.ts';
import type { StackClient } from './client.ts';
import { adviceFor, explain } from './errors.ts';
import { failed } from './failure.ts';
import { type Change, isSettled, isSuccess, type StackEvent, type StackState } from './outcome.ts';
import { DEFAULTS } from './parameters.ts';
import { StackWatch, type WatchOptions } from './watch.ts';

/** A change set that CloudFormation has prepared and that has not been executed. */
export interface Proposal {
  readonly id: string;
  readonly stackId: string;
  readonly stack: string;
  /** Whether the stack will be created. */
  readonly isNew: boolean;
  readonly changes: readonly Change[];
}

/** The input of a change set. Without a template, the stack keeps its own. */
export interface Wish {
  readonly stack: string;
  readonly current: StackState | undefined;
  readonly template?: string | undefined;
  /** A parameter that is not named keeps its value, or gets the template's default. */
  readonly parameters: Readonly<Record<string, string>>;
}

const NOTHING_TO_DO = /didn't contain changes|No updates are to be performed/i;

/** CloudFormation's stacks. All methods throw StarloadError, or InterruptedError once the signal is aborted. */
export class Stacks {
  readonly #sdk: StackClient['sdk'];
  readonly #client: StackClient['client'];
  readonly #watch: StackWatch;
  readonly #signal: AbortSignal;

  constructor(aws: StackClient, options: WatchOptions) {
    this.#sdk = aws.sdk;
    this.#client = aws.client;
    this.#watch = new StackWatch(aws, options);
    this.#signal = options.signal;
  }

  /** A stack by its name or id; undefined if there is none. */
  async find(name: string): Promise<StackState | undefined> {
    return this.#try(`look for the stack ${name}`, async () => existing(await this.#watch.describe(name)));
  }

  /** Follows the operation on a stack to its end, no matter who started it. Undefined if the stack is gone then. */
  async settle(stack: StackState): Promise<StackState | undefined> {
    if (isSettled(stack.status)) return stack;
    return this.#try(`watch the stack ${stack.name}`, async () =>
      existing(await this.#watch.follow(stack.id, isSettled)),
    );
  }

  /** Makes CloudFormation compute a change; undefined if there is nothing to change. */
  async propose(wish: Wish): Promise<Proposal | undefined> {
    return this.#try(`plan the stack ${wish.stack}`, async () => {
      const isNew = wish.current === undefined || wish.current.status === 'REVIEW_IN_PROGRESS';
      const made = await this.#createChangeSet(wish, isNew);
      if (made === undefined) return undefined;
      const proposal = { id: made.Id ?? '', stackId: made.StackId ?? wish.stack, stack: wish.stack, isNew };
      const changes = await this.#changesOf(proposal).catch(async (error) => {
        await this.discard(proposal).catch(() => undefined);
        throw error;
      });
      if (changes !== undefined) return { ...proposal, changes };
      await this.discard(proposal);
      return undefined;
    });
  }

  /** Deletes a proposal, and the empty stack that was created for it. */
  async discard({ id, stackId, isNew }: Pick<Proposal, 'id' | 'stackId' | 'isNew'>): Promise<void> {
    await this.#client.send(new this.#sdk.DeleteChangeSetCommand({ ChangeSetName: id }));
    if (isNew) await this.#client.send(new this.#sdk.DeleteStackCommand({ StackName: stackId }));
  }

  /** Executes a proposal and follows it to its end. */
  async execute({ id, stack, stackId, isNew }: Proposal): Promise<StackState> {
    return this.#try(`change the stack ${stack}`, async () => {
      await this.#watch.remember(stackId);
      await this.#client.send(new this.#sdk.ExecuteChangeSetCommand({ ChangeSetName: id }));
      // For a moment the stack may still have its previous state.
      const end = existing(await this.#watch.follow(stackId, (status, hasBegun) => hasBegun && isDone(status)));
      if (end !== undefined && isSuccess(end.status)) return end;
      const gone = { name: stack, status: 'DELETE_COMPLETE' };
      throw failed(end ?? gone, await this.#watch.events(stackId), isNew ? 'created' : 'changed');
    });
  }

  /** Deletes a stack with all its resources and follows the deletion to its end. */
  async remove(stack: StackState): Promise<void> {
    await this.#try(`delete the stack ${stack.name}`, async () => {
      await this.#watch.remember(stack.id);
      await this.#client.send(new this.#sdk.DeleteStackCommand({ StackName: stack.id }));
      const isEnd = (status: string) => /^DELETE_(COMPLETE|FAILED)$/.test(status);
      const end = existing(await this.#watch.follow(stack.id, isEnd));
      if (end !== undefined) throw failed(end, await this.#watch.events(stack.id), 'deleted');
    });
  }

  /** The current resources of a stack. */
  async resources(stack: StackState): Promise<readonly Change[]> {
    return this.#try(`list the resources of the stack ${stack.name}`, async () => {
      const found: Change[] = [];
      let token: string | undefined;
      do {
        const page = await this.#client.send(
          new this.#sdk.ListStackResourcesCommand({ StackName: stack.id, ...(token && { NextToken: token }) }),
        );
        for (const {
          LogicalResourceId: resource = '',
          ResourceType: type = '',
          ResourceStatus: status,
        } of page.StackResourceSummaries ?? []) {
          if (status !== 'DELETE_COMPLETE') found.push({ action: 'Remove', resource, type });
        }
        token = page.NextToken;
      } while (token);
      return found;
    });
  }

  /** At least the events of a stack's last operation, oldest first. */
  async events({ id, name }: StackState): Promise<readonly StackEvent[]> {
    return this.#try(`read the events of the stack ${name}`, () => this.#watch.events(id));
  }

  async #createChangeSet({ stack, current, template, parameters }: Wish, isNew: boolean) {
    // A parameter of an older template that the current one no longer has must not be named.
    const isKnown = (name: string) => template === undefined || name in DEFAULTS;
    const had = isNew ? [] : Object.keys(current?.parameters ?? {});
    const kept = had.filter((name) => isKnown(name) && !(name in parameters));
    try {
      return await this.#client.send(
        new this.#sdk.CreateChangeSetCommand({
          StackName: stack,
          ChangeSetName: `starload-${Date.now()}`,
          ChangeSetType: isNew ? 'CREATE' : 'UPDATE',
          Capabilities: ['CAPABILITY_IAM'],
          ...(template === undefined ? { UsePreviousTemplate: true } : { TemplateBody: template }),
          Parameters: [
            ...Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
            ...kept.map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true })),
          ],
        }),
      );
    } catch (error) {
      if (NOTHING_TO_DO.test(messageOf(error))) return undefined;
      throw error;
    }
  }

  /** Waits until a change set is computed; undefined if there is nothing to change. */
  async #changesOf(proposal: Omit<Proposal, 'changes'>): Promise<readonly Change[] | undefined> {
    for (;;) {
      const { Status, StatusReason = '' } = await this.#describeChangeSet(proposal.id);
      if (Status === 'CREATE_COMPLETE') return this.#listChanges(proposal.id);
      if (Status === 'FAILED') {
        if (NOTHING_TO_DO.test(StatusReason)) return undefined;
        throw new StarloadError(`CloudFormation refuses the change of the stack ${proposal.stack}: ${StatusReason}`, {
          next:
            adviceFor(StatusReason) ?? 'Nothing was changed. Fix the problem that the reason describes, and run again.',
        });
      }
      await this.#watch.pause();
    }
  }

  async #listChanges(id: string): Promise<readonly Change[]> {
    const changes: Change[] = [];
    let token: string | undefined;
    do {
      const page = await this.#describeChangeSet(id, token);
      for (const { ResourceChange: change } of page.Changes ?? []) {
        changes.push({
          action: change?.Action ?? '',
          resource: change?.LogicalResourceId ?? '',
          type: change?.ResourceType ?? '',
          replacement: change?.Replacement,
        });
      }
      token = page.NextToken;
    } while (token);
    return changes;
  }

  #describeChangeSet(id: string, token?: string) {
    return this.#client.send(
      new this.#sdk.DescribeChangeSetCommand({ ChangeSetName: id, ...(token && { NextToken: token }) }),
    );
  }

  async #try<T>(attempt: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      const { reason, aborted } = this.#signal;
      if (aborted && reason instanceof InterruptedError) throw interrupted(reason);
      throw explain(error, attempt);
    }
  }
}

function existing(stack: SdkStack | undefined): StackState | undefined {
  return stack === undefined || stack.StackStatus === 'DELETE_COMPLETE' ? undefined : stateOf(stack);
}

function isDone(status: string): boolean {
  return status !== 'REVIEW_IN_PROGRESS' && isSettled(status);
}

function interrupted({ signal }: InterruptedError): InterruptedError {
  return new InterruptedError(signal, '; CloudFormation continues what it has started', {
    next: 'Run the same command again at any time: it watches CloudFormation and continues from there.',
  });
}

function stateOf({ StackName = '', StackId = '', StackStatus, Parameters, Outputs }: SdkStack): StackState {
  return {
    name: StackName,
    id: StackId,
    status: StackStatus ?? '',
    parameters: Object.fromEntries((Parameters ?? []).map((one) => [one.ParameterKey ?? '', one.ParameterValue ?? ''])),
    outputs: Object.fromEntries((Outputs ?? []).map((one) => [one.OutputKey ?? '', one.OutputValue ?? ''])),
  };
}
