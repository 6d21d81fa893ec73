import type { Point } from "./drawing.ts";
import type { Size } from "./view.ts";

/** The four ways along a grid, each with what lies to its right hand: right, down, left, up. */
const ways = [
  { x: 1, y: 0 },
  { x: 0, y: 1 },
  { x: -1, y: 0 },
  { x: 0, y: -1 },
] as const;

/**
 * The outlines of what is marked, as one walk over the corners of its pixels: longest outline first, each in order and
 * clockwise around what is marked. The picture's own border is no seam.
 */
export function traceSeam(marked: (x: number, y: number) => boolean, size: Size): Point[] {
  const { width, height } = size;
  const inside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && marked(x, y);
  const starts = new Map<number, number[]>();
  const stride = width + 1;
  const add = (x: number, y: number, way: number) => {
    const key = y * stride + x;
    starts.set(key, [...(starts.get(key) ?? []), way]);
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!inside(x, y)) continue;
      if (!inside(x, y - 1)) add(x, y, 0);
      if (!inside(x + 1, y)) add(x + 1, y, 1);
      if (!inside(x, y + 1)) add(x + 1, y + 1, 2);
      if (!inside(x - 1, y)) add(x, y + 1, 3);
    }
  }
  const outlines: Point[][] = [];
  for (const [key, open] of starts) {
    while (open.length > 0) outlines.push(follow(key, starts, stride));
  }
  const onBorder = ({ x, y }: Point) => x === 0 || y === 0 || x === width || y === height;
  return outlines
    .toSorted((one, other) => other.length - one.length)
    .flat()
    .filter((point) => !onBorder(point));
}

/** Takes one closed outline out of the open edges. */
function follow(start: number, starts: Map<number, number[]>, stride: number): Point[] {
  const outline: Point[] = [];
  let key = start;
  let heading = 0;
  do {
    const open = starts.get(key) ?? [];
    // Where two outlines touch, the sharpest turn to the right stays on this one.
    const way = [1, 0, 3, 2].map((turn) => (heading + turn) % 4).find((one) => open.includes(one));
    if (way === undefined) break;
    open.splice(open.indexOf(way), 1);
    const step = ways[way];
    if (step === undefined) break;
    const point = { x: key % stride, y: Math.floor(key / stride) };
    outline.push(point);
    key = (point.y + step.y) * stride + point.x + step.x;
    heading = way;
  } while (key !== start);
  return outline;
}
