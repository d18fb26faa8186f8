const PLACEHOLDERS: readonly RegExp[] = [
  /^<.*>$/,
  /^s3[an]?:\/\/.*<[^<>]+>/i,
  /^arn:\S*<[^<>]+>/i,
  /<[^<>]+>.*\.amazonaws\.com/i,
  /^\{\{.*\}\}$/,
  /^[[({] *(your|enter|insert|replace|put|fill)\b.*[\])}]$/i,
  /^[x_*.? -]{3,}$/i,
  // A masked part of an ARN, an endpoint or a bucket.
  /^arn:[^/]*:x{3,}:|^arn:.*\/x{3,}$/i,
  /(^|\.)x{3,}\..*amazonaws\.com/i,
  /^s3[an]?:\/\/x{3,}(\/|$)/i,
  // A template's own key in the place of its value.
  /^(HOST|ENDPOINT|ARN|KEY|SECRET|REGION|(DB|DWH)_(HOST|ENDPOINT|NAME|DB|USER|PASSWORD|PORT)|(ROLE|IAM_ROLE|DWH_ROLE)_ARN|AWS_(KEY|SECRET|REGION|ACCESS_KEY_ID|SECRET_ACCESS_KEY))$/,
  // Capitals only: `your_music` is a valid name for a database.
  /(^|[^A-Za-z0-9])YOUR[_ -]/,
  /^(s3:\/\/)?your[_ -]?(own|aws|redshift|cluster|host|endpoint|db|database|user|password|key|secret|access|account|role|iam|arn|region|bucket)/i,
  /^(ENTER|INSERT|REPLACE|PUT|PASTE|TYPE)[_ ]/,
  /^(enter|insert|put|paste|type)[_ -](your|the|value|here|it|cluster|redshift|host|endpoint|database|db|user|password|arn|key|secret)\b/i,
  /^(fill|change|replace)[_ -]?(me|it|in|out|this)([_ -].*)?$/i,
  /^(to[_ -]?do|tbd|placeholder|unspecified|undefined|none|null|n\/a|…)$/i,
  /^not[_ -](specified|set|filled|available)([_ -].*)?$/i,
];

/** Whether a value is a placeholder, as in templates: `<ENTER VALUE>`, `YOUR_HOST`, `xxxxx`, `FILL_OUT` … */
export function isPlaceholder(value: string): boolean {
  return PLACEHOLDERS.some((pattern) => pattern.test(value.trim()));
}
