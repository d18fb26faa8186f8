/** The parameters of infra/warehouse.yaml with their defaults. */
export const DEFAULTS = {
  Warehouse: 'present',
  Engine: 'serverless',
  Database: 'dwh',
  BaseCapacity: '8',
  MaxCapacity: '32',
  NodeType: 'ra3.large',
  NodeCount: '1',
  SubnetIds: '',
  SecurityGroupIds: '',
  SourceBuckets: '',
  SourceObjects: '',
  SourceKeys: '',
  LoaderUsers: '',
  LoaderRoles: '',
  WorkDays: '7',
  MonthlyBudget: '50',
  AlarmEmail: '',
  UsageLimits: 'yes',
  BudgetAlarm: 'yes',
} as const;

export type ParameterName = keyof typeof DEFAULTS;

/** Values of some parameters, in CloudFormation's format. */
export type Parameters = Readonly<Partial<Record<ParameterName, string>>>;

/**
 * The parameters a stack would run with: the requested values, otherwise its current ones, otherwise the template's
 * defaults.
 */
export function effective(asked: Parameters, current: Readonly<Record<string, string>>): Record<ParameterName, string> {
  const names = Object.keys(DEFAULTS) as ParameterName[];
  const chosen = (name: ParameterName) => asked[name] ?? current[name] ?? DEFAULTS[name];
  return Object.fromEntries(names.map((name) => [name, chosen(name)])) as Record<ParameterName, string>;
}

/** Why parameters are not valid, as far as this can be detected without CloudFormation. */
export function mistakeIn(
  parameters: Readonly<Record<ParameterName, string>>,
): { readonly message: string; readonly next: string } | undefined {
  const { Engine, BaseCapacity, MaxCapacity, NodeCount, MonthlyBudget, WorkDays } = parameters;
  const { UsageLimits, BudgetAlarm, SourceKeys, AlarmEmail } = parameters;
  if (!['serverless', 'cluster'].includes(Engine)) {
    return { message: `--engine ${Engine} is not a kind of warehouse`, next: 'Write serverless or cluster.' };
  }
  const counts = {
    'base-capacity': BaseCapacity,
    'max-capacity': MaxCapacity,
    nodes: NodeCount,
    budget: MonthlyBudget,
    'work-days': WorkDays,
  };
  const [wrong] = Object.entries(counts).filter(([, value]) => !/^[1-9]\d*$/.test(value));
  if (wrong !== undefined) {
    return { message: `--${wrong[0]} ${wrong[1]} is not a number`, next: 'Write a whole number of at least 1.' };
  }
  if (Engine === 'serverless' && BaseCapacity !== '4' && Number(BaseCapacity) % 8 !== 0) {
    return {
      message: `--base-capacity ${BaseCapacity} is not a size of Redshift Serverless`,
      next: 'Write 4, 8, 16, 24 and so on.',
    };
  }
  if (AlarmEmail !== '' && !isEmail(AlarmEmail)) {
    return {
      message: `--email ${AlarmEmail} is not an e-mail address`,
      next: 'Write one address, such as me@example.com.',
    };
  }
  const choice = Object.entries({ 'usage-limits': UsageLimits, 'budget-alarm': BudgetAlarm }).find(
    ([, value]) => !['yes', 'no'].includes(value),
  );
  if (choice !== undefined) {
    return { message: `--${choice[0]} ${choice[1]} is neither yes nor no`, next: 'Write yes or no.' };
  }
  const noKey = SourceKeys.split(',').find((key) => key !== '' && !KEY_ARN.test(key));
  if (noKey !== undefined) {
    const next = 'Write arn:aws:kms:REGION:ACCOUNT:key/ID; a policy does not accept an alias.';
    return { message: `--kms-keys ${noKey} is not the ARN of a KMS key`, next };
  }
  if (Engine === 'serverless' && Number(MaxCapacity) < Number(BaseCapacity)) {
    const message = `the maximum capacity of ${MaxCapacity} RPUs is below the base capacity of ${BaseCapacity}`;
    return { message, next: `Raise it: --max-capacity ${BaseCapacity}.` };
  }
  return undefined;
}

/** Why a stack's name cannot also be the name of its warehouse: a namespace's name has at least three characters. */
export function nameMistake(
  stack: string,
  { Engine }: Pick<Record<ParameterName, string>, 'Engine'>,
): { readonly message: string; readonly next: string } | undefined {
  return Engine === 'serverless' && stack.length < 3
    ? {
        message: `--stack ${stack} is too short: Redshift Serverless requires 3 characters`,
        next: 'Use a longer name.',
      }
    : undefined;
}

/** Enough to detect a typo: AWS Budgets sends mail to the address, and a wrong one would go unnoticed. */
function isEmail(text: string): boolean {
  const [name = '', domain = '', ...more] = text.split('@');
  return name !== '' && /[^.]\.[^.]/.test(domain) && more.length === 0 && !/[\s,]/.test(text);
}

const KEY_ARN = /^arn:aws[-a-z]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/;

/** What the role and the loader may read besides the stack's own bucket: exactly the sources in S3. */
export function sourceParameters(sources: readonly string[], region: string): Parameters {
  const prefix = `arn:${partitionOf(region)}:s3:::`;
  const places = sources.map((uri) => uri.replace(/^s3:\/\//, ''));
  const buckets = places.map((place) => `${prefix}${place.split('/')[0]}`);
  return {
    SourceBuckets: joined(buckets),
    SourceObjects: joined(places.map((place) => `${prefix}${objectsOf(place)}`)),
  };
}

/** A folder's files, or the file itself. */
function objectsOf(place: string): string {
  return /\.json(\.gz)?$/.test(place) ? place : `${place.replace(/\/$/, '')}/*`;
}

// The list is joined by commas, and in a policy `?` matches any single character.
function joined(arns: readonly string[]): string {
  return [...new Set(arns.map((arn) => arn.replaceAll(',', '?')))].sort().join(',');
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
