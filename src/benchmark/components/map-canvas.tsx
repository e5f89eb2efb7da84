import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon } from "@mantine/core";
import { IconDownload, IconMinus, IconPlus, IconZoomReset } from "@tabler/icons-react";
import {
  useEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
} from "react";
import { saveFile } from "@/shared/ui/save-file";
import type { Point } from "../logic/map-points";
import {
  indexPoints,
  panBy,
  toMap,
  toScreen,
  visibleArea,
  WHOLE_MAP,
  zoomAt,
  type MapView,
} from "../logic/map-view";
import styles from "./benchmark.module.css";
import { useMapDrawing, type DrawnPoints } from "./use-map-drawing";

/** How far from a point the pointer may be, as a share of the map's side on the screen. */
const RADIUS = 0.02;
const MIDDLE: Point = [0.5, 0.5];
const STEP = 1.5;

export interface MapCanvasProps extends DrawnPoints {
  readonly label: string;
  readonly onPoint: (index: number | undefined) => void;
  /** The lasso on the map, or undefined after a click beside it. */
  readonly onChoose: (polygon: readonly Point[] | undefined) => void;
}

type SetView = (change: (view: MapView) => MapView) => void;

/** The wheel magnifies; React's own wheel events cannot keep the page from scrolling. */
function useWheel(element: React.RefObject<HTMLElement | null>, setView: SetView) {
  useEffect(() => {
    const target = element.current!;
    const turn = (event: WheelEvent) => {
      event.preventDefault();
      const box = target.getBoundingClientRect();
      const at: Point = [(event.clientX - box.x) / box.width, (event.clientY - box.y) / box.height];
      setView((view) => zoomAt(view, at, Math.exp(-0.002 * event.deltaY)));
    };
    target.addEventListener("wheel", turn, { passive: false });
    return () => target.removeEventListener("wheel", turn);
  }, [element, setView]);
}

interface Touch {
  readonly at: Point;
}

/** One pointer draws a lasso, or moves the map with Shift or the middle button; two move and magnify. */
function useGestures(
  props: MapCanvasProps,
  view: MapView,
  setView: SetView,
  onHover: (at: Point | undefined) => void,
) {
  const [path, setPath] = useState<readonly Point[]>([]);
  const touches = useRef(new Map<number, Touch>());
  const isMoving = useRef(false);
  const at = (event: PointerEvent): Point => {
    const box = event.currentTarget.getBoundingClientRect();
    return [(event.clientX - box.x) / box.width, (event.clientY - box.y) / box.height];
  };
  const end = (event: PointerEvent) => {
    touches.current.delete(event.pointerId);
    if (touches.current.size === 0) isMoving.current = false;
  };
  return {
    path,
    handlers: {
      onPointerDown(event: PointerEvent) {
        event.currentTarget.setPointerCapture(event.pointerId);
        touches.current.set(event.pointerId, { at: at(event) });
        isMoving.current ||= event.shiftKey || event.button === 1 || touches.current.size > 1;
        setPath(isMoving.current ? [] : [toMap(view, at(event))]);
      },
      onPointerMove(event: PointerEvent) {
        const before = touches.current.get(event.pointerId);
        const now = at(event);
        if (before === undefined) return onHover(now);
        touches.current.set(event.pointerId, { at: now });
        if (!isMoving.current) return setPath((old) => [...old, toMap(view, now)]);
        const [dx, dy] = [now[0] - before.at[0], now[1] - before.at[1]];
        const other = [...touches.current].find(([id]) => id !== event.pointerId)?.[1].at;
        if (other === undefined) return setView((old) => panBy(old, dx, dy));
        const length = (from: Point) => Math.hypot(from[0] - other[0], from[1] - other[1]);
        const factor = length(now) / Math.max(0.01, length(before.at));
        setView((old) => zoomAt(panBy(old, dx / 2, dy / 2), other, factor));
        return undefined;
      },
      onPointerUp(event: PointerEvent) {
        if (!isMoving.current) props.onChoose(path.length < 3 ? undefined : path);
        setPath([]);
        end(event);
      },
      onPointerCancel(event: PointerEvent) {
        setPath([]);
        end(event);
      },
      onPointerLeave: () => onHover(undefined),
    },
  };
}

