import { useEffect, useEffectEvent, useRef, type PointerEvent, type ReactNode } from "react";
import type { StageView } from "./use-view";
import styles from "./stage.module.css";

/** Pixels of wheel travel that double the size. */
const WHEEL_DOUBLING = 300;

/**
 * The neutral area a picture lies on. Dragging pans, a pinch or Ctrl with the wheel zooms at the
 * pointer, a double click zooms in; the toolbar and the keys do the same without a pointer.
 */
export function StageSurface({
  stage,
  children,
}: {
  readonly stage: StageView;
  readonly children: ReactNode;
}) {
  const surface = useRef<HTMLDivElement>(null);
  const isZoomed = stage.view.scale > 1;

  const onWheel = useEffectEvent((event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    stage.zoomBy(2 ** (-event.deltaY / WHEEL_DOUBLING), pointIn(surface.current, event));
  });
  // React attaches wheel listeners passively, and this one must hold the page still while zooming.
  useEffect(() => {
    const element = surface.current;
    if (element === null) return;
    const listener = (event: WheelEvent) => onWheel(event);
    element.addEventListener("wheel", listener, { passive: false });
    return () => element.removeEventListener("wheel", listener);
  }, []);

  function onPointerDown(event: PointerEvent<HTMLDivElement>) {
    if (isZoomed && event.button === 0) event.currentTarget.setPointerCapture(event.pointerId);
  }

  function onPointerMove(event: PointerEvent<HTMLDivElement>) {
    const element = event.currentTarget;
    if (!element.hasPointerCapture(event.pointerId)) return;
    stage.panBy(event.movementX / element.clientWidth, event.movementY / element.clientHeight);
  }

  return (
    <div
      ref={surface}
      className={styles["surface"]}
      data-zoomed={isZoomed}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onDoubleClick={(event) =>
        isZoomed ? stage.fit() : stage.zoomBy(2, pointIn(surface.current, event))
      }
    >
      {children}
    </div>
  );
}

/** Pointer position as shares of the element, from its centre. */
function pointIn(
  element: HTMLElement | null,
  event: { readonly clientX: number; readonly clientY: number },
): { x: number; y: number } {
  if (element === null) return { x: 0, y: 0 };
  const box = element.getBoundingClientRect();
  return {
    x: (event.clientX - box.left) / box.width - 0.5,
    y: (event.clientY - box.top) / box.height - 0.5,
  };
}
