import { useEffect, useRef, type CSSProperties } from "react";
import { heatPixels, type ImageArea } from "../logic/heat";
import styles from "./stage.module.css";

/** The canvas so placed that the map's part with the image in it lies on the picture. */
function placement({ left, top, width, height }: ImageArea): CSSProperties {
  return {
    left: `${(-left / width) * 100}%`,
    top: `${(-top / height) * 100}%`,
    width: `${100 / width}%`,
    height: `${100 / height}%`,
  };
}

/** One side's attention, painted over its picture; the browser smooths between the cells. */
export function HeatOverlay({
  map,
  grid,
  maximum,
  area,
}: {
  readonly map: Float32Array;
  readonly grid: readonly [number, number];
  readonly maximum: number;
  readonly area: ImageArea;
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
    <div className={styles["heat"]} aria-hidden="true">
      <canvas ref={canvas} width={columns} height={rows} style={placement(area)} />
    </div>
  );
}
