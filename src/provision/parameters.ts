import { isDataName } from '../objects/objects.ts';

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

/** Why an option is wrong, and what to write. */
export interface Mistake {
  readonly message: string;
  readonly next: string;
}

/**
 * Why parameters are not valid, as far as this can be detected without CloudFormation. A parameter that is left out is
 * not judged.
 */
export function mistakesIn(parameters: Parameters): readonly Mistake[] {
  return Object.values(RULES).flatMap((rule) => rule(parameters) ?? []);
}

const RULES = {
  engine: ({ Engine }: Parameters) =>
    Engine === undefined || ['serverless', 'cluster'].includes(Engine)
      ? undefined
      : { message: `--engine ${Engine} is not a kind of warehouse`, next: 'Write serverless or cluster.' },
  counts: (parameters: Parameters) =>
    given(COUNTS, parameters)
      .filter(([, value]) => !isCount(value))
      .map(([name, value]) => ({
        message: `--${name} ${value} is not a number`,
        next: 'Write a whole number of at least 1.',
      })),
  size: ({ Engine, BaseCapacity = '8' }: Parameters) =>
    Engine === 'cluster' || !isCount(BaseCapacity) || BaseCapacity === '4' || Number(BaseCapacity) % 8 === 0
      ? undefined
      : {
          message: `--base-capacity ${BaseCapacity} is not a size of Redshift Serverless`,
          next: 'Write 4, 8, 16, 24 and so on.',
        },
  email: ({ AlarmEmail = '' }: Parameters) =>
    AlarmEmail === '' || isEmail(AlarmEmail)
      ? undefined
      : {
          message: `--email ${AlarmEmail} is not an e-mail address`,
          next: 'Write one address, such as me@example.com.',
        },
  choices: (parameters: Parameters) =>
    given(CHOICES, parameters)
      .filter(([, value]) => !['yes', 'no'].includes(value))
      .map(([name, value]) => ({ message: `--${name} ${value} is neither yes nor no`, next: 'Write yes or no.' })),
  keys: ({ SourceKeys = '' }: Parameters) =>
    SourceKeys.split(',')
      .filter((key) => key !== '' && !KEY_ARN.test(key))
      .map((key) => ({
        message: `--kms-keys ${key} is not the ARN of a KMS key`,
        next: 'Write arn:aws:kms:REGION:ACCOUNT:key/ID; a policy does not accept an alias.',
      })),
  names: (parameters: Parameters) =>
    given(NAMES, parameters)
      .filter(([name, value]) => !NAME_PATTERNS[name as keyof typeof NAMES].test(value))
      .map(([name, value]) => ({
        message: `--${name} ${value} is not possible`,
        next: `Write one such as ${name === 'database' ? 'dwh, of lower-case letters, digits and _' : 'ra3.large'}.`,
      })),
  maximum: ({ Engine, BaseCapacity = '', MaxCapacity = '' }: Parameters) =>
    Engine !== 'cluster' && Number(MaxCapacity) < Number(BaseCapacity) && isCount(MaxCapacity)
      ? {
          message: `the maximum capacity of ${MaxCapacity} RPUs is below the base capacity of ${BaseCapacity}`,
          next: `Raise it: --max-capacity ${BaseCapacity}.`,
        }
      : undefined,
} satisfies Record<string, (parameters: Parameters) => Mistake | readonly Mistake[] | undefined>;

const COUNTS = {
  'base-capacity': 'BaseCapacity',
  'max-capacity': 'MaxCapacity',
  nodes: 'NodeCount',
  budget: 'MonthlyBudget',
  'work-days': 'WorkDays',
} as const;

const NAMES = { database: 'Database', 'node-type': 'NodeType' } as const;

/** The template's own. */
const NAME_PATTERNS = { database: /^[a-z_][a-z0-9_]{0,62}$/, 'node-type': /^[a-z0-9]+\.[a-z0-9]+$/ };

const CHOICES = { 'usage-limits': 'UsageLimits', 'budget-alarm': 'BudgetAlarm' } as const;

/** The options that have a value. */
function given(options: Readonly<Record<string, ParameterName>>, parameters: Parameters) {
  return Object.entries(options).flatMap(([name, parameter]) => {
    const value = parameters[parameter];
    return value === undefined ? [] : [[name, value] as const];
  });
}

function isCount(value: string): boolean {
  return /^[1-9]\d*$/.test(value);
}

/** Why a stack's name cannot also be the name of its warehouse: a namespace's name has at least three characters. */
export function nameMistakes(stack: string, { Engine }: Pick<Parameters, 'Engine'>): readonly Mistake[] {
  return Engine === 'serverless' && stack.length < 3
    ? [
        {
          message: `--stack ${stack} is too short: Redshift Serverless requires 3 characters`,
          next: 'Use a longer name.',
        },
      ]
    : [];
}

/** Why a price of an hour, in US dollars, is none. */
export function priceMistakes(price: number | undefined): readonly Mistake[] {
  return price === undefined || (price > 0 && price < Number.POSITIVE_INFINITY)
    ? []
    : [{ message: `--price is ${price}`, next: 'Write US dollars an hour, such as 0.375.' }];
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
  return isDataName(place) ? place : `${place.replace(/\/$/, '')}/*`;
}

// The list is joined by commas, and in a policy `?` matches any single character.
function joined(arns: readonly string[]): string {
  return [...new Set(arns.map((arn) => arn.replaceAll(',', '?')))].sort().join(',');
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
