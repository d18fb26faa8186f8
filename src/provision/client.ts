import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { type AwsOptions, clientConfig } from '../aws/client.ts';

/** The SDK's module and a client. */
export interface StackClient {
  readonly sdk: typeof import('@aws-sdk/client-cloudformation');
  readonly client: CloudFormationClient;
}

/** Events are requested every few seconds, and CloudFormation throttles whole accounts. */
const PATIENCE = { maxAttempts: 6, connectionTimeout: 10_000, requestTimeout: 30_000 };

/** Loads the SDK and creates a client. */
export async function openClient(options: AwsOptions): Promise<StackClient> {
  const config = clientConfig(options, PATIENCE);
  const sdk = await import('@aws-sdk/client-cloudformation');
  return { sdk, client: new sdk.CloudFormationClient(config) };
}
