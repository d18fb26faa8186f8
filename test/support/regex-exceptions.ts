/** Regular expressions that are not shown to be linear, by file, and why that does no harm. */
export const NOT_SHOWN: readonly {
  readonly file: string;
  readonly why: string;
  readonly patterns: readonly string[];
}[] = [
  {
    file: 'cli/output.ts',
    why: 'the digits of one number that Starload has counted',
    patterns: [String.raw`\B(?=(\d{3})+$)`],
  },
  ...[
    {
      file: 'config/edit.ts',
      patterns: [
        String.raw`^(\uFEFF?[^=:]*[=:][^\S\r\n]*)(.*?)(\s*)$`,
        String.raw`^(['"]).*\1$`,
        'new RegExp',
        String.raw`[\r\n]+$`,
        String.raw`[^\r\n]*(\r\n|\r|\n)|[^\r\n]+$`,
      ],
    },
    {
      file: 'config/endpoint.ts',
      patterns: [String.raw`^[a-z]{2}(-[a-z]+)+-\d$`, '^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$', 'redshift.*amazonaws'],
    },
    { file: 'config/flaw.ts', patterns: [String.raw`%\([^)]*\)s|\$\{`] },
    { file: 'config/ini.ts', patterns: [String.raw`^\[([^\]]*)(\]?)(.*)$`] },
    { file: 'config/load.ts', patterns: [String.raw`^(?=.*[1-9])\d{1,4}(\.\d{1,3})?$`] },
    { file: 'config/lookup.ts', patterns: ['^[^=:]+(?=[=:])'] },
    {
      file: 'config/placeholder.ts',
      patterns: [
        '^<.*>$',
        String.raw`^s3[an]?:\/\/.*<[^<>]+>`,
        String.raw`^arn:\S*<[^<>]+>`,
        String.raw`<[^<>]+>.*\.amazonaws\.com`,
        String.raw`^\{\{.*\}\}$`,
        String.raw`^[[({] *(your|enter|insert|replace|put|fill)\b.*[\])}]$`,
        String.raw`^arn:[^/]*:x{3,}:|^arn:.*\/x{3,}$`,
        String.raw`(^|\.)x{3,}\..*amazonaws\.com`,
        '^(fill|change|replace)[_ -]?(me|it|in|out|this)([_ -].*)?$',
        '^not[_ -](specified|set|filled|available)([_ -].*)?$',
      ],
    },
    {
      file: 'config/redshift.ts',
      patterns: [String.raw`^(arn:aws[-a-z]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:)?[\w/+=.@-]+$`],
    },
    {
      file: 'config/show.ts',
      patterns: [':.*@', String.raw`((?:passw|pwd|secret|token|signature|credential|key)[^=&;?\s]*=)[^&;\s]+`],
    },
    {
      file: 'warehouse/redshift/copy.ts',
      patterns: [
        String.raw`^(default|arn:aws[-a-z]*:iam::\d{12}:role\/[\w+=,.@/-]+(,arn:aws[-a-z]*:iam::\d{12}:role\/[\w+=,.@/-]+)*)$`,
        String.raw`^[a-z]{2}(-[a-z]+)+-\d$`,
      ],
    },
  ].map((one) => ({ ...one, why: 'a setting of dwh.cfg, which the user of Starload writes, on one line' })),
  ...[
    { file: 'sql/catalogue.ts', patterns: ['new RegExp', '^-- next: (.+)$'] },
    {
      file: 'sql/ddl.ts',
      patterns: [String.raw`CREATE TABLE\s+\w+\s*\(\n(.*?)\n\)`, String.raw`^(\w+)\s+(.+?),?(?:\s*--(.*))?$`],
    },
  ].map((one) => ({ ...one, why: 'the statements in sql/' })),
  {
    file: 'warehouse/redshift/read-only.ts',
    why: 'a statement that the user of Starload writes on the command line',
    patterns: [
      String.raw`^\(*\s*(select|with|show|explain\s+(verbose\s+)?(select|with))\b`,
      String.raw`'(?:[^'\\]|\\.|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/`,
    ],
  },
];
