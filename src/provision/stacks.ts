import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack as SdkStack } from '@aws-sdk/client-cloudformation';
import { InterruptedError, messageOf, StarloadError } from '../errors.ts';
import type { SdkClient } from './client.ts';
import { explain } from './errors.ts';
import { failed } from './failure.ts';
import { type Change, isBeginning, isSettled, isSuccess, type StackEvent } from './outcome.ts';

/** A stack as it stands. */
export interface StackState {
  readonly name: string;
  readonly id: string;
  /** Such as CREATE_COMPLETE. */
  readonly status: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** A change set that CloudFormation has worked out and nobody has executed. */
export interface Proposal {
  readonly id: string;
  readonly stackId: string;
  readonly stack: string;
  /** Whether the stack is to be made. */
  readonly isNew: boolean;
  readonly changes: readonly Change[];
}

/** What a change set is to be made of; without a template the stack keeps its own. */
export interface Wish {
  readonly stack: string;
  readonly current: StackState | undefined;
  readonly template?: string | undefined;
  /** A parameter that is not named keeps its value, or gets the template's default. */
  readonly parameters: Readonly<Record<string, string>>;
}

export interface StacksOptions {
  /** Hears of every event of a stack that is followed, once, oldest first. */
  readonly emit: (event: StackEvent) => void;
  /** Stops waiting: what CloudFormation has begun goes on. */
  readonly signal: AbortSignal;
  readonly pollMilliseconds?: number | undefined;
}

const POLL_MILLISECONDS = 3000;
const NOTHING_TO_DO = /didn't contain changes|No updates are to be performed/i;

/** CloudFormation's stacks. Everything throws StarloadError, or InterruptedError once the signal is given. */
export class Stacks {
  readonly #sdk: SdkClient['sdk'];
  readonly #client: SdkClient['client'];
  readonly #options: StacksOptions;
  readonly #seen = new Set<string>();

  constructor({ sdk, client }: SdkClient, options: StacksOptions) {
    this.#sdk = sdk;
    this.#client = client;
    this.#options = options;
  }

