/** A stack as it stands. */
export interface StackState {
  readonly name: string;
  readonly id: string;
  /** Such as CREATE_COMPLETE. */
  readonly status: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Something that happened to a stack or to one of its resources. */
export interface StackEvent {
  readonly id: string;
  readonly at: Date;
  readonly resource: string;
  readonly type: string;
  /** Such as CREATE_FAILED. */
  readonly status: string;
  readonly reason?: string | undefined;
}

/** One thing a change set would do. */
export interface Change {
  /** Add, Modify, Remove, … */
  readonly action: string;
  readonly resource: string;
  readonly type: string;
  /** Whether it is replaced, which loses its content: True, False or Conditional. */
  readonly replacement?: string | undefined;
}

const STACK = 'AWS::CloudFormation::Stack';
const BEGINS = ['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'DELETE_IN_PROGRESS', 'IMPORT_IN_PROGRESS'];

/** Whether an event tells that the stack's last operation began; what is older belongs to earlier ones. */
export function isBeginning({ type, status }: StackEvent): boolean {
  return type === STACK && BEGINS.includes(status);
}

/** Of a stack's events, oldest first, what made the last operation fail: not what was cancelled because of it. */
export function failuresOf(events: readonly StackEvent[]): readonly StackEvent[] {
  const began = events.findLastIndex(isBeginning);
  const failed = events.slice(Math.max(0, began)).filter(({ status }) => status.endsWith('_FAILED'));
  const causes = failed.filter(({ type, reason = '' }) => type !== STACK && !/cancelled/i.test(reason));
  return causes.length > 0 ? causes : failed;
}

/** Of a stack's events, oldest first, what the last operation was to delete and could not, however often it tried. */
export function leftBehind(events: readonly StackEvent[]): readonly StackEvent[] {
  const last = new Map(events.slice(Math.max(0, events.findLastIndex(isBeginning))).map((one) => [one.resource, one]));
  return [...last.values()].filter(({ type, status }) => type !== STACK && status === 'DELETE_FAILED');
}

/** Whether nothing goes on any more. A stack under review waits for its first change set, for as long as it takes. */
export function isSettled(status: string): boolean {
  return status === 'REVIEW_IN_PROGRESS' || !status.endsWith('_IN_PROGRESS');
}

/** Whether an operation that ended so did what it was to do. */
export function isSuccess(status: string): boolean {
  return ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE', 'DELETE_COMPLETE'].includes(status);
}

/** Whether a stack that stands so is what a creation or a deletion left when it failed: it can only be deleted. */
export function isRemnant(status: string): boolean {
  return /^(CREATE_FAILED|ROLLBACK_(COMPLETE|FAILED)|DELETE_FAILED|REVIEW_IN_PROGRESS)$/.test(status);
}

/** Whether a stack that stands so takes a change set. */
export function isChangeable(status: string): boolean {
  return isSuccess(status) || ['UPDATE_ROLLBACK_COMPLETE', 'IMPORT_ROLLBACK_COMPLETE'].includes(status);
}

const HOLDS_DATA = ['AWS::S3::Bucket', 'AWS::Redshift::Cluster', 'AWS::RedshiftServerless::Namespace'];

/** The resources a change would destroy together with what people keep in them. */
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

/** What to do about a failure, as far as its reason tells. */
export function cureFor({ reason = '' }: StackEvent): string {
  return CURES.find(({ pattern }) => pattern.test(reason))?.cure ?? 'Fix the problem that the reason describes';
}
