import type { CSSProperties } from "react";
import type { Creative } from "../logic/creative";
import type { HeatMaps } from "../logic/heat";
import { heatMaximum, imageArea } from "../logic/heat";
import type { ViewState } from "../logic/view-state";
import { HeatOverlay } from "./heat-overlay";
import styles from "./stage.module.css";

/** One creative fitted into its surface, with its heatmap over it. */
export function Picture({
  creative,
  side,
  view,
  heat,
}: {
  readonly creative: Creative;
  readonly side: "A" | "B";
  readonly view: ViewState;
  readonly heat: HeatMaps | undefined;
}) {
  const style = {
    "--ratio": creative.width / Math.max(1, creative.height),
    transform: `translate(calc(${view.x} * 100cqw), calc(${view.y} * 100cqh)) scale(${view.scale})`,
  } as CSSProperties;
  return (
    <div className={styles["frame"]} style={style}>
      <img src={creative.url} alt={`${side}: ${creative.name}`} draggable={false} />
      {heat !== undefined && (
        <HeatOverlay
          map={side === "A" ? heat.mapA : heat.mapB}
          grid={heat.grid}
          maximum={heatMaximum(heat)}
          area={imageArea(heat.fit ?? "squash", creative.width, creative.height)}
        />
      )}
    </div>
  );
}