  /** A stack by its name or id; undefined when there is none. */
  async find(name: string): Promise<StackState | undefined> {
    return this.#try(`look for the stack ${name}`, async () => {
      const stack = await this.#describe(name);
      return stack === undefined || stack.StackStatus === 'DELETE_COMPLETE' ? undefined : stateOf(stack);
    });
  }

  /** Follows what goes on with a stack to its end, whoever began it. Undefined when the stack is gone then. */
  async settle(stack: StackState): Promise<StackState | undefined> {
    const end = isSettled(stack.status) ? stack : await this.#follow(stack.id, isSettled);
    return end.status === 'DELETE_COMPLETE' ? undefined : end;
  }

  /** Has CloudFormation work out a change; undefined when there is nothing to change. */
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

  /** Drops a proposal, and the empty stack that was made for it. */
  async discard({ id, stackId, isNew }: Pick<Proposal, 'id' | 'stackId' | 'isNew'>): Promise<void> {
    await this.#client.send(new this.#sdk.DeleteChangeSetCommand({ ChangeSetName: id }));
    if (isNew) await this.#client.send(new this.#sdk.DeleteStackCommand({ StackName: stackId }));
  }

  /** Carries out a proposal and follows it to its end. */
  async execute({ id, stack, stackId, isNew }: Proposal): Promise<StackState> {
    return this.#try(`change the stack ${stack}`, async () => {
      await this.#remember(stackId);
      await this.#send(new this.#sdk.ExecuteChangeSetCommand({ ChangeSetName: id }));
      // For a moment the stack may still stand as before.
      const end = await this.#follow(stackId, (status, hasBegun) => hasBegun && isDone(status));
      if (!isSuccess(end.status)) throw failed(end, await this.events(stackId), isNew ? 'created' : 'changed');
      return end;
    });
  }

  /** Deletes a stack with all its resources and follows that to its end. */
  async remove(stack: StackState): Promise<void> {
    await this.#try(`delete the stack ${stack.name}`, async () => {
      await this.#remember(stack.id);
      await this.#send(new this.#sdk.DeleteStackCommand({ StackName: stack.id }));
      const end = await this.#follow(stack.id, (status) => /^DELETE_(COMPLETE|FAILED)$/.test(status));
      if (end.status !== 'DELETE_COMPLETE') throw failed(end, await this.events(stack.id), 'deleted');
    });
  }

  /** The resources a stack has now. */
  async resources(stack: StackState): Promise<readonly Change[]> {
    return this.#try(`list the resources of the stack ${stack.name}`, async () => {
      const found: Change[] = [];
      let token: string | undefined;
      do {
        const page = await this.#send(
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

  /** The events of a stack's last operation at least, oldest first. */
  async events(id: string): Promise<readonly StackEvent[]> {
    const found: StackEvent[] = [];
    let token: string | undefined;
    do {
      const page = await this.#send(
        new this.#sdk.DescribeStackEventsCommand({ StackName: id, ...(token && { NextToken: token }) }),
      );
      found.push(
        ...(page.StackEvents ?? []).map((event) => ({
          id: event.EventId ?? '',
          at: event.Timestamp ?? new Date(0),
          resource: event.LogicalResourceId ?? '',
          type: event.ResourceType ?? '',
          status: event.ResourceStatus ?? '',
          reason: event.ResourceStatusReason,
        })),
      );
      token = found.some(isBeginning) ? undefined : page.NextToken;
    } while (token);
    return found.reverse();
  }

  async #describe(name: string): Promise<SdkStack | undefined> {
    try {
      return (await this.#send(new this.#sdk.DescribeStacksCommand({ StackName: name }))).Stacks?.[0];
    } catch (error) {
      if (/does not exist/.test(messageOf(error))) return undefined;
      throw error;
    }
  }

  async #createChangeSet({ stack, current, template, parameters }: Wish, isNew: boolean) {
    const kept = isNew ? [] : Object.keys(current?.parameters ?? {}).filter((name) => !(name in parameters));
    try {
      return await this.#send(
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

  /** Waits until a change set is worked out; undefined when there is nothing to change. */
  async #changesOf(proposal: Omit<Proposal, 'changes'>): Promise<readonly Change[] | undefined> {
    for (;;) {
      const { Status, StatusReason = '' } = await this.#describeChangeSet(proposal.id);
      if (Status === 'CREATE_COMPLETE') return this.#listChanges(proposal.id);
      if (Status === 'FAILED') {
        if (NOTHING_TO_DO.test(StatusReason)) return undefined;
        throw new StarloadError(`CloudFormation refuses the change of the stack ${proposal.stack}: ${StatusReason}`, {
          next: 'Nothing was changed. Mend what the reason says, and run again.',
        });
      }
      await this.#pause();
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
    return this.#send(
      new this.#sdk.DescribeChangeSetCommand({ ChangeSetName: id, ...(token && { NextToken: token }) }),
    );
  }

  async #remember(id: string): Promise<void> {
    for (const event of await this.events(id)) this.#seen.add(event.id);
  }

  /** Tells the events of a stack until it stands so that `isEnd`, or is gone. */
  async #follow(id: string, isEnd: (status: string, hasBegun: boolean) => boolean): Promise<StackState> {
    let hasBegun = false;
    for (;;) {
      hasBegun = (await this.#tell(id)) || hasBegun;
      // Asked after the events: what they say has begun, the state shows.
      const stack = await this.#describe(id);
      if (stack === undefined || isEnd(stack.StackStatus ?? '', hasBegun)) {
        await this.#tell(id);
        return stateOf(
          stack ?? { StackName: id, StackId: id, StackStatus: 'DELETE_COMPLETE', CreationTime: undefined },
        );
      }
      await this.#pause();
    }
  }

  /** Tells the events that were not told yet; whether an operation began with one of them. */
  async #tell(id: string): Promise<boolean> {
    const fresh = (await this.events(id)).filter((event) => !this.#seen.has(event.id));
    for (const event of fresh) {
      this.#seen.add(event.id);
      this.#options.emit(event);
    }
    return fresh.some(isBeginning);
  }

  async #pause(): Promise<void> {
    await sleep(this.#options.pollMilliseconds ?? POLL_MILLISECONDS, undefined, { signal: this.#options.signal });
  }

  // The SDK's own types of `send` tie a command to its answer.
  get #send(): SdkClient['client']['send'] {
    return this.#client.send.bind(this.#client) as SdkClient['client']['send'];
  }

  async #try<T>(attempt: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      const { reason, aborted } = this.#options.signal;
      if (aborted && reason instanceof InterruptedError) throw interrupted(reason);
      throw explain(error, attempt);
    }
  }
}

function isDone(status: string): boolean {
  return status !== 'REVIEW_IN_PROGRESS' && isSettled(status);
}

function interrupted({ signal }: InterruptedError): InterruptedError {
  return new InterruptedError(signal, '; what CloudFormation has begun goes on', {
    next: 'Run the same command again when you like: it watches what goes on, and goes on from there.',
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
