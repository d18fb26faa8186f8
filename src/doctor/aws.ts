import { type CallerIdentity, StsUnreachable } from '../aws/identity.ts';
import type { CheckOutcome, DoctorCheck } from './checks.ts';
import type { AwsAccess, Examination, Learnt } from './examination.ts';

/** AWS refuses requests whose time is off by more than this. The SDK corrects its own time, other tools do not. */
const REFUSED_SECONDS = 300;
const SUSPICIOUS_SECONDS = 30;

/** The checks of credentials, clock and regions; empty if nothing is in AWS. */
export function awsChecks(examination: Examination, learnt: Learnt): readonly DoctorCheck[] {
  const { aws } = examination;
  if (aws === undefined) {
    return [];
  }
  return [
    { name: 'credentials', needs: [], run: () => checkCredentials(aws, learnt) },
    { name: 'clock', needs: ['credentials'], run: async () => checkClock(learnt) },
    { name: 'region', needs: ['credentials'], run: () => checkRegions(examination, aws) },
  ];
}

async function checkCredentials({ whoAmI }: AwsAccess, learnt: Learnt): Promise<CheckOutcome> {
  if (whoAmI === undefined) {
    return {
      status: 'skipped',
      reason: 'S3 is not Amazon S3 (AWS_ENDPOINT_URL_S3), and has no STS',
      blocks: false,
    };
  }
  try {
    const asked = Date.now();
    const { arn, account, serverTime } = await whoAmI();
    noteSkew(learnt, asked, serverTime);
    return { reason: `${arn}, account ${account}` };
  } catch (error) {
    if (error instanceof StsUnreachable) {
      return { status: 'warning', reason: error.message, next: error.next };
    }
    throw error;
  }
}

/**
 * AWS created the answer between sending the request and receiving the response. Its date has no fractions of a second.
 */
function noteSkew(learnt: Learnt, asked: number, serverTime: CallerIdentity['serverTime']): void {
  if (serverTime !== undefined) {
    const here = Math.min(Math.max(serverTime.getTime(), asked), Date.now());
    learnt.clockSkewMilliseconds = here - serverTime.getTime();
  }
}

function checkClock({ clockSkewMilliseconds: skew }: Learnt): CheckOutcome {
  if (skew === undefined) {
    return { status: 'skipped', reason: 'the time is not available' };
  }
  const seconds = Math.round(Math.abs(skew) / 1000);
  if (seconds <= SUSPICIOUS_SECONDS) {
    return { reason: "this machine's clock agrees with that of AWS" };
  }
  return {
    status: seconds > REFUSED_SECONDS ? 'failed' : 'warning',
    reason: `this machine's clock is ${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} that of AWS, which refuses requests that are off by more than ${REFUSED_SECONDS} s`,
    next: 'Set the clock, and keep it in sync with NTP.',
  };
}

/** The region of what COPY reads may differ from the warehouse's, but that costs money. */
async function checkRegions({ sources, work }: Examination, { regionOf, redshift }: AwsAccess): Promise<CheckOutcome> {
  const uris = [...sources.flatMap(({ root, jsonpaths = root }) => [root, jsonpaths]), work?.prefix ?? ''];
  const regions = new Map<string, string>();
  for (const uri of new Set(uris.filter((one) => one.startsWith('s3://')))) {
    regions.set(uri, await regionOf(uri));
  }
  const list = [...regions].map(([uri, region]) => `${uri} in ${region}`).join(', ');
  const others = [...regions].filter(([, region]) => redshift !== undefined && region !== redshift.region);
  return others.length === 0
    ? { reason: list === '' ? `the warehouse is in ${redshift?.region}` : list }
    : {
        status: 'warning',
        reason: `${others.map(([uri, region]) => `${uri} lies in ${region}`).join(', ')}; the warehouse is in ${redshift?.region}`,
        next: 'This works, but AWS charges for data that crosses regions, and it is slower: keep them in one region.',
      };
}
