import { useEffect, useRef } from "react";
import { heatPixels } from "../logic/heat";
import styles from "./stage.module.css";

/** One side's attention, painted over its picture; the browser smooths between the cells. */
export function HeatOverlay({
  map,
  grid,
  maximum,
}: {
  readonly map: Float32Array;
  readonly grid: readonly [number, number];
  readonly maximum: number;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [rows, columns] = grid;
  // A canvas is painted outside React.
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context === null || context === undefined) return;
    context.putImageData(new ImageData(heatPixels(map, maximum), columns, rows), 0, 0);
  }, [map, maximum, rows, columns]);
  return (
    <canvas
      ref={canvas}
      className={styles["heat"]}
      width={columns}
      height={rows}
      aria-hidden="true"
    />
  );
}
