import { Trans, useLingui } from "@lingui/react/macro";
import { Loader, Text } from "@mantine/core";
import { useRef, useState, type PointerEvent as ReactPointerEvent } from "react";
import type { Region } from "@/domain/labeling/events";
import { messageOf } from "@/shared/lib/errors";
import { SideMark } from "@/shared/ui/side-mark";
import { boxBetween, transformOf, type Viewport } from "../../logic/viewport";
import type { ImageView } from "./use-creative-image";
import styles from "./stage.module.css";

type Point = { readonly x: number; readonly y: number };

export interface PaneProps {
  readonly side: "left" | "right";
  readonly view: ImageView;
  readonly alt: string;
  readonly viewport: Viewport;
  readonly isDrawing: boolean;
  readonly regions: readonly (Region & { readonly number: number })[];
  readonly onBox: (box: [number, number, number, number]) => void;
  readonly onChoose: (input: "pointer" | "touch") => void;
  readonly onPan: (dx: number, dy: number) => void;
  readonly isChosen: boolean;
}

/** Where the pointer is, as shares of the image; the frame has the image's own proportions. */
function pointIn(event: ReactPointerEvent, image: HTMLElement): Point {
  const box = image.getBoundingClientRect();
  return {
    x: (event.clientX - box.left) / box.width,
    y: (event.clientY - box.top) / box.height,
  };
}

const percent = (share: number) => `${share * 100}%`;

function Box({
  box,
  label,
  isDraft = false,
}: {
  readonly box: readonly [number, number, number, number];
  readonly label: string;
  readonly isDraft?: boolean;
}) {
  const [x, y, width, height] = box;
  return (
    <span
      className={styles["box"]}
      data-draft={isDraft}
      style={{ left: percent(x), top: percent(y), width: percent(width), height: percent(height) }}
    >
      <span className={styles["boxLabel"]}>{label}</span>
    </span>
  );
}

/** One creative: choose it with a click, pan it while zoomed, or draw a box on it. */
export function Pane(props: PaneProps) {
  const { side, view, alt, viewport, isDrawing, regions } = props;
  const { t } = useLingui();
  const frame = useRef<HTMLDivElement>(null);
  const [start, setStart] = useState<Point>();
  const [end, setEnd] = useState<Point>();
  const dragged = useRef(false);
  const letter = side === "left" ? "A" : "B";
  const draft = isDrawing && start && end ? boxBetween(start, end) : undefined;

  function onPointerDown(event: ReactPointerEvent<HTMLDivElement>) {
    dragged.current = false;
    if (!isDrawing || frame.current === null) return;
    const point = pointIn(event, frame.current);
    // The second of two clicks ends a box as a drag would (WCAG 2.5.7).
    if (start !== undefined) return finish(point);
    event.currentTarget.setPointerCapture(event.pointerId);
    setStart(point);
    setEnd(point);
  }
  function onPointerMove(event: ReactPointerEvent<HTMLDivElement>) {
    const box = frame.current;
    if (box === null) return;
    if (isDrawing && start !== undefined) setEnd(pointIn(event, box));
    else if (viewport.scale > 1 && event.buttons === 1) {
      const size = event.currentTarget.getBoundingClientRect();
      dragged.current ||= Math.abs(event.movementX) + Math.abs(event.movementY) > 2;
      props.onPan(-event.movementX / size.width, -event.movementY / size.height);
    }
  }
  function onPointerUp(event: ReactPointerEvent<HTMLDivElement>) {
    if (isDrawing && start !== undefined && frame.current !== null) {
      const point = pointIn(event, frame.current);
      if (boxBetween(start, point) !== undefined) finish(point);
    }
  }
  function finish(point: Point) {
    const box = start && boxBetween(start, point);
    setStart(undefined);
    setEnd(undefined);
    if (box !== undefined) props.onBox(box);
  }

  return (
    <figure className={styles["pane"]} data-side={letter} data-chosen={props.isChosen}>
      <figcaption className={styles["caption"]}>
        <SideMark side={letter} />
      </figcaption>
      {/* The keyboard answers through the keys of the screen; the pointer may press the picture. */}
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions */}
      <div
        className={styles["viewport"]}
        data-drawing={isDrawing}
        data-zoomed={viewport.scale > 1}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onClick={(event) => {
          const isTouch = (event.nativeEvent as unknown as PointerEvent).pointerType === "touch";
          if (!isDrawing && !dragged.current) props.onChoose(isTouch ? "touch" : "pointer");
        }}
      >
        {view.image !== undefined && (
          <div
            ref={frame}
            className={styles["frame"]}
            style={{
              aspectRatio: `${view.image.width} / ${view.image.height}`,
              ["--ratio" as string]: view.image.width / view.image.height,
              transform: transformOf(viewport),
            }}
          >
            <img src={view.image.url} alt={alt} className={styles["image"]} draggable={false} />
            {regions.map((region) => (
              <Box key={region.number} box={region.box} label={String(region.number)} />
            ))}
            {draft !== undefined && <Box box={draft} label={t`new`} isDraft />}
          </div>
        )}
        {view.error !== undefined && (
          <Text size="sm" className={styles["problem"]} role="alert">
            <Trans>This image cannot be shown; skip the pair.</Trans> {messageOf(view.error)}
          </Text>
        )}
        {view.image === undefined && view.error === undefined && (
          <output className={styles["problem"]}>
            <Loader size="sm" aria-hidden="true" /> <Trans>Opening the image</Trans>
          </output>
        )}
      </div>
    </figure>
  );
}
