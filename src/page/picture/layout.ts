import type { Box, End, Graph } from './graph.ts';

/** Lengths are in pixels. */
export const ROW = 19;
export const HEAD = 30;
const FOOT = 6;
const GAP = 22;
/** The width of a character of the picture's font, and what a box needs besides its longest text. */
const CHARACTER = 7;
const PADDING = 30;
const LEAST_WIDTH = 110;
const BETWEEN = 96;

/** A box in its place. */
export interface PlacedBox {
  readonly box: Box;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The picture's boxes in their places, and its size. */
export interface PictureLayout {
  readonly placed: ReadonlyMap<string, PlacedBox>;
  readonly width: number;
  readonly height: number;
}

/**
 * Places the boxes in layers from left to right. In each layer, a box stands as high as what it is made of, so that edges
 * are short. The same graph gives the same picture.
 */
export function layout(graph: Graph): PictureLayout {
  const { boxes } = graph;
  const layers = [...new Set(boxes.map(({ layer }) => layer))].sort((one, other) => one - other);
  const placed = new Map<string, PlacedBox>();
  const xs = columnsOf(boxes, layers);
  // The sources stand beside the staging tables, which are in the order of their files.
  for (const layer of [...layers.filter((one) => one > 0), ...layers.filter((one) => one === 0)]) {
    const own = boxes.filter((box) => box.layer === layer);
    stack(own, graph, { placed, ...(xs.get(layer) ?? { x: 0, width: LEAST_WIDTH }) });
  }
  const all = [...placed.values()];
  return {
    placed,
    width: Math.max(0, ...all.map(({ x, width }) => x + width)),
    height: Math.max(0, ...all.map(({ y, height }) => y + height)),
  };
}

/** Where each layer begins, and its width. */
function columnsOf(boxes: readonly Box[], layers: readonly number[]) {
  const xs = new Map<number, { readonly x: number; readonly width: number }>();
  let x = 0;
  for (const layer of layers) {
    const texts = boxes.filter((box) => box.layer === layer).flatMap(({ name, rows }) => [name, ...rows]);
    const width = Math.max(LEAST_WIDTH, ...texts.map((text) => [...text].length * CHARACTER + PADDING));
    xs.set(layer, { x, width });
    x += width + BETWEEN;
  }
  return xs;
}

function stack(
  boxes: readonly Box[],
  graph: Graph,
  { placed, x, width }: { readonly placed: Map<string, PlacedBox>; readonly x: number; readonly width: number },
): void {
  const wanted = boxes.map((box, at) => ({ box, at, y: wantedY(box, graph, placed) }));
  const ordered = wanted.sort((one, other) => (one.y ?? -1) - (other.y ?? -1) || one.at - other.at);
  let y = 0;
  for (const { box } of ordered) {
    const height = heightOf(box);
    placed.set(box.name, { box, x, y, width, height });
    y += height + GAP;
  }
}

function heightOf({ rows }: Box): number {
  return HEAD + rows.length * ROW + FOOT;
}

/** The middle of what a box is connected with, as far as that is placed. */
function wantedY(box: Box, { edges }: Graph, placed: ReadonlyMap<string, PlacedBox>): number | undefined {
  const ends = edges.flatMap(({ from, to }) => (to.box === box.name ? [from] : from.box === box.name ? [to] : []));
  const ys = ends.flatMap((end) => {
    const one = placed.get(end.box);
    return one === undefined ? [] : [rowY(one, end)];
  });
  return ys.length === 0 ? undefined : ys.reduce((sum, y) => sum + y, 0) / ys.length;
}

/** The height at which an edge ends: the middle of a row or of the head. */
export function rowY({ box, y }: PlacedBox, { row }: End): number {
  const at = row === undefined ? -1 : box.rows.indexOf(row);
  return at === -1 ? y + HEAD / 2 : y + HEAD + at * ROW + ROW / 2;
}
