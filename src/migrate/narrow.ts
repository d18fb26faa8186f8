import { excerptOf } from '../pipeline/search.ts';
import { doctorSql, type Model } from '../sql/catalogue.ts';
import { quoteIdentifier, quoteLiteral } from '../sql/render.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { type ColumnChange, isUnknown, type TableChange } from './compare.ts';

/** Rows of a kept table whose values a column of the model does not take. */
export interface Misfit {
  readonly table: string;
  readonly column: string;
  readonly rows: number;
  readonly reason: string;
  /** One of the values; undefined for NULL. */
  readonly example: string | undefined;
}

/**
 * The values that the model's columns do not take: text that is too long, and NULL. An engine that does not know the length of
 * text is asked for every column of text. Queries the warehouse, and throws WarehouseError.
 */
export async function findMisfits(
  { model, warehouse }: { readonly model: Model; readonly warehouse: Warehouse },
  kept: readonly TableChange[],
): Promise<readonly Misfit[]> {
  const misfits: Misfit[] = [];
  for (const change of kept) {
    const questions = change.columns.flatMap((one) => questionsOf(one, change, { model, engine: warehouse.engine }));
    const { rows } = questions.length === 0 ? { rows: [] } : await warehouse.query(questions.join('\nUNION ALL\n'));
    misfits.push(...rows.filter(([, count]) => Number(count) > 0).map((row) => misfitOf(change, row)));
  }
  return misfits;
}

function questionsOf(
  one: ColumnChange,
  { table }: TableChange,
  { model, engine }: { readonly model: Model; readonly engine: string },
): readonly string[] {
  const { column, from } = one;
  if (from === undefined || isUnknown(one)) {
    return [];
  }
  const [most, now] = [column.maxBytes, from.length ?? Number.POSITIVE_INFINITY];
  const [name, value, of] = [quoteLiteral(column.name), quoteIdentifier(from.name), quoteIdentifier(table.name)];
  const tooLong = most !== undefined && most < now;
  const getsNotNull = column.notNull && !column.hasDefault && !from.isRequired;
  return [
    ...(tooLong ? [filled(doctorSql(model, 'too_long', engine), { name, value, table: of, most: String(most) })] : []),
    ...(getsNotNull
      ? [
          `SELECT ${name}, COUNT(*), CAST(NULL AS INTEGER), CAST(NULL AS VARCHAR(1))\nFROM ${of}\nWHERE ${value} IS NULL`,
        ]
      : []),
  ];
}

function filled(sql: string, values: Readonly<Record<string, string>>): string {
  return sql.trimEnd().replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

function misfitOf({ table, columns }: TableChange, [name, count, most, example]: readonly unknown[]): Misfit {
  const maxBytes = columns.find(({ column }) => column.name === name)?.column.maxBytes;
  const isNull = most === null;
  const verb = Number(count) === 1 ? 'has' : 'have';
  return {
    table: table.name,
    column: String(name),
    rows: Number(count),
    reason: isNull
      ? `${verb} no value, and the model says NOT NULL`
      : `${verb} up to ${most} bytes of text, and the model says ${maxBytes}`,
    example: isNull ? undefined : excerptOf(String(example)),
  };
}
