import { useComputedColorScheme } from "@mantine/core";
import { useCallback, useEffect, useRef, useState } from "react";
import type { MapGroups } from "../logic/map-points";
import type { MapView } from "../logic/map-view";
import { createPlainPoints, createWebGlPoints, type PointRenderer } from "./webgl-points";

const COLOUR_VARIABLES = [
  "--p-a",
  "--p-b",
  "--p-good",
  "--p-bad",
  "--p-warn",
  "--p-accent",
  "--p-text",
  "--p-dim",
] as const;

/** Colour variable of a group; "error" keeps red and green for miss and hit. */
export function groupColour(group: number, isError: boolean): string {
  const errors = ["--p-dim", "--p-good", "--p-bad"] as const;
  return (isError ? errors[group] : COLOUR_VARIABLES[group % COLOUR_VARIABLES.length]) ?? "--p-dim";
}

/** Any CSS colour as shares of red, green and blue. */
function readColours(element: Element, isError: boolean): [number, number, number][] {
  const pixel = document.createElement("canvas");
  [pixel.width, pixel.height] = [1, 1];
  const context = pixel.getContext("2d", { willReadFrequently: true })!;
  const style = getComputedStyle(element);
  return COLOUR_VARIABLES.map((_, group) => {
    context.fillStyle = style.getPropertyValue(groupColour(group, isError));
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return [red / 255, green / 255, blue / 255];
  });
}

/** Fewer points are drawn larger, and all grow a little as the map is magnified. */
function diameter(count: number, zoom: number, pixelRatio: number): number {
  const base = count > 40_000 ? 2.5 : count > 4000 ? 4.5 : 7;
  return base * pixelRatio * Math.min(3, zoom ** 0.25);
}

/** Longer drawing than this is felt as jerks. */
const SLOW_MS = 30;
const FAST_MS = 12;
/** Fewer points are drawn in time everywhere. */
const MANY = 20_000;
const LEAST_SHARE = 0.05;
/** Without a change for this long the map stands still, and every point is drawn. */
const REST_MS = 150;

/** The share of the points for the next frame of a movement, from the time that the last one took. */
function nextShare(share: number, took: number): number {
  if (took > SLOW_MS) return Math.max(LEAST_SHARE, share * 0.6);
  return took < FAST_MS ? Math.min(1, share * 1.25) : share;
}

export interface DrawnPoints {
  readonly points: Float32Array;
  readonly groups: MapGroups;
  readonly isError: boolean;
  /** Undefined: all. */
  readonly chosen: ReadonlySet<number> | undefined;
}

/** Draws on the canvas whenever something changes, at most once per frame. */
export function useMapDrawing({ points, groups, isError, chosen }: DrawnPoints, view: MapView) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const renderer = useRef<PointRenderer>(undefined);
  const colours = useRef<[number, number, number][]>([]);
  const frame = useRef(0);
  const shown = useRef(view);
  // After a lost context a new element starts without WebGL.
  const [isPlain, setPlain] = useState(false);
  const scheme = useComputedColorScheme("light");
  const movement = useRef({ share: 1, rest: 0 });
  const drawNow = useCallback(
    (share = 1) => {
      const element = canvas.current;
      if (element === null || renderer.current === undefined) return;
      const ratio = devicePixelRatio;
      const side = Math.round(element.clientWidth * ratio);
      if (element.width !== side) [element.width, element.height] = [side, side];
      renderer.current.draw(shown.current, {
        colours: colours.current,
        hollow: isError ? 2 : -1,
        size: diameter(points.length / 2, shown.current.zoom, ratio),
        share,
      });
    },
    [points, isError],
  );
  const draw = useCallback(() => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => drawNow());
  }, [drawNow]);
  /** As `draw` while the view moves: on a slow device with fewer points until it rests. */
  const move = useCallback(() => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => {
      const own = movement.current;
      clearTimeout(own.rest);
      const startedAt = performance.now();
      drawNow(own.share);
      if (points.length / 2 < MANY) return;
      renderer.current?.wait();
      if (own.share < 1) own.rest = window.setTimeout(draw, REST_MS);
      own.share = nextShare(own.share, performance.now() - startedAt);
    });
  }, [points, draw, drawNow]);
  useEffect(() => {
    const element = canvas.current!;
    const pending = movement.current;
    renderer.current = isPlain ? createPlainPoints(element) : createWebGlPoints(element);
    // A canvas that was asked for WebGL gives nothing else: a new element takes its place.
    const lose = () => setPlain(true);
    if (renderer.current === undefined && !isPlain) lose();
    element.addEventListener("webglcontextlost", lose);
    const observer = new ResizeObserver(draw);
    observer.observe(element);
    return () => {
      element.removeEventListener("webglcontextlost", lose);
      observer.disconnect();
      cancelAnimationFrame(frame.current);
      clearTimeout(pending.rest);
      renderer.current?.dispose();
      renderer.current = undefined;
    };
  }, [isPlain, draw]);
  useEffect(() => {
    renderer.current?.setPoints(points);
    renderer.current?.setGroups(groups.groups);
    const flags = new Uint8Array(points.length / 2).fill(chosen === undefined ? 1 : 0);
    for (const i of chosen ?? []) flags[i] = 1;
    renderer.current?.setChosen(flags);
    draw();
  }, [points, groups, chosen, draw, isPlain]);
  useEffect(() => {
    colours.current = readColours(canvas.current!, isError);
    draw();
  }, [scheme, isError, draw, isPlain]);
  useEffect(() => {
    shown.current = view;
    move();
  }, [view, move]);
  /** The map as it stands, on the page's surface colour. */
  const toPng = useCallback((): Promise<Blob | null> => {
    const element = canvas.current!;
    const copy = document.createElement("canvas");
    [copy.width, copy.height] = [element.width, element.height];
    const context = copy.getContext("2d")!;
    context.fillStyle = getComputedStyle(element).getPropertyValue("--p-surface");
    context.fillRect(0, 0, copy.width, copy.height);
    // What WebGL has drawn is there until the end of this task.
    drawNow();
    context.drawImage(element, 0, 0);
    return new Promise((resolve) => copy.toBlob(resolve));
  }, [drawNow]);
  return { canvas, key: isPlain ? "plain" : "webgl", toPng };
}
