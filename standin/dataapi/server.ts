import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ApiError,
  expiredToken,
  internal,
  missingAuthentication,
  serialization,
  throttled,
  unknownOperation,
} from './errors.ts';
import { injectedFaults, type RequestFault } from './faults.ts';
import { perform } from './operations.ts';
import { type DataApiOptions, settingsFrom } from './options.ts';
import { pause } from './pause.ts';
import { type Operation, RULES } from './requests.ts';
import { Service } from './service.ts';
import type { Statement } from './statement.ts';
import { isRecord } from './validate.ts';
import { render, type Wire } from './wire.ts';

/** A request that came in, successful or not. */
export interface LoggedCall {
  readonly operation: Operation;
  readonly body: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch, by the stand-in's clock. */
  readonly at: number;
}

export interface DataApi {
  readonly url: string;
  /** All statements since the start, in order. */
  readonly statements: readonly Statement[];
  readonly calls: readonly LoggedCall[];
  /** Reclaims a session, as the warehouse may at any time. */
  reclaimSession(id: string): void;
  /** Cancels running statements, and closes the backends and the sockets. The caller must stop the engine. */
  stop(): Promise<void>;
}

/** Starts a stand-in of the Redshift Data API that speaks its wire protocol, AWS JSON 1.1, on 127.0.0.1. */
export async function startDataApi(options: DataApiOptions): Promise<DataApi> {
  const front = new Front(new Service(settingsFrom(options)));
  const server = createServer((request, response) => void front.serve(request, response));
  // Idle connections stay open: one that closed just when the client reused it would look like an injected fault.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    statements: front.service.statements.all,
    calls: front.calls,
    reclaimSession: (id) => front.service.reclaim(id),
    stop: () => stop(front.service, server),
  };
}

async function stop(service: Service, server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  await service.stop();
  server.closeAllConnections();
  await closed;
}

/** A lost answer: the connection ends without one. */
class LostAnswer extends Error {}

/** Connects HTTP and the operations. */
class Front {
  readonly service: Service;
  readonly calls: LoggedCall[] = [];
  readonly #counts = new Map<Operation, number>();

  constructor(service: Service) {
    this.service = service;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      reply(response, 200, await this.#answer(request, response));
    } catch (error) {
      // A client that disconnected gets no answer either.
      if (error instanceof LostAnswer || request.socket.destroyed) {
        request.socket.destroy();
      } else {
        replyError(response, error);
      }
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<Wire> {
    if (this.service.stopping.aborted) {
      throw new LostAnswer();
    }
    const closed = new AbortController();
    response.once('close', () => closed.abort());
    const body = await bodyOf(request);
    const operation = operationOf(request);
    if (request.headers.authorization === undefined) {
      throw missingAuthentication();
    }
    const faults = injectedFaults(this.service.settings.faults, { operation, body, count: this.#log(operation, body) });
    await this.#before(faults.request, body);
    this.service.throttle.admit(operation);
    const call = { closed: closed.signal, faults: faults.statement };
    const answer = await perform(this.service, operation, body, call);
    loseAnswer(faults.request, 'after');
    return answer;
  }

  #log(operation: Operation, body: Readonly<Record<string, unknown>>): number {
    const count = (this.#counts.get(operation) ?? 0) + 1;
    this.#counts.set(operation, count);
    this.calls.push({ operation, body, at: this.service.settings.clock() });
    return count;
  }

  async #before(faults: readonly RequestFault[], body: Readonly<Record<string, unknown>>): Promise<void> {
    for (const fault of faults) {
      if (fault.kind === 'throttle') {
        throw throttled();
      }
      if (fault.kind === 'expired-token') {
        throw expiredToken();
      }
      if (fault.kind === 'reclaim-session') {
        this.service.reclaim(body['SessionId']);
      }
      await pause(fault.kind === 'delay' ? fault.milliseconds : 0, this.service.stopping);
    }
    loseAnswer(faults, 'before');
  }
}

function loseAnswer(faults: readonly RequestFault[], when: 'before' | 'after'): void {
  for (const fault of faults) {
    if (fault.kind === 'reset' && fault.when === when) {
      throw new LostAnswer();
    }
    if (fault.kind === 'internal-error' && fault.when === when) {
      throw internal();
    }
    if (fault.kind === 'error' && fault.when === when) {
      throw new ApiError(fault.type, fault.status, { Message: fault.message });
    }
  }
}

function operationOf({ method, headers }: IncomingMessage): Operation {
  const target = String(headers['x-amz-target'] ?? '');
  const name = Object.keys(RULES).find((operation) => target === `RedshiftData.${operation}`);
  if (method !== 'POST' || name === undefined) {
    throw unknownOperation();
  }
  return name as Operation;
}

async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  const body = parse(Buffer.concat(chunks).toString());
  if (!isRecord(body)) {
    throw serialization('The body is not a JSON object');
  }
  return body;
}

function parse(text: string): unknown {
  try {
    // A member that is null counts as absent.
    return JSON.parse(text, (_key, value: unknown) => value ?? undefined);
  } catch (cause) {
    throw serialization(String(cause));
  }
}

function replyError(response: ServerResponse, error: unknown): void {
  if (error instanceof ApiError) {
    reply(response, error.status, { __type: error.type, ...error.members });
  } else {
    // A bug in the stand-in: it is printed, so that it is not mistaken for a fault of the service.
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    replyError(response, internal(`The stand-in failed: ${String(error)}`));
  }
}

function reply(response: ServerResponse, status: number, body: Wire): void {
  response.writeHead(status, {
    'Content-Type': 'application/x-amz-json-1.1',
    'x-amzn-RequestId': randomUUID(),
  });
  response.end(render(body));
}