function ZoomButtons({
  view,
  setView,
  children,
}: {
  readonly view: MapView;
  readonly setView: SetView;
  readonly children: ReactNode;
}) {
  const { t } = useLingui();
  const buttons = [
    {
      name: t`Magnify`,
      icon: <IconPlus size={16} />,
      next: (old: MapView) => zoomAt(old, MIDDLE, STEP),
    },
    {
      name: t`Make smaller`,
      icon: <IconMinus size={16} />,
      next: (old: MapView) => zoomAt(old, MIDDLE, 1 / STEP),
    },
    { name: t`Show the whole map`, icon: <IconZoomReset size={16} />, next: () => WHOLE_MAP },
  ];
  return (
    <div className={styles["zoom"]}>
      {buttons.map(({ name, icon, next }, i) => (
        <ActionIcon
          key={name}
          variant="default"
          aria-label={name}
          title={name}
          disabled={i > 0 && view.zoom === 1 && view.centre === WHOLE_MAP.centre}
          onClick={() => setView(next)}
        >
          {icon}
        </ActionIcon>
      ))}
      {children}
    </div>
  );
}

/** Keys of the focused map; the item in its middle counts as pointed at. */
function keyAction(key: string, view: MapView): MapView | undefined {
  const far = 0.1;
  const moves: Readonly<Record<string, MapView>> = {
    ArrowLeft: panBy(view, far, 0),
    ArrowRight: panBy(view, -far, 0),
    ArrowUp: panBy(view, 0, far),
    ArrowDown: panBy(view, 0, -far),
    "+": zoomAt(view, MIDDLE, STEP),
    "=": zoomAt(view, MIDDLE, STEP),
    "-": zoomAt(view, MIDDLE, 1 / STEP),
    "0": WHOLE_MAP,
  };
  return Object.hasOwn(moves, key) ? moves[key] : undefined;
}

/** Points that can be magnified, pointed at, and encircled to choose a slice. */
export function MapCanvas(props: MapCanvasProps) {
  const { points, label, onPoint, onChoose } = props;
  const { t } = useLingui();
  const [view, setView] = useState(WHOLE_MAP);
  const [hasFocus, setFocus] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const index = useMemo(() => indexPoints(points), [points]);
  const { canvas, key, toPng } = useMapDrawing(props, view);
  const find = (at: Point, on: MapView) => index.nearest(toMap(on, at), RADIUS / on.zoom);
  const { path, handlers } = useGestures(props, view, setView, (at) =>
    onPoint(at === undefined ? undefined : find(at, view)),
  );
  useWheel(frame, setView);
  const press = (event: KeyboardEvent) => {
    const next = keyAction(event.key, view);
    if (next !== undefined) {
      event.preventDefault();
      setView(next);
      onPoint(find(MIDDLE, next));
    } else if (event.key === "Enter") onChoose(visibleArea(view));
    else if (event.key === "Escape") onChoose(undefined);
  };
  const corners = path.map((point) => toScreen(view, point).join(",")).join(" ");
  return (
    <div>
      <div className={styles["map"]}>
        {/* A canvas has no elements to stand on: it takes keys as one widget. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
        <div
          ref={frame}
          role="application"
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          aria-label={`${label}. ${t`Arrow keys move, plus and minus magnify, Enter chooses what is in view, Escape chooses all.`}`}
          className={styles["mapFrame"]}
          onKeyDown={press}
          onFocus={(event) => setFocus(event.currentTarget.matches(":focus-visible"))}
          onBlur={() => setFocus(false)}
          {...handlers}
        >
          <canvas key={key} ref={canvas} aria-hidden="true" />
          <svg viewBox="0 0 1 1" aria-hidden="true">
            {path.length > 1 && <polygon points={corners} />}
            {hasFocus && <path d="M0.48 0.5h0.04M0.5 0.48v0.04" />}
          </svg>
        </div>
        <ZoomButtons view={view} setView={setView}>
          <ActionIcon
            variant="default"
            aria-label={t`Save the map (PNG)`}
            title={t`Save the map (PNG)`}
            onClick={() => void toPng().then((png) => png && saveFile(png, "map.png"))}
          >
            <IconDownload size={16} />
          </ActionIcon>
        </ZoomButtons>
      </div>
      <p className={styles["mapHint"]}>
        <Trans>
          Drag around points to choose them. Wheel or two fingers: magnify. Shift and drag: move.
        </Trans>
      </p>
    </div>
  );
}
