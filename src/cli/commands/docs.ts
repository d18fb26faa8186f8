import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { bytes, counted, document, result } from '../output.ts';

interface Args extends WarehouseArgs {
  readonly out: string;
}

export const docsCommand = toModule<Args>({
  command: 'docs',
  describe: 'write a page about the model: its tables and columns, and a picture of where each column comes from',
  options: {
    ...WAREHOUSE_OPTIONS,
    out: {
      type: 'string',
      requiresArg: true,
      default: 'model.html',
      describe: 'the file to write; a file that is no such page is left alone',
    },
  },
  examples: [
    ['npm run docs', 'the page model.html of the model that dwh.cfg names'],
    ['npm run docs -- --model my-model --out docs/my-model.html', 'of another model, to another file'],
  ],
  run,
});

async function run({ config, model: given, json, out }: Args): Promise<void> {
  const { modelFolder } = await import('../../config/read.ts');
  const { parser, redshiftRules } = await import('../../warehouse/open.ts');
  const { readFacts } = await import('../../page/read-facts.ts');
  const { pageOf } = await import('../../page/page.ts');
  const { writePage } = await import('../page-file.ts');
  const folder = await modelFolder(config, process.env, given);
  const facts = await readFacts(folder, { parse: await parser(), redshift: await redshiftRules() });
  const page = pageOf(facts);
  const isNew = writePage(out, page);
  const { tables: all, checks, queries } = facts.model;
  const tables = all.filter(({ role }) => role !== 'control').length;
  const size = Buffer.byteLength(page);
  if (json) {
    const counts = { sources: facts.sources.length, tables, checks: checks.length, questions: queries.length };
    document({ command: 'docs', status: isNew ? 'written' : 'unchanged', out, bytes: size, ...counts });
    return;
  }
  const what = `${counted(tables, 'table')} of ${facts.name} (${bytes(size)})`;
  result(isNew ? `wrote ${out}: ${what}` : `${out} is up to date: ${what}`);
}
