const PLACEHOLDERS: readonly RegExp[] = [
  /^<.*>$/,
  /^s3[an]?:\/\/.*<[^<>]+>/i,
  /^[x_*. -]{3,}$/i,
  // Capitals only: `your_music` is a fair name for a database.
  /(^|[^A-Za-z0-9])YOUR[_ -]/,
  /^(s3:\/\/)?your[_ -]?(own|aws|redshift|cluster|host|endpoint|db|database|user|password|key|secret|access|account|role|iam|arn|region|bucket)/i,
  /^(ENTER|INSERT|REPLACE|PUT)[_ ]/,
  /^(fill|change|replace)[_ -]?(me|it|in|out|this)([_ -].*)?$/i,
  /^(to[_ -]?do|tbd|placeholder|unspecified|undefined|none|null|n\/a|…)$/i,
  /^not[_ -](specified|set|filled|available)([_ -].*)?$/i,
];

/** Whether a value only marks the place of one, as templates do: `<ENTER VALUE>`, `YOUR_HOST`, `xxxxx`, `FILL_OUT` … */
export function isPlaceholder(value: string): boolean {
  return PLACEHOLDERS.some((pattern) => pattern.test(value.trim()));
}
