import type { ParameterName, Parameters } from './parameters.ts';

/**
 * The regions in which CloudFormation supports a type that it does not support everywhere (the regional schemas of
 * cfn-lint 1.58; .ci/run compares this list with them). A template with a resource of an unknown type is refused as a
 * whole.
 */
export const REGIONS_WITH: Readonly<Record<'AWS::Redshift::UsageLimit' | 'AWS::Budgets::Budget', readonly string[]>> = {
  'AWS::Redshift::UsageLimit': [
    'ap-south-1',
    'eu-central-1',
    'eu-isoe-west-1',
    'eusc-de-east-1',
    'us-east-1',
    'us-iso-east-1',
    'us-iso-west-1',
    'us-isob-east-1',
    'us-isob-west-1',
    'us-isof-east-1',
    'us-isof-south-1',
    'us-west-2',
  ],
  'AWS::Budgets::Budget': [
    'ap-northeast-1',
    'ap-northeast-2',
    'ap-south-1',
    'ap-southeast-1',
    'ap-southeast-2',
    'ca-central-1',
    'cn-north-1',
    'cn-northwest-1',
    'eu-central-1',
    'eu-isoe-west-1',
    'eu-west-1',
    'eu-west-2',
    'eu-west-3',
    'eusc-de-east-1',
    'sa-east-1',
    'us-east-1',
    'us-east-2',
    'us-iso-east-1',
    'us-iso-west-1',
    'us-isob-east-1',
    'us-isob-west-1',
    'us-isof-east-1',
    'us-isof-south-1',
    'us-west-1',
    'us-west-2',
  ],
};

/** The features that a warehouse with these parameters lacks in its region, and how to create them by hand. */
export function missingIn({ Engine, UsageLimits, BudgetAlarm, AlarmEmail }: Record<ParameterName, string>) {
  const missing: string[] = [];
  if (Engine === 'cluster' && UsageLimits === 'no') {
    missing.push('there are no usage limits: `aws redshift create-usage-limit` sets them (docs/operations.md)');
  }
  if (AlarmEmail !== '' && BudgetAlarm === 'no') {
    missing.push(
      'there is no budget, and so no mail about costs: `aws budgets create-budget` creates one (docs/operations.md)',
    );
  }
  return missing;
}

/** The parameters that follow from the region, unless they are set explicitly. */
export function regionParameters(region: string): Parameters {
  const knows = (type: keyof typeof REGIONS_WITH) => (REGIONS_WITH[type].includes(region) ? 'yes' : 'no');
  return { UsageLimits: knows('AWS::Redshift::UsageLimit'), BudgetAlarm: knows('AWS::Budgets::Budget') };
}
