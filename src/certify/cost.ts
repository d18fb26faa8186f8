/** Of an RPU for an hour, in US dollars (us-east-1, March 2026); what Serverless has unless it was told otherwise. */
const RPU_HOUR = 0.375;
const FEW_RPUS = 8;
const MANY_RPUS = 128;

/** What a certification does and costs at most, for people. */
export function costOf(minutes: number, hasWorkPrefix: boolean): readonly string[] {
  const dollars = (rpus: number) => `$${((rpus * RPU_HOUR * minutes) / 60).toFixed(2)}`;
  return [
    'certify makes a schema starload_certify_…, asks the warehouse there, and drops it; what a killed one leaves, the next certify removes',
    `it takes a few minutes, and stops itself after ${minutes}; no table of yours is read or written`,
    `cost: on a cluster nothing but its load; on Serverless at most ${dollars(FEW_RPUS)} with ${FEW_RPUS} RPUs, ${dollars(MANY_RPUS)} with ${MANY_RPUS} (--minutes bounds it)`,
    ...(hasWorkPrefix ? [] : ['without WORK_PREFIX nothing can be copied: values and the trial load are left out']),
  ];
}
