import { useLingui } from "@lingui/react/macro";
import { useEffect, useRef, useState, type PointerEvent } from "react";
import { nearest, type MapGroups, type Point } from "../logic/map-points";
import styles from "./benchmark.module.css";

const SIZE = 640;
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
const RADIUS = 0.012;

/** Colour variable of a group; "error" keeps red and green for miss and hit. */
export function groupColour(group: number, isError: boolean): string {
  const errors = ["--p-dim", "--p-good", "--p-bad"] as const;
  return (isError ? errors[group] : COLOUR_VARIABLES[group % COLOUR_VARIABLES.length]) ?? "--p-dim";
}

function draw(
  canvas: HTMLCanvasElement,
  points: Float32Array,
  groups: MapGroups,
  isError: boolean,
  chosen: ReadonlySet<number> | undefined,
): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const style = getComputedStyle(canvas);
  context.clearRect(0, 0, SIZE, SIZE);
  const size = points.length > 40_000 ? 2 : points.length > 4000 ? 4 : 6;
  for (const group of groups.names.keys()) {
    context.fillStyle = style.getPropertyValue(groupColour(group, isError));
    for (let i = 0; i < groups.groups.length; i++) {
      if (groups.groups[i] !== group) continue;
      context.globalAlpha = chosen === undefined || chosen.has(i) ? 0.85 : 0.12;
      const [x, y] = [points[2 * i]! * SIZE, points[2 * i + 1]! * SIZE];
      // A second cue beside the colour: what was missed is a diamond's hollow square.
      if (isError && group === 2) {
        context.lineWidth = 2;
        context.strokeStyle = context.fillStyle;
        context.strokeRect(x - size / 2, y - size / 2, size, size);
      } else context.fillRect(x - size / 2, y - size / 2, size, size);
    }
  }
  context.globalAlpha = 1;
}

/** Points that can be pointed at, and encircled to choose a slice. */
export function MapCanvas({
  points,
  groups,
  isError,
  chosen,
  label,
  onPoint,
  onChoose,
}: {
  readonly points: Float32Array;
  readonly groups: MapGroups;
  readonly isError: boolean;
  readonly chosen: ReadonlySet<number> | undefined;
  readonly label: string;
  readonly onPoint: (index: number | undefined) => void;
  /** The lasso, or undefined after a click beside it. */
  readonly onChoose: (polygon: readonly Point[] | undefined) => void;
}) {
  const { t } = useLingui();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [path, setPath] = useState<readonly Point[]>([]);
  useEffect(() => {
    if (canvas.current !== null) draw(canvas.current, points, groups, isError, chosen);
  }, [points, groups, isError, chosen]);
  const at = (event: PointerEvent): Point => {
    const box = event.currentTarget.getBoundingClientRect();
    return [(event.clientX - box.x) / box.width, (event.clientY - box.y) / box.height];
  };
  return (
    <div
      className={styles["map"]}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setPath([at(event)]);
      }}
      onPointerMove={(event) => {
        if (path.length > 0) setPath([...path, at(event)]);
        else onPoint(nearest(points, at(event), RADIUS));
      }}
      onPointerUp={() => {
        onChoose(path.length < 3 ? undefined : path);
        setPath([]);
      }}
      onPointerLeave={() => onPoint(undefined)}
    >
      <canvas
        ref={canvas}
        width={SIZE}
        height={SIZE}
        aria-label={`${label}. ${t`Drag around points to choose them.`}`}
      />
      {path.length > 1 && (
        <svg viewBox="0 0 1 1" aria-hidden="true">
          <polygon points={path.map((point) => point.join(",")).join(" ")} />
        </svg>
      )}
    </div>
  );
}
