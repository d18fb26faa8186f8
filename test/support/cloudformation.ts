import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DEFAULTS } from '../../src/provision/parameters.ts';

/** What CloudFormation answers instead. */
interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly status?: number;
}

type Parameters = Readonly<Record<string, string>>;

interface Stack {
  status: string;
  parameters: Parameters;
  /** What the last change set asks for. */
  wanted?: Parameters;
  readonly events: Event[];
}

interface Event {
  readonly resource: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

const STACK_TYPE = 'AWS::CloudFormation::Stack';
const NAMESPACE = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';
const ACCOUNT = 'arn:aws:cloudformation:us-west-2:123456789012';
const OUTPUTS = {
  Host: 'wh.123456789012.us-west-2.redshift-serverless.amazonaws.com',
  DatabaseName: 'dwh',
  CopyRoleArn: 'arn:aws:iam::123456789012:role/wh',
  WorkPrefix: 's3://wh-bucket/work/',
  BucketName: 'wh-bucket',
};

/**
 * A CloudFormation for tests of advice: stacks, change sets and events by the Query protocol (CloudFormation API
 * reference). Every operation ends at once.
 */
export interface CloudFormation {
  readonly url: string;
  readonly stacks: Map<string, Stack>;
  /** Decides on each call; may be set at any time. */
  refuse: (action: string, form: URLSearchParams) => Refusal | undefined;
  /** Why the next operation fails, and at which resource. */
  failure: Event | undefined;
  /** Why change sets cannot be made. */
  reason: string | undefined;
  stop(): Promise<void>;
}

export async function startCloudFormation(): Promise<CloudFormation> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      const action = form.get('Action') ?? '';
      const refusal = fake.refuse(action, form);
      response.setHeader('Content-Type', 'text/xml');
      try {
        if (refusal !== undefined) throw refusal;
        response.end(`<${action}Response xmlns="${NAMESPACE}"><${action}Result>${answer(fake, action, form)}</${action}Result>
<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${action}Response>`);
      } catch (error) {
        const { code, message, status = 400 } = error as Refusal;
        response.statusCode = status;
        response.end(`<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${code}</Code>
<Message>${escaped(message)}</Message></Error><RequestId>r</RequestId></ErrorResponse>`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: CloudFormation = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stacks: new Map(),
    refuse: () => undefined,
    failure: undefined,
    reason: undefined,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}

function answer(fake: CloudFormation, action: string, form: URLSearchParams): string {
  const given = form.get('StackName') ?? form.get('ChangeSetName') ?? '';
  const name = nameOf(given);
  switch (action) {
    case 'DescribeStacks':
      return `<Stacks>${described(name, stackOf(fake, given))}</Stacks>`;
    case 'DescribeStackEvents':
      return `<StackEvents>${listed(name, stackOf(fake, given))}</StackEvents>`;
    case 'ListStackResources':
      return `<StackResourceSummaries>${resourcesOf(stackOf(fake, given).parameters)
        .map((type) => member({ LogicalResourceId: shortOf(type), ResourceType: type }))
        .join('')}</StackResourceSummaries>`;
    case 'CreateChangeSet':
      return created(fake, name, form);
    case 'DescribeChangeSet':
      return proposed(fake, stackOf(fake, given));
    case 'ExecuteChangeSet':
      return ended(fake, given, stackOf(fake, given).status === 'REVIEW_IN_PROGRESS' ? 'CREATE' : 'UPDATE');
    case 'DeleteStack':
      return ended(fake, given, 'DELETE');
    case 'DeleteChangeSet':
      return '';
    default:
      throw { code: 'InvalidAction', message: action } satisfies Refusal;
  }
}

/** Ids hold the name of the stack. */
function nameOf(id: string): string {
  return id.split('/')[1] ?? id;
}

function stackOf(fake: CloudFormation, given: string): Stack {
  const name = nameOf(given);
  const stack = fake.stacks.get(name);
  // A stack that was deleted is found by its id only.
  if (stack === undefined || (stack.status === 'DELETE_COMPLETE' && given === name)) {
    throw { code: 'ValidationError', message: `Stack with id ${name} does not exist` } satisfies Refusal;
  }
  return stack;
}

function idOf(name: string): string {
  return `${ACCOUNT}:stack/${name}/1`;
}

/** The parameters that a request gives. */
export function parametersIn(form: URLSearchParams): Parameters {
  const given = [...form.entries()].flatMap(([key, parameter]) => {
    const [, at] = /^Parameters\.member\.(\d+)\.ParameterKey$/.exec(key) ?? [];
    const value = form.get(`Parameters.member.${at}.ParameterValue`);
    return value === null ? [] : [[parameter, value] as const];
  });
  return Object.fromEntries(given);
}

function created(fake: CloudFormation, name: string, form: URLSearchParams): string {
  const before = fake.stacks.get(name);
  const isThere = before !== undefined && before.status !== 'DELETE_COMPLETE';
  const stack: Stack = isThere ? before : { status: 'REVIEW_IN_PROGRESS', parameters: {}, events: [] };
  stack.wanted = { ...DEFAULTS, ...stack.parameters, ...parametersIn(form) };
  fake.stacks.set(name, stack);
  return `<Id>${ACCOUNT}:changeSet/${name}/2</Id><StackId>${idOf(name)}</StackId>`;
}

/** What a template makes here: enough for what is said of a bucket and of a warehouse. */
function resourcesOf(parameters: Parameters): string[] {
  if (Object.keys(parameters).length === 0) return [];
  const warehouse =
    parameters['Engine'] === 'cluster' ? 'AWS::Redshift::Cluster' : 'AWS::RedshiftServerless::Namespace';
  return ['AWS::S3::Bucket', ...(parameters['Warehouse'] === 'absent' ? [] : [warehouse])];
}

function shortOf(type: string): string {
  return type.split('::')[2] ?? type;
}

function ended(fake: CloudFormation, given: string, kind: 'CREATE' | 'UPDATE' | 'DELETE'): string {
  const stack = stackOf(fake, given);
  const name = nameOf(given);
  const { failure } = fake;
  if (failure === undefined && stack.wanted !== undefined) stack.parameters = stack.wanted;
  stack.events.push({ resource: name, type: STACK_TYPE, status: `${kind}_IN_PROGRESS` });
  if (failure !== undefined) stack.events.push(failure);
  const failed = { CREATE: 'ROLLBACK_COMPLETE', UPDATE: 'UPDATE_ROLLBACK_COMPLETE', DELETE: 'DELETE_FAILED' };
  stack.status = failure === undefined ? `${kind}_COMPLETE` : failed[kind];
  stack.events.push({ resource: name, type: STACK_TYPE, status: stack.status });
  fake.failure = undefined;
  return '';
}

function proposed({ reason }: CloudFormation, { parameters, wanted = {} }: Stack): string {
  const [before, after] = [resourcesOf(parameters), resourcesOf(wanted)];
  const changes = [
    ...after.filter((type) => !before.includes(type)).map((type) => ['Add', type] as const),
    ...before.filter((type) => !after.includes(type)).map((type) => ['Remove', type] as const),
  ];
  const why = reason ?? (changes.length === 0 ? "The submitted information didn't contain changes." : undefined);
  if (why !== undefined) return tags({ Status: 'FAILED', StatusReason: why });
  const members = changes.map(([action, type]) => {
    const change = tags({ Action: action, LogicalResourceId: shortOf(type), ResourceType: type });
    return `<member><Type>Resource</Type><ResourceChange>${change}</ResourceChange></member>`;
  });
  return `<Status>CREATE_COMPLETE</Status><Changes>${members.join('')}</Changes>`;
}

function described(name: string, { status, parameters }: Stack): string {
  const given = Object.entries(parameters).map(([ParameterKey, ParameterValue]) =>
    member({ ParameterKey, ParameterValue }),
  );
  const outputs = Object.entries(OUTPUTS).map(([OutputKey, OutputValue]) => member({ OutputKey, OutputValue }));
  const head = tags({
    StackName: name,
    StackId: idOf(name),
    StackStatus: status,
    CreationTime: '2026-01-01T00:00:00Z',
  });
  return `<member>${head}<Parameters>${given.join('')}</Parameters><Outputs>${outputs.join('')}</Outputs></member>`;
}

/** The latest event comes first. */
function listed(name: string, { events }: Stack): string {
  return events
    .map(({ resource, type, status, reason }, at) =>
      member({
        StackId: idOf(name),
        StackName: name,
        EventId: `e${at}`,
        Timestamp: '2026-01-01T00:00:00Z',
        LogicalResourceId: resource,
        ResourceType: type,
        ResourceStatus: status,
        ...(reason === undefined ? {} : { ResourceStatusReason: reason }),
      }),
    )
    .reverse()
    .join('');
}

function member(values: Readonly<Record<string, string>>): string {
  return `<member>${tags(values)}</member>`;
}

function tags(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `<${name}>${escaped(value)}</${name}>`)
    .join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
