/**
 * Cuts the subject out of a photograph taken on a plain, light ground.
 *
 * The ground's colour is the median of the border pixels that are light; a flood from those pixels
 * takes everything near that colour that is connected to the border. Edge pixels get partial
 * opacity from how far their colour is from the ground. Light parts inside the subject stay,
 * because the flood cannot reach them. Not for busy grounds: such photographs are refused.
 */
export interface CutOutPixels {
  readonly width: number;
  readonly height: number;
  /** RGBA, straight alpha. */
  readonly data: Uint8ClampedArray;
}

export type Refusal =
  "ground-not-light" | "ground-not-plain" | "subject-too-small" | "subject-too-large";

const LIGHT = 214;
/** Colours within NEAR of the ground are ground; beyond FAR they are wholly subject. */
const NEAR = 16;
const FAR = 46;

/** @returns the subject trimmed to its bounds, or why the photograph was refused. */
export function cutOut(
  data: Uint8ClampedArray,
  width: number,
  height: number,
): CutOutPixels | Refusal {
  const border = borderIndices(width, height);
  const light = border.filter(
    (i) => Math.min(data[i * 4]!, data[i * 4 + 1]!, data[i * 4 + 2]!) > LIGHT,
  );
  if (light.length < border.length * 0.45) return "ground-not-light";
  const ground = [0, 1, 2].map((c) => median(light.map((i) => data[i * 4 + c]!)));
  const [red = 0, green = 0, blue = 0] = ground;
  const distance = (i: number) =>
    Math.max(
      Math.abs(data[i * 4]! - red),
      Math.abs(data[i * 4 + 1]! - green),
      Math.abs(data[i * 4 + 2]! - blue),
    );
  const stray = light.filter((i) => distance(i) > NEAR * 2).length;
  if (stray > light.length * 0.2) return "ground-not-plain";
  const outside = flood(light, width, height, (i) => distance(i) <= NEAR);
  const out = new Uint8ClampedArray(data);
  let solid = 0;
  for (let i = 0; i < width * height; i++) {
    const alpha = outside[i] ? 0 : touches(outside, i, width, height) ? ramp(distance(i)) : 255;
    out[i * 4 + 3] = alpha;
    if (alpha > 127) solid++;
  }
  const share = solid / (width * height);
  if (share < 0.08) return "subject-too-small";
  if (share > 0.82) return "subject-too-large";
  return trim(out, width, height);
}

function ramp(distance: number): number {
  return 255 * Math.max(0, Math.min(1, (distance - NEAR) / (FAR - NEAR)));
}

function borderIndices(width: number, height: number): number[] {
  const out: number[] = [];
  for (let x = 0; x < width; x++) out.push(x, (height - 1) * width + x);
  for (let y = 1; y < height - 1; y++) out.push(y * width, y * width + width - 1);
  return out;
}

function median(values: readonly number[]): number {
  return [...values].sort((x, y) => x - y)[values.length >> 1] ?? 0;
}

function flood(
  seeds: readonly number[],
  width: number,
  height: number,
  isGround: (i: number) => boolean,
): Uint8Array {
  const outside = new Uint8Array(width * height);
  const stack = seeds.filter(isGround);
  for (const i of stack) outside[i] = 1;
  for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
    const x = i % width;
    for (const next of [x > 0 ? i - 1 : -1, x < width - 1 ? i + 1 : -1, i - width, i + width]) {
      if (next < 0 || next >= width * height || outside[next] || !isGround(next)) continue;
      outside[next] = 1;
      stack.push(next);
    }
  }
  return outside;
}

/** True when one of the eight neighbours, or the next but one, is outside. */
function touches(outside: Uint8Array, i: number, width: number, height: number): boolean {
  const x = i % width;
  const y = (i - x) / width;
  for (let dy = -1; dy <= 1; dy++)
    for (let dx = -1; dx <= 1; dx++) {
      const nx = x + dx;
      const ny = y + dy;
      if (nx >= 0 && ny >= 0 && nx < width && ny < height && outside[ny * width + nx]) return true;
    }
  return false;
}

function trim(data: Uint8ClampedArray, width: number, height: number): CutOutPixels {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (data[(y * width + x) * 4 + 3]! > 16) {
        left = Math.min(left, x);
        right = Math.max(right, x);
        top = Math.min(top, y);
        bottom = Math.max(bottom, y);
      }
  const w = right - left + 1;
  const h = bottom - top + 1;
  const out = new Uint8ClampedArray(w * h * 4);
  for (let y = 0; y < h; y++)
    out.set(
      data.subarray(((top + y) * width + left) * 4, ((top + y) * width + left + w) * 4),
      y * w * 4,
    );
  return { width: w, height: h, data: out };
}
