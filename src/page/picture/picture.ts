import { type Content, type Html, html } from '../html.ts';
import { anchorOf, type Box, type Edge, type End, type Graph, sourceOf } from './graph.ts';
import { HEAD, layout, type PictureLayout, type PlacedBox, ROW, rowY } from './layout.ts';

const MARGIN = 12;
/** The least and the greatest distance by which an edge leaves a box before it turns. */
const BEND = [36, 120] as const;

/**
 * The picture of a graph: an SVG in which each row is a link to its column on the page. The numbers `data-n` of rows and
 * heads, and `data-f` and `data-t` of edges, tell the page's script what is connected. Nothing else needs the script.
 */
export function picture(graph: Graph): Html {
  const places = layout(graph);
  const numbers = numbered(graph);
  const edges = graph.edges.map((edge) => drawEdge(edge, places, numbers));
  // In the order in which they are read: by layers, and from top to bottom.
  const ordered = [...places.placed.values()].sort((one, other) => one.x - other.x || one.y - other.y);
  const boxes = ordered.map((placed) => drawBox(placed, numbers));
  const [width, height] = [places.width + 2 * MARGIN, places.height + 2 * MARGIN].map(Math.ceil) as [number, number];
  return html`<svg viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}" width="${width}" height="${height}" role="group" aria-label="Where each column comes from">
<g class="edges" aria-hidden="true">${edges}</g>
${boxes}</svg>`;
}

/** A number for each end, boxes and rows in their order. */
function numbered({ boxes }: Graph): ReadonlyMap<string, number> {
  const ends = boxes.flatMap(({ name, rows }) => [
    anchorOf({ box: name }),
    ...rows.map((row) => anchorOf({ box: name, row })),
  ]);
  return new Map(ends.map((end, at) => [end, at]));
}

/** Where the page describes an end. A source has one place for all of its keys. */
function target({ kind, name }: Box, end: End): string {
  return kind === 'source' ? `source-${sourceOf(name)}` : anchorOf(end);
}

function drawEdge({ kind, from, to }: Edge, { placed }: PictureLayout, numbers: ReadonlyMap<string, number>): Content {
  const [left, right] = [placed.get(from.box), placed.get(to.box)];
  if (left === undefined || right === undefined) {
    return undefined;
  }
  const [x1, y1, x2, y2] = [left.x + left.width, rowY(left, from), right.x, rowY(right, to)];
  const bend = Math.min(BEND[1], Math.max(BEND[0], (x2 - x1) / 2));
  const [f, t] = [from, to].map((end) => numbers.get(anchorOf(end)));
  return html`<path class="${kind[0]}" d="M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}" data-f="${f}" data-t="${t}"/>`;
}

function drawBox({ box, x, y, width, height }: PlacedBox, numbers: ReadonlyMap<string, number>): Html {
  const rows = box.rows.map((row, at) => {
    const end = { box: box.name, row };
    const top = y + HEAD + at * ROW;
    const key = box.keys.includes(row) ? ' key' : '';
    return html`<a class="row${key}" href="#${target(box, end)}" data-n="${numbers.get(anchorOf(end))}" aria-label="${box.name}, ${row}"><rect x="${x + 1}" y="${top}" width="${width - 2}" height="${ROW}"/><text x="${x + 14}" y="${top + 13.5}">${row}</text></a>`;
  });
  const end = { box: box.name };
  return html`<g class="box ${box.kind}"><rect class="frame" x="${x}" y="${y}" width="${width}" height="${height}" rx="7"/>
<a class="head" href="#${target(box, end)}" data-n="${numbers.get(anchorOf(end))}" aria-label="${box.kind} ${box.name}"><rect x="${x}" y="${y}" width="${width}" height="${HEAD - 4}" rx="7"/><text x="${x + 12}" y="${y + 17.5}">${box.name}</text></a>
${rows}</g>
`;
}
