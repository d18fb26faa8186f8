/** The state of a stack. */
export interface StackState {
  readonly name: string;
  readonly id: string;
  /** For example CREATE_COMPLETE. */
  readonly status: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** An event of a stack or of one of its resources. */
export interface StackEvent {
  readonly id: string;
  readonly at: Date;
  readonly resource: string;
  readonly type: string;
  /** For example CREATE_FAILED. */
  readonly status: string;
  readonly reason?: string | undefined;
}

/** One change in a change set. */
export interface Change {
  /** Add, Modify, Remove, … */
  readonly action: string;
  readonly resource: string;
  readonly type: string;
  /** Whether the resource is replaced, which loses its content: True, False or Conditional. */
  readonly replacement?: string | undefined;
}

const STACK = 'AWS::CloudFormation::Stack';
const BEGINS = ['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'DELETE_IN_PROGRESS', 'IMPORT_IN_PROGRESS'];

/** Whether an event is the beginning of the stack's last operation. Older events belong to earlier ones. */
export function isBeginning({ type, status }: StackEvent): boolean {
  return type === STACK && BEGINS.includes(status);
}

/**
 * Of a stack's events, oldest first, those that made the last operation fail, without those that were cancelled because
 * of it.
 */
export function failuresOf(events: readonly StackEvent[]): readonly StackEvent[] {
  const began = events.findLastIndex(isBeginning);
  const failed = events.slice(Math.max(0, began)).filter(({ status }) => status.endsWith('_FAILED'));
  const causes = failed.filter(({ type, reason = '' }) => type !== STACK && !/cancelled/i.test(reason));
  return causes.length > 0 ? causes : failed;
}

/**
 * Of a stack's events, oldest first, those of resources that the last operation could not delete, however often it
 * tried.
 */
export function leftBehind(events: readonly StackEvent[]): readonly StackEvent[] {
  const last = new Map(events.slice(Math.max(0, events.findLastIndex(isBeginning))).map((one) => [one.resource, one]));
  return [...last.values()].filter(({ type, status }) => type !== STACK && status === 'DELETE_FAILED');
}

/** Whether no operation is in progress. A stack under review waits indefinitely for its first change set. */
export function isSettled(status: string): boolean {
  return status === 'REVIEW_IN_PROGRESS' || !status.endsWith('_IN_PROGRESS');
}

/** Whether an operation with this final status succeeded. */
export function isSuccess(status: string): boolean {
  return ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE', 'DELETE_COMPLETE'].includes(status);
}

/** Whether the status is that of a stack left by a failed creation or deletion. Such a stack can only be deleted. */
export function isRemnant(status: string): boolean {
  return /^(CREATE_FAILED|ROLLBACK_(COMPLETE|FAILED)|DELETE_FAILED|REVIEW_IN_PROGRESS)$/.test(status);
}

/** Whether a stack with this status accepts a change set. */
export function isChangeable(status: string): boolean {
  return isSuccess(status) || ['UPDATE_ROLLBACK_COMPLETE', 'IMPORT_ROLLBACK_COMPLETE'].includes(status);
}

const HOLDS_DATA = ['AWS::S3::Bucket', 'AWS::Redshift::Cluster', 'AWS::RedshiftServerless::Namespace'];

/** The resources that a change would destroy together with the users' data in them. */
export function destroyedBy(changes: readonly Change[]): readonly string[] {
  return changes
    .filter(({ type }) => HOLDS_DATA.includes(type))
    .filter(({ action, replacement }) => action === 'Remove' || replacement === 'True')
    .map(({ resource, type }) => `${resource} (${type})`);
}

interface Cure {
  readonly pattern: RegExp;
  readonly cure: string;
}

const CURES: readonly Cure[] = [
  {
    pattern: /not authorized|AccessDenied|access denied|is not permitted/i,
    cure: 'Give the identity that provisions this permission (docs/operations.md lists them)',
  },
  {
    pattern: /budget/i,
    cure: 'Look at the address of --email and at the budgets of the account',
  },
  {
    pattern: /already exists/i,
    cure: 'Something with that name exists already: remove it, or use another name with --stack',
  },
  {
    pattern: /limit ?exceeded|quota|too many|maximum number/i,
    cure: 'Request a higher quota in Service Quotas, or delete what you do not need',
  },
  {
    pattern: /subnet|VPC|availability zone|security group|free IP/i,
    cure: 'Name subnets in three availability zones with --subnets, and a group with --security-groups',
  },
  {
    pattern: /capacity|RPU/i,
    cure: 'Use a capacity that the region offers: --base-capacity 8 is available everywhere',
  },
  {
    pattern: /node ?type|NumberOfNodes|cluster type/i,
    cure: 'Use a node type that the region offers, with --node-type and --nodes',
  },
  {
    pattern: /attached to entities/i,
    cure: 'Detach the policy from the users and roles to which it was attached by hand (if --users and --roles attach it, it is detached automatically)',
  },
  {
    pattern: /bucket.{0,300}not empty/i,
    cure: 'The bucket stays because it holds files: --delete-data deletes them too',
  },
];

/** What to do about a failure, as far as its reason shows. */
export function cureFor({ reason = '' }: StackEvent): string {
  return CURES.find(({ pattern }) => pattern.test(reason))?.cure ?? 'Fix the problem that the reason describes';
}
