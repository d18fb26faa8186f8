import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '@aws-sdk/client-cloudformation';
import { messageOf } from '../errors.ts';
import type { StackClient } from './client.ts';
import { isBeginning, type StackEvent } from './outcome.ts';

export interface WatchOptions {
  /** Receives every event of a followed stack, once, oldest first. */
  readonly emit: (event: StackEvent) => void;
  /** Stops waiting; CloudFormation continues what it has started. */
  readonly signal: AbortSignal;
  readonly pollMilliseconds?: number | undefined;
}

const POLL_MILLISECONDS = 3000;

/** Reads stacks and follows their operations. Throws the SDK's errors. */
export class StackWatch {
  readonly #sdk: StackClient['sdk'];
  readonly #client: StackClient['client'];
  readonly #options: WatchOptions;
  readonly #seen = new Set<string>();

  constructor({ sdk, client }: StackClient, options: WatchOptions) {
    this.#sdk = sdk;
    this.#client = client;
    this.#options = options;
  }

  /** A stack by its name or id; undefined if there is none. */
  async describe(name: string): Promise<Stack | undefined> {
    try {
      return (await this.#client.send(new this.#sdk.DescribeStacksCommand({ StackName: name }))).Stacks?.[0];
    } catch (error) {
      if (/does not exist/.test(messageOf(error))) return undefined;
      throw error;
    }
  }

  /** At least the events of a stack's last operation, oldest first. */
  async events(id: string): Promise<readonly StackEvent[]> {
    const found: StackEvent[] = [];
    let token: string | undefined;
    do {
      const page = await this.#client.send(
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

  /** Treats the events of a stack so far as already reported. */
  async remember(id: string): Promise<void> {
    for (const event of await this.events(id)) this.#seen.add(event.id);
  }

  /**
   * Reports the events of a stack until `isEnd` returns true for its status, or until the stack is gone; it returns
   * undefined then.
   */
  async follow(id: string, isEnd: (status: string, hasBegun: boolean) => boolean): Promise<Stack | undefined> {
    let hasBegun = false;
    for (;;) {
      hasBegun = (await this.#tell(id)) || hasBegun;
      // Requested after the events, so that the state reflects any operation they report as begun.
      const stack = await this.describe(id);
      if (stack === undefined || isEnd(stack.StackStatus ?? '', hasBegun)) {
        await this.#tell(id);
        return stack;
      }
      await this.pause();
    }
  }

  /** Waits a little; rejects once the signal is aborted. */
  async pause(): Promise<void> {
    await sleep(this.#options.pollMilliseconds ?? POLL_MILLISECONDS, undefined, { signal: this.#options.signal });
  }

  /** Reports the events not reported yet; returns whether an operation began with one of them. */
  async #tell(id: string): Promise<boolean> {
    const fresh = (await this.events(id)).filter((event) => !this.#seen.has(event.id));
    for (const event of fresh) {
      this.#seen.add(event.id);
      this.#options.emit(event);
    }
    return fresh.some(isBeginning);
  }
}
