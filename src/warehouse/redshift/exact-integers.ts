/**
 * The SDK parses a response with JSON.parse, which rounds integers beyond 2^53. This rewrites such values of a
 * GetStatementResult body as text, which `values.ts` converts to bigints: `"longValue":9223372036854775807` becomes
 * `"stringValue":"9223372036854775807"`.
 */
export function keepLongIntegers(body: string): string {
  const tokens = body.match(TOKENS) ?? [];
  for (const [index, token] of tokens.entries()) {
    const [colon = '', digits = ''] = (token === '"longValue"' && LONG.exec(tokens[index + 1] ?? '')) || [];
    const rest = tokens[index + 1]?.slice(colon.length) ?? '';
    if (digits !== '' && /^\s*[,}]/.test(rest)) {
      tokens[index] = '"stringValue"';
      tokens[index + 1] = `:"${digits}"${rest}`;
    }
  }
  return tokens.join('');
}

/** Splits strings from the text between them, so that nothing inside a string is mistaken for a value. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[^"]+/gsy;
const LONG = /^\s*:\s*(-?\d{16,})/;
