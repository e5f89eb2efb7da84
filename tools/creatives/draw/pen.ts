import { Path2D, type CanvasGradient, type SKRSContext2D } from "@napi-rs/canvas";
import { darken, fade, lighten } from "./colour";

export const PATTERNS = ["solid", "striped", "dotted", "checked", "zigzag"] as const;
export type Pattern = (typeof PATTERNS)[number];

/** How a material takes light. */
export type Finish = "matte" | "glossy" | "metal" | "woven" | "grained";

/** The visible make of one product. */
export interface Look {
  readonly base: string;
  readonly accent: string;
  readonly pattern: Pattern;
  readonly finish: Finish;
  /** -1 light from the left, 1 from the right. */
  readonly light: number;
}

/** Draws in a 200 × 200 box with SVG path strings, so that a drawing reads as its outline. */
export class Pen {
  readonly ctx: SKRSContext2D;
  readonly look: Look;

  constructor(ctx: SKRSContext2D, look: Look) {
    this.ctx = ctx;
    this.look = look;
  }

  fill(d: string, paint: string | CanvasGradient): void {
    this.ctx.fillStyle = paint;
    this.ctx.fill(new Path2D(d));
  }

  stroke(d: string, paint: string, width: number): void {
    const { ctx } = this;
    ctx.strokeStyle = paint;
    ctx.lineWidth = width;
    ctx.lineCap = "round";
    ctx.lineJoin = "round";
    ctx.stroke(new Path2D(d));
  }

  ellipse(x: number, y: number, rx: number, ry: number, paint: string | CanvasGradient): void {
    const { ctx } = this;
    ctx.beginPath();
    ctx.ellipse(x, y, rx, ry, 0, 0, Math.PI * 2);
    ctx.fillStyle = paint;
    ctx.fill();
  }

  /** A path of an ellipse, for `body` and `clip`. */
  static oval(x: number, y: number, rx: number, ry: number): string {
    return `M${x - rx} ${y}a${rx} ${ry} 0 1 0 ${2 * rx} 0a${rx} ${ry} 0 1 0 ${-2 * rx} 0Z`;
  }

  /** A path of a rounded rectangle. */
  static box(x: number, y: number, w: number, h: number, r: number): string {
    return `M${x + r} ${y}h${w - 2 * r}q${r} 0 ${r} ${r}v${h - 2 * r}q0 ${r} ${-r} ${r}h${2 * r - w}q${-r} 0 ${-r} ${-r}v${2 * r - h}q0 ${-r} ${r} ${-r}Z`;
  }

  linear(
    from: readonly [number, number],
    to: readonly [number, number],
    stops: readonly (readonly [number, string])[],
  ): CanvasGradient {
    const gradient = this.ctx.createLinearGradient(from[0], from[1], to[0], to[1]);
    for (const [at, colour] of stops) gradient.addColorStop(at, colour);
    return gradient;
  }

  /** Paints inside a path only. */
  clip(d: string, paint: () => void): void {
    this.ctx.save();
    this.ctx.clip(new Path2D(d));
    paint();
    this.ctx.restore();
  }

  /** The product's own surface: colour, shading by the light, pattern, finish. */
  body(d: string, colour: string = this.look.base, patterned = true): void {
    const path = new Path2D(d);
    const bounds = path.getBounds();
    const [left, top, right, bottom] = bounds;
    this.ctx.fillStyle = this.#shade(colour, left, top, right, bottom);
    this.ctx.fill(path);
    this.ctx.save();
    this.ctx.clip(path);
    if (patterned) this.#pattern(left, top, right, bottom);
    this.#finish(colour, left, top, right, bottom);
    this.ctx.restore();
  }

