import { useLingui } from "@lingui/react/macro";
import { Slider } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { SideMark } from "@/shared/ui/side-mark";
import { formatPercent } from "@/shared/ui/format";
import type { Creative } from "../logic/creative";
import type { HeatMaps } from "../logic/heat";
import { Picture } from "./picture";
import { StageSurface } from "./stage-surface";
import type { StageMode, StageView } from "./use-view";
import styles from "./stage.module.css";

export interface StageProps {
  readonly a: Creative;
  readonly b: Creative;
  readonly stage: StageView;
  readonly mode: StageMode;
  readonly heat: HeatMaps | undefined;
  /** What stands at the right of a picture's name, e.g. the button that removes it. */
  readonly action: ((creative: Creative) => ReactNode) | undefined;
}

function Caption({
  creative,
  side,
  action,
}: {
  readonly creative: Creative;
  readonly side: "A" | "B";
  readonly action: StageProps["action"];
}) {
  return (
    <span className={styles["caption"]}>
      <SideMark side={side} />
      <span className={styles["name"]} title={creative.name}>
        {creative.name}
      </span>
      {action?.(creative)}
    </span>
  );
}

function SideBySide({ a, b, stage, heat, action }: StageProps) {
  const sides = [
    ["A", a],
    ["B", b],
  ] as const;
  return (
    <div className={styles["sides"]}>
      {sides.map(([side, creative]) => (
        <figure key={side} className={styles["pane"]} data-side={side}>
          <figcaption>
            <Caption creative={creative} side={side} action={action} />
          </figcaption>
          <StageSurface stage={stage}>
            <Picture creative={creative} side={side} view={stage.view} heat={heat} />
          </StageSurface>
        </figure>
      ))}
    </div>
  );
}

/** Both pictures on one surface: B fades in over A, or a line divides A at the left from B. */
function OneSurface({ a, b, stage, heat, mode, action }: StageProps) {
  const { i18n, t } = useLingui();
  const [share, setShare] = useState(50);
  const isSlider = mode === "slider";
  const over = isSlider ? { clipPath: `inset(0 0 0 ${share}%)` } : { opacity: share / 100 };
  const name = isSlider ? t`Position of the line between A and B` : t`How much of B is seen`;
  return (
    <figure className={styles["pane"]} data-side="both">
      <figcaption className={styles["captions"]}>
        <Caption creative={a} side="A" action={action} />
        <Caption creative={b} side="B" action={action} />
      </figcaption>
      <StageSurface stage={stage}>
        <Picture creative={a} side="A" view={stage.view} heat={heat} />
        <div className={styles["over"]} style={over}>
          <Picture creative={b} side="B" view={stage.view} heat={heat} />
        </div>
        {isSlider && <div className={styles["line"]} style={{ left: `${share}%` }} />}
      </StageSurface>
      <Slider
        className={styles["share"]}
        value={share}
        onChange={setShare}
        label={(value) => formatPercent(value / 100, i18n.locale)}
        thumbLabel={name}
        min={0}
        max={100}
        color="gray"
      />
    </figure>
  );
}

/** The two creatives, in the chosen way. */
export function Stage(props: StageProps) {
  return props.mode === "side" ? <SideBySide {...props} /> : <OneSurface {...props} />;
}
