/**
 * The SDK parses a response with JSON.parse, which rounds whole numbers beyond 2^53. Rewrites such values of a
 * GetStatementResult body into text, which `values.ts` turns into bigints: `"longValue":9223372036854775807` becomes
 * `"stringValue":"9223372036854775807"`.
 */
export function keepLongIntegers(body: string): string {
  return body.replace(STRINGS_AND_LONGS, (token, digits: string | undefined) =>
    digits === undefined ? token : `"stringValue":"${digits}"`,
  );
}

/** Whole strings are matched too, so that nothing inside one is taken for a value. */
const STRINGS_AND_LONGS = /"longValue"\s*:\s*(-?\d{16,})(?=\s*[,}])|"(?:[^"\\]|\\.)*"/g;