  #shade(colour: string, left: number, top: number, right: number, bottom: number) {
    const { light, finish } = this.look;
    const from: [number, number] = light < 0 ? [left, top] : [right, top];
    const to: [number, number] = light < 0 ? [right, bottom] : [left, bottom];
    if (finish === "metal") {
      return this.linear(
        [left, 0],
        [right, 0],
        [
          [0, darken(colour, 0.32)],
          [0.22, lighten(colour, 0.42)],
          [0.45, colour],
          [0.72, darken(colour, 0.18)],
          [0.88, lighten(colour, 0.25)],
          [1, darken(colour, 0.3)],
        ],
      );
    }
    const depth = finish === "glossy" ? 0.34 : 0.22;
    return this.linear(from, to, [
      [0, lighten(colour, depth * 0.7)],
      [0.45, colour],
      [1, darken(colour, depth)],
    ]);
  }

  #pattern(left: number, top: number, right: number, bottom: number): void {
    const { ctx, look } = this;
    const ink = fade(look.accent, 0.9);
    ctx.fillStyle = ink;
    ctx.strokeStyle = ink;
    if (look.pattern === "striped") {
      for (let y = top + 9; y < bottom; y += 21) ctx.fillRect(left, y, right - left, 9);
    } else if (look.pattern === "dotted") {
      for (let y = top + 7, odd = 0; y < bottom + 6; y += 15, odd ^= 1) {
        for (let x = left + 6 + odd * 9; x < right + 6; x += 18) {
          ctx.beginPath();
          ctx.arc(x, y, 4.4, 0, 7);
          ctx.fill();
        }
      }
    } else if (look.pattern === "checked") {
      ctx.fillStyle = fade(look.accent, 0.55);
      for (let y = top + 4; y < bottom; y += 26) ctx.fillRect(left, y, right - left, 12);
      for (let x = left + 4; x < right; x += 26) ctx.fillRect(x, top, 12, bottom - top);
    } else if (look.pattern === "zigzag") {
      ctx.lineWidth = 5;
      for (let y = top + 6; y < bottom + 10; y += 20) {
        ctx.beginPath();
        for (let x = left - 4, up = 0; x < right + 14; x += 10, up ^= 1) ctx.lineTo(x, y + up * 9);
        ctx.stroke();
      }
    }
  }

  #finish(colour: string, left: number, top: number, right: number, bottom: number): void {
    const { ctx, look } = this;
    const width = right - left;
    const height = bottom - top;
    if (look.finish === "glossy") {
      const x = look.light < 0 ? left + width * 0.12 : right - width * 0.26;
      ctx.fillStyle = this.linear(
        [x, 0],
        [x + width * 0.16, 0],
        [
          [0, "rgba(255,255,255,0)"],
          [0.5, "rgba(255,255,255,0.5)"],
          [1, "rgba(255,255,255,0)"],
        ],
      );
      ctx.fillRect(x, top, width * 0.16, height);
    } else if (look.finish === "woven") {
      ctx.strokeStyle = fade(darken(colour, 0.6), 0.13);
      ctx.lineWidth = 1;
      ctx.beginPath();
      for (let k = left - height; k < right; k += 5) {
        ctx.moveTo(k, top);
        ctx.lineTo(k + height, bottom);
      }
      ctx.stroke();
    } else if (look.finish === "grained") {
      ctx.strokeStyle = fade(darken(colour, 0.7), 0.2);
      ctx.lineWidth = 1.2;
      for (let y = top + 4; y < bottom; y += 8) {
        ctx.beginPath();
        ctx.moveTo(left, y);
        ctx.bezierCurveTo(left + width * 0.3, y - 4, left + width * 0.6, y + 5, right, y - 1);
        ctx.stroke();
      }
    }
    // A soft edge shadow on the far side gives every surface some volume.
    const far = look.light < 0 ? right : left;
    ctx.fillStyle = this.linear(
      [far, 0],
      [far + (look.light < 0 ? -1 : 1) * width * 0.28, 0],
      [
        [0, "rgba(15,12,30,0.2)"],
        [1, "rgba(15,12,30,0)"],
      ],
    );
    ctx.fillRect(left, top, width, height);
  }
}
