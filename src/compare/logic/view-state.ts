/** Zoom and pan that both pictures share. Offsets are shares of the stage, so that sizes may differ. */
export interface ViewState {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export const FITTED: ViewState = { scale: 1, x: 0, y: 0 };
export const MAX_SCALE = 8;

function clamp(value: number, limit: number): number {
  return Math.min(limit, Math.max(-limit, value));
}

/** The picture may be moved until its edge meets the stage's edge, never further. */
function contained({ scale, x, y }: ViewState): ViewState {
  const limit = (scale - 1) / 2;
  return { scale, x: clamp(x, limit), y: clamp(y, limit) };
}

/**
 * Zooms by `factor` and keeps the point under the pointer where it is.
 *
 * @param at - pointer position as shares of the stage, from its centre, in [−0.5, 0.5].
 */
export function zoomed(
  view: ViewState,
  factor: number,
  at: { readonly x: number; readonly y: number } = { x: 0, y: 0 },
): ViewState {
  const scale = Math.min(MAX_SCALE, Math.max(1, view.scale * factor));
  const ratio = scale / view.scale;
  return contained({
    scale,
    x: at.x - (at.x - view.x) * ratio,
    y: at.y - (at.y - view.y) * ratio,
  });
}

/** Moves the pictures by shares of the stage. */
export function panned(view: ViewState, dx: number, dy: number): ViewState {
  return contained({ ...view, x: view.x + dx, y: view.y + dy });
}
