interface Flaw {
  readonly pattern: RegExp;
  readonly message: string;
}

const FLAWS: readonly Flaw[] = [
  {
    pattern: /[\p{Cc}\p{Cf}]/u,
    message: 'contains a control or invisible character: type the value again',
  },
  {
    pattern: /^[‘’‚“”„«»]|[‘’‚“”„«»]$/,
    message: 'is wrapped in typographic quotes: use " or none',
  },
  {
    pattern: /\s[#;]/,
    message: 'has a comment after it, which counts as part of the value: put the comment on a separate line',
  },
  {
    pattern: /%\([^)]*\)s|\$\{/,
    message: 'refers to another value, which is not supported: write out the value',
  },
];

/**
 * What is wrong with the value of any non-secret setting, as the end of a sentence that begins with the value;
 * undefined if nothing is.
 */
export function flawOf(value: string): string | undefined {
  return FLAWS.find(({ pattern }) => pattern.test(value))?.message;
}
