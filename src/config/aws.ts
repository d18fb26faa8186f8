import type { AwsConfig, Environment } from './config.ts';
import type { Findings } from './findings.ts';
import { SETTINGS, type SettingId } from './settings.ts';

type AwsKeys = Omit<AwsConfig, 'region'>;

const SAFER =
  "the SDK's default chain (environment, ~/.aws, the machine's role) keeps them out of files and renews them";

/** The AWS keys for the SDK. Keys of the environment outrank those of the file, as a whole and never mixed with them. */
export function parseAwsKeys(findings: Findings, env: Environment): AwsKeys {
  if (env['AWS_ACCESS_KEY_ID'] && env['AWS_SECRET_ACCESS_KEY']) return keysOfEnvironment(findings, env);
  const [accessKeyId, secretAccessKey, sessionToken] = (['awsKey', 'awsSecret', 'awsSessionToken'] as const).map((id) =>
    findings.matching(id, /^\S+$/, 'has blanks in it: copy the key anew'),
  );
  refuseHalves(findings);
  if (accessKeyId !== undefined) findings.warn('awsKey', `AWS keys are read from this file: ${SAFER}`);
  return { accessKeyId, secretAccessKey, sessionToken };
}

function keysOfEnvironment(findings: Findings, env: Environment): AwsKeys {
  if (findings.of('awsKey').state === 'filled') {
    findings.warn(
      'awsKey',
      `${findings.nameOf('awsKey')} is not used: AWS_ACCESS_KEY_ID of the environment outranks it`,
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

// Halves of two different pairs would only fail at AWS, with a message about signatures.
function demand(findings: Findings, id: SettingId, by: SettingId): void {
  const [wanted, wanting] = [findings.of(id), findings.of(by)];
  const { about, key, section } = SETTINGS[id];
  const name = findings.nameOf(by);
  if (wanted.state === 'absent' || wanted.state === 'blank') {
    findings.refuse(id, `${name} needs ${key} beside it: write ${about} under [${section}], or delete ${name}`);
  } else if (
    wanted.state === 'filled' &&
    wanted.entry?.section.toLowerCase() !== wanting.entry?.section.toLowerCase()
  ) {
    findings.refuse(id, `${name} and ${findings.nameOf(id)} come from different sections: keep the keys together`);
  }
}
