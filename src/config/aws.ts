import type { AwsOptions } from '../aws/client.ts';
import type { Environment } from './config.ts';
import type { Findings } from './findings.ts';
import type { SettingId } from './settings.ts';

type AwsKeys = Omit<AwsOptions, 'region'>;

const SAFER =
  "the SDK's default chain (environment, ~/.aws, the machine's role) keeps them out of files and renews them";

/**
 * The AWS keys for the SDK. Keys of the environment take precedence over those of the file. The two are never mixed.
 */
export function parseAwsKeys(findings: Findings, env: Environment): AwsKeys {
  if (env['AWS_ACCESS_KEY_ID'] && env['AWS_SECRET_ACCESS_KEY']) return keysOfEnvironment(findings, env);
  if (passesOver(findings, env)) return {};
  const [accessKeyId, secretAccessKey, sessionToken] = (['awsKey', 'awsSecret', 'awsSessionToken'] as const).map((id) =>
    findings.matching(id, /^\S+$/, 'has blanks in it: copy the key again'),
  );
  refuseHalves(findings);
  if (accessKeyId !== undefined) findings.warn('awsKey', `AWS keys are read from this file: ${SAFER}`);
  return { accessKeyId, secretAccessKey, sessionToken };
}

/** Whether the keys are placeholders and a profile or a role provides real ones, which the SDK finds by itself. */
function passesOver(findings: Findings, env: Environment): boolean {
  const ids = ['awsKey', 'awsSecret', 'awsSessionToken'] as const;
  const isOpen = ids.every((id) => findings.of(id).state !== 'filled' && findings.of(id).state !== 'broken');
  const placeholder = ids.find((id) => findings.of(id).state === 'placeholder');
  const source = ['AWS_PROFILE', 'AWS_ROLE_ARN'].find((name) => env[name]);
  const isHelped = source !== undefined || findings.of('arn').state === 'filled';
  if (!isOpen || placeholder === undefined || !isHelped) return false;
  const instead = source === undefined ? "the SDK's default chain" : `${source} of the environment`;
  findings.warn(
    placeholder,
    `${findings.nameOf(placeholder)} is a placeholder and not used: the AWS keys come from ${instead}`,
  );
  return true;
}

function keysOfEnvironment(findings: Findings, env: Environment): AwsKeys {
  if (findings.of('awsKey').state === 'filled') {
    findings.warn(
      'awsKey',
      `${findings.nameOf('awsKey')} is not used: AWS_ACCESS_KEY_ID in the environment overrides it`,
    );
  }
  return {
    accessKeyId: env['AWS_ACCESS_KEY_ID'],
    secretAccessKey: env['AWS_SECRET_ACCESS_KEY'],
    sessionToken: env['AWS_SESSION_TOKEN'] || undefined,
  };
}

function refuseHalves(findings: Findings): void {
  const isFilled = (id: SettingId) => findings.of(id).state === 'filled';
  const isTemporary = findings.of('awsKey').value.startsWith('ASIA');
  if (isFilled('awsKey')) {
    demand(findings, 'awsSecret', 'awsKey');
    if (isTemporary || isFilled('awsSessionToken')) demand(findings, 'awsSessionToken', 'awsKey');
  } else if (isFilled('awsSecret')) demand(findings, 'awsKey', 'awsSecret');
  else if (isFilled('awsSessionToken')) demand(findings, 'awsKey', 'awsSessionToken');
}

// Halves of two different pairs would fail only at AWS, with a message about signatures.
function demand(findings: Findings, id: SettingId, by: SettingId): void {
  const [wanted, wanting] = [findings.of(id), findings.of(by)];
  const { about, key, section } = findings.settings.of(id);
  const name = findings.nameOf(by);
  if (wanted.state === 'absent' || wanted.state === 'blank') {
    findings.refuse(id, `${name} needs ${key} next to it: write ${about} under [${section}], or delete ${name}`);
  } else if (
    wanted.state === 'filled' &&
    wanted.entry?.section.toLowerCase() !== wanting.entry?.section.toLowerCase()
  ) {
    findings.refuse(id, `${name} and ${findings.nameOf(id)} come from different sections: keep the keys together`);
  }
}
