import { WarehouseError } from '../errors.ts';

/**
 * Refuses a statement that does not only read. Redshift has no read-only sessions over the Data API, so the words decide:
 * one statement that begins as a query does, and that holds no INTO outside of literals and comments (SELECT … INTO makes a
 * table). Data-changing statements inside WITH do not exist on Redshift.
 */
export function assertReads(sql: string): void {
  const words = withoutLiterals(sql).trim().replace(/;\s*$/, '');
  const reads =
    /^\(*\s*(select|with|show|explain\s+(verbose\s+)?(select|with))\b/i.test(words) &&
    !/\binto\b/i.test(words) &&
    !words.includes(';');
  if (!reads) {
    throw new WarehouseError('refused', 'the statement does not only read', {
      next: 'Add --write to let it change data. Only one statement can be run at a time.',
    });
  }
}

/** The statement with every literal, quoted name and comment taken out. */
function withoutLiterals(sql: string): string {
  return sql.replace(/'(?:[^'\\]|\\.|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g, ' ');
}
