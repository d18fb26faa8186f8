interface Flaw {
  readonly pattern: RegExp;
  readonly message: string;
}

const FLAWS: readonly Flaw[] = [
  {
    pattern: /[\p{Cc}\p{Cf}]/u,
    message: 'holds a control character, or one that cannot be seen: type the value anew',
  },
  {
    pattern: /^[‘’‚“”„«»]|[‘’‚“”„«»]$/,
    message: 'is wrapped in typographic quotes: use " or none',
  },
  {
    pattern: /\s[#;]/,
    message: 'has a comment behind it, which counts as part of the value: put the comment on a line of its own',
  },
  {
    pattern: /%\([^)]*\)s|\$\{/,
    message: 'refers to another value, which is not supported: write the value out',
  },
];

/** What is wrong with the value of any setting that is no secret, as the end of a sentence that begins with the value. */
export function flawOf(value: string): string | undefined {
  return FLAWS.find(({ pattern }) => pattern.test(value))?.message;
}
