import { useLingui } from "@lingui/react/macro";
import { Button, Group } from "@mantine/core";
import { useEffect, useRef } from "react";
import type { Region } from "@/domain/labeling/events";
import type { LabelingCreative } from "@/domain/labeling/records";
import { Keys } from "@/shared/ui/keys";
import { panBy, WHOLE, zoomAbout, type Viewport } from "../../logic/viewport";
import type { ImageSource } from "../../store/image-source";
import { BoxEditor } from "./box-editor";
import { Pane } from "./pane";
import { useCreativeImage, type ImageView } from "./use-creative-image";
import styles from "./stage.module.css";

export type StageMode = "side" | "overlay" | "slider";

export interface StageView {
  readonly mode: StageMode;
  readonly viewport: Viewport;
  /** Opacity of B in the overlay; position of the edge in the slider. */
  readonly blend: number;
  readonly isDrawing: boolean;
}

export const INITIAL_STAGE: StageView = {
  mode: "side",
  viewport: WHOLE,
  blend: 0.5,
  isDrawing: false,
};

export interface StageProps {
  readonly source: ImageSource;
  readonly left: LabelingCreative | undefined;
  readonly right: LabelingCreative | undefined;
  readonly title: string;
  readonly view: StageView;
  readonly onView: (change: Partial<StageView>) => void;
  readonly regions: readonly Region[];
  readonly onRegion: (region: Region) => void;
  readonly onChoose: (side: "left" | "right", input: "pointer" | "touch") => void;
  readonly chosen: "left" | "right" | undefined;
  readonly keyOf: (command: "overlay" | "slider" | "zoom" | "actual-size" | "box") => string | null;
}

/** Scale at which one image pixel is one screen pixel, for an image shown `shown` wide. */
export function actualScale(image: ImageView, frame: HTMLElement | null): number {
  const shown = frame?.querySelector("img")?.clientWidth ?? 0;
  if (image.image === undefined || shown === 0) return 2;
  return image.image.width / window.devicePixelRatio / shown;
}

function ToolButton({
  isOn,
  keys,
  label,
  tool,
  onClick,
}: {
  readonly tool?: string;
  readonly isOn: boolean;
  readonly keys: string | null;
  readonly label: string;
  readonly onClick: () => void;
}) {
  return (
    <Button
      size="compact-sm"
      variant={isOn ? "light" : "default"}
      aria-pressed={isOn}
      data-tool={tool}
      onClick={onClick}
      rightSection={keys === null ? undefined : <Keys keys={keys} />}
    >
      {label}
    </Button>
  );
}

/** Both creatives, side by side or laid over one another, zoomed together. */
export function Stage(props: StageProps) {
  const { source, view, onView, title, keyOf } = props;
  const { t } = useLingui();
  const panes = useRef<HTMLDivElement>(null);
  const leftView = useCreativeImage(source, props.left);
  const rightView = useCreativeImage(source, props.right);
  const { viewport, mode } = view;
  const viewportNow = useRef(viewport);

  // Wheel events must be able to keep the page from scrolling, which React's listener cannot.
  useEffect(() => {
    viewportNow.current = viewport;
    const element = panes.current;
    if (element === null || viewport.scale === 1) return;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      onView({ viewport: zoomAbout(viewportNow.current, event.deltaY < 0 ? 1.15 : 1 / 1.15) });
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [viewport, onView]);

  const numbered = props.regions.map((region, at) => ({ ...region, number: at + 1 }));
  const pane = (side: "left" | "right") => (
    <Pane
      side={side}
      view={side === "left" ? leftView : rightView}
      alt={side === "left" ? t`${title}, creative A` : t`${title}, creative B`}
      viewport={viewport}
      isDrawing={view.isDrawing}
      regions={numbered.filter(({ on }) => on === side)}
      onBox={(box) => {
        props.onRegion({ on: side, box });
        onView({ isDrawing: false });
      }}
      onChoose={(input) => mode === "side" && props.onChoose(side, input)}
      onPan={(dx, dy) => onView({ viewport: panBy(viewport, dx, dy) })}
      isChosen={props.chosen === side}
    />
  );
  const toggleMode = (next: StageMode) => onView({ mode: mode === next ? "side" : next });

  return (
    <section className={styles["stage"]} aria-label={t`Creatives`}>
      <div className={styles["panes"]} ref={panes}>
        {mode === "side" ? (
          <>
            {pane("left")}
            {pane("right")}
          </>
        ) : (
          <div className={styles["stack"]}>
            {pane("left")}
            <div
              className={styles["upper"]}
              style={
                mode === "overlay"
                  ? { opacity: view.blend }
                  : { clipPath: `inset(0 0 0 ${view.blend * 100}%)` }
              }
            >
              {pane("right")}
            </div>
          </div>
        )}
      </div>
      <Group className={styles["tools"]} role="toolbar" aria-label={t`View`}>
        <ToolButton
          label={t`Overlay`}
          isOn={mode === "overlay"}
          keys={keyOf("overlay")}
          onClick={() => toggleMode("overlay")}
        />
        <ToolButton
          label={t`Slider`}
          isOn={mode === "slider"}
          keys={keyOf("slider")}
          onClick={() => toggleMode("slider")}
        />
        <ToolButton
          label={t`Zoom`}
          isOn={viewport.scale > 1}
          keys={keyOf("zoom")}
          onClick={() => onView({ viewport: viewport.scale > 1 ? WHOLE : zoomAbout(WHOLE, 2) })}
        />
        <ToolButton
          label="100 %"
          tool="actual"
          isOn={false}
          keys={keyOf("actual-size")}
          onClick={() =>
            onView({ viewport: zoomAbout(WHOLE, actualScale(leftView, panes.current)) })
          }
        />
        <ToolButton
          label={t`Box`}
          isOn={view.isDrawing}
          keys={keyOf("box")}
          onClick={() => onView({ isDrawing: !view.isDrawing })}
        />
        {viewport.scale > 1 && (
          <Button.Group>
            <Button
              size="compact-sm"
              variant="default"
              aria-label={t`Zoom out`}
              onClick={() => onView({ viewport: zoomAbout(viewport, 1 / 1.5) })}
            >
              −
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              aria-label={t`Zoom in`}
              onClick={() => onView({ viewport: zoomAbout(viewport, 1.5) })}
            >
              +
            </Button>
          </Button.Group>
        )}
        {mode !== "side" && (
          <input
            type="range"
            className={styles["range"]}
            min={0}
            max={1}
            step={0.01}
            value={view.blend}
            aria-label={mode === "overlay" ? t`How much of B shows` : t`Edge between A and B`}
            onChange={(event) => onView({ blend: Number(event.currentTarget.value) })}
          />
        )}
      </Group>
      {view.isDrawing && (
        <BoxEditor
          onAdd={(region) => {
            props.onRegion(region);
            onView({ isDrawing: false });
          }}
          onClose={() => onView({ isDrawing: false })}
        />
      )}
    </section>
  );
}
