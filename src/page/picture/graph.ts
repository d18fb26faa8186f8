import type { Table } from '../../sql/catalogue.ts';
import { isAside, STAMP } from '../../sql/design.ts';
import { type Facts, ownTables } from '../facts.ts';

/** A source or a table in the picture. */
export interface Box {
  readonly name: string;
  readonly kind: 'source' | 'staging' | 'current' | 'star';
  /** Its column in the picture, from 0 on the left. */
  readonly layer: number;
  readonly rows: readonly string[];
  readonly keys: readonly string[];
}

/** An end of an edge: a row of a box or, without one, the box. */
export interface End {
  readonly box: string;
  readonly row?: string | undefined;
}

/**
 * `value`: a column is made of another one. `decides`: a column decides which values there are, or which rows. `untold`: a
 * table plays a part, and it is not known with which columns.
 */
export interface Edge {
  readonly kind: 'value' | 'decides' | 'untold';
  readonly from: End;
  readonly to: End;
}

/** Where all columns of a model come from. */
export interface Graph {
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
}

/** What a source is called among the boxes: no table has such a name. */
export function sourceBox(source: string): string {
  return `${PREFIX}${source}`;
}

/** The name of the source of a box. */
export function sourceOf(box: string): string {
  return box.slice(PREFIX.length);
}

const PREFIX = '[S3] ';

/** The place in which a row of a table, or the table, is described on the page; sources have one place each. */
export function anchorOf({ box, row }: End): string {
  return row === undefined ? `t-${box}` : `t-${box}.${row}`;
}

export function graphOf(facts: Facts): Graph {
  const sources = sourceEdges(facts);
  const edges = [...sources, ...derivedEdges(facts)];
  const keys = (box: string) => [...new Set(sources.flatMap(({ from }) => (from.box === box ? (from.row ?? []) : [])))];
  const boxes = facts.sources.map(({ name }): Box => {
    const box = sourceBox(name);
    return { name: box, kind: 'source', layer: 0, rows: keys(box), keys: [] };
  });
  const tables = ownTables(facts);
  const layers = layersOf(tables, edges);
  return { boxes: [...boxes, ...tables.map((table) => toBox(table, layers.get(table.name) ?? 0))], edges };
}

function toBox({ name, role, columns, key }: Table, layer: number): Box {
  return { name, kind: role as Box['kind'], layer, rows: columns.map((column) => column.name), keys: key };
}

/** Staging and current tables each have a layer. A star table comes after those that it is made of. */
function layersOf(tables: readonly Table[], edges: readonly Edge[]): ReadonlyMap<string, number> {
  const layers = new Map<string, number>();
  const layerOf = ({ name, role }: Table): number => {
    const inputs = tables.filter((table) => edges.some(({ from, to }) => to.box === name && from.box === table.name));
    const layer =
      FIRST_LAYER[role] ?? Math.max(3, ...inputs.map((input) => (layers.get(input.name) ?? layerOf(input)) + 1));
    layers.set(name, layer);
    return layer;
  };
  for (const table of tables) {
    layerOf(table);
  }
  return layers;
}

const FIRST_LAYER: Readonly<Partial<Record<Table['role'], number>>> = { staging: 1, current: 2 };

function sourceEdges(facts: Facts): readonly Edge[] {
  return ownTables(facts)
    .filter(({ source }) => source !== undefined)
    .flatMap((table) =>
      table.columns
        .filter(({ name }) => name !== STAMP && !isAside(name))
        .map(({ name }) => ({
          kind: 'value' as const,
          from: { box: sourceBox(table.source ?? ''), row: facts.keyOf(table, name) ?? name },
          to: { box: table.name, row: name },
        })),
    );
}

function derivedEdges({ lineage }: Facts): readonly Edge[] {
  return lineage.flatMap(({ table, columns, rows }) => {
    const box = table.name;
    const ofColumns = [...columns].flatMap(([row, { values, decides, untold }]) => [
      ...[...values].map((from) => ({ kind: 'value' as const, from: endOf(from), to: { box, row } })),
      ...[...decides].map((from) => ({ kind: 'decides' as const, from: endOf(from), to: { box, row } })),
      ...[...untold].map((from) => ({ kind: 'untold' as const, from: { box: from }, to: { box, row } })),
    ]);
    const ofRows = [
      ...[...rows.decides].map((from) => ({ kind: 'decides' as const, from: endOf(from), to: { box } })),
      ...[...rows.untold].map((from) => ({ kind: 'untold' as const, from: { box: from }, to: { box } })),
    ];
    return [...ofColumns, ...ofRows];
  });
}

/** `table.column` */
function endOf(column: string): End {
  const [box = '', row] = column.split('.');
  return { box, row };
}
