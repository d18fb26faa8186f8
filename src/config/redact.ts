/** A shorter secret would black out half of an ordinary text, and is not worth hiding. */
const SHORTEST = 4;

/**
 * `text` with every occurrence of each secret of at least four characters replaced by `***`, also in the secret's forms
 * in a URL and in JSON. Pure.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const isLong = (each: string) => each.length >= SHORTEST;
  const forms = new Set(secrets.filter(isLong).flatMap(formsOf).filter(isLong));
  // Longest first, so that a secret that contains another one is replaced completely.
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return longestFirst.reduce((redacted, form) => redacted.replaceAll(form, '***'), text);
}

function formsOf(secret: string): string[] {
  // encodeURIComponent throws on half a surrogate pair.
  const whole = secret.replace(/\p{Cs}/gu, '\uFFFD');
  const asParameter = new URLSearchParams([['', secret]]).toString().slice(1);
  return [secret, unescaped(secret), encodeURIComponent(whole), asParameter, JSON.stringify(secret).slice(1, -1)];
}

/** The secret as configparser reads it with interpolation. */
function unescaped(secret: string): string {
  return secret.replaceAll('%%', '%');
}
