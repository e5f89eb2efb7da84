import type { Point } from "./map-points";

/** What of the unit square is on the screen: `centre` in its middle, magnified by `zoom`. */
export interface MapView {
  readonly centre: Point;
  readonly zoom: number;
}

export const WHOLE_MAP: MapView = { centre: [0.5, 0.5], zoom: 1 };
const MAX_ZOOM = 200;

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function within({ centre, zoom }: MapView): MapView {
  const kept = clamp(zoom, 1, MAX_ZOOM);
  const [x, y] = centre;
  return { zoom: kept, centre: [clamp(x, 0, 1), clamp(y, 0, 1)] };
}

/** Where a place on the screen ([0, 1]², y downwards) lies on the map. */
export function toMap({ centre, zoom }: MapView, [x, y]: Point): Point {
  return [centre[0] + (x - 0.5) / zoom, centre[1] + (y - 0.5) / zoom];
}

/** Where a place of the map is on the screen. */
export function toScreen({ centre, zoom }: MapView, [x, y]: Point): Point {
  return [(x - centre[0]) * zoom + 0.5, (y - centre[1]) * zoom + 0.5];
}

/** Magnifies by a factor; the place of the map under `at` stays there. */
export function zoomAt(view: MapView, at: Point, factor: number): MapView {
  const zoom = clamp(view.zoom * factor, 1, MAX_ZOOM);
  const [x, y] = toMap(view, at);
  return within({ zoom, centre: [x - (at[0] - 0.5) / zoom, y - (at[1] - 0.5) / zoom] });
}

/** Moves what is on the screen by a share of its side. */
export function panBy(view: MapView, dx: number, dy: number): MapView {
  const [x, y] = view.centre;
  return within({ zoom: view.zoom, centre: [x - dx / view.zoom, y - dy / view.zoom] });
}

/** The part of the map on the screen as a polygon. */
export function visibleArea(view: MapView): readonly Point[] {
  const corners: readonly Point[] = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ];
  return corners.map((corner) => toMap(view, corner));
}

const CELLS = 128;

/** Finds the point nearest to a place without looking at all of them. */
export interface PointIndex {
  nearest(at: Point, radius: number): number | undefined;
}

/** Points of the unit square sorted into cells. */
export function indexPoints(points: Float32Array): PointIndex {
  const cell = (value: number) => clamp(Math.floor(value * CELLS), 0, CELLS - 1);
  const count = points.length / 2;
  const starts = new Int32Array(CELLS * CELLS + 1);
  const of = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    of[i] = cell(points[2 * i + 1]!) * CELLS + cell(points[2 * i]!);
    starts[of[i]! + 1]!++;
  }
  for (let i = 0; i < CELLS * CELLS; i++) starts[i + 1]! += starts[i]!;
  const next = starts.slice();
  const sorted = new Int32Array(count);
  for (let i = 0; i < count; i++) sorted[next[of[i]!]!++] = i;
  return {
    nearest([x, y], radius) {
      let best: number | undefined;
      let least = radius * radius;
      for (let row = cell(y - radius); row <= cell(y + radius); row++) {
        const from = starts[row * CELLS + cell(x - radius)]!;
        const to = starts[row * CELLS + cell(x + radius) + 1]!;
        for (let at = from; at < to; at++) {
          const i = sorted[at]!;
          const distance = (points[2 * i]! - x) ** 2 + (points[2 * i + 1]! - y) ** 2;
          if (distance <= least) [best, least] = [i, distance];
        }
      }
      return best;
    },
  };
}
