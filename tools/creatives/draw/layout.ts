import type { SKRSContext2D } from "@napi-rs/canvas";
import type { Creative, Factors } from "../plan/types";
import { darken, lighten, PALETTE } from "./colour";
import { fontOf } from "./fonts";
import { Pen } from "./pen";
import { paintProduct, type CutOuts } from "./product";

const PLAIN = {
  base: "#ffffff",
  accent: "#ffffff",
  pattern: "solid",
  finish: "matte",
  light: -1,
} as const;
const INKS = ["#c8473f", "#2e5fa8", "#2f7f64", "#8a4d9e", "#c98a1b", "#2b2e38"];

function ink(rng: () => number): string {
  return INKS[Math.floor(rng() * INKS.length)] ?? "#2b2e38";
}

/** Splits the picture: a flat column on the left carries the text. */
export function paintColumn(ctx: SKRSContext2D, f: Factors, rng: () => number): void {
  const tone = lighten(ink(rng), 0.82);
  ctx.fillStyle = tone;
  ctx.fillRect(0, 0, 46, 100);
  ctx.fillStyle = darken(tone, 0.35);
  ctx.fillRect(46, 0, 0.7, 100);
  if (f.background === "plain" && f.background_color === "white") ctx.fillRect(46, 0, 1, 100);
}

export function paintBorder(ctx: SKRSContext2D, f: Factors, rng: () => number): void {
  const p = new Pen(ctx, PLAIN);
  const colour = ink(rng);
  if (f.border === "thin") {
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1.3;
    ctx.strokeRect(2.2, 2.2, 95.6, 95.6);
    return;
  }
  ctx.strokeStyle = colour;
  ctx.lineWidth = 7;
  ctx.strokeRect(3.5, 3.5, 93, 93);
  ctx.strokeStyle = lighten(colour, 0.7);
  ctx.lineWidth = 0.8;
  ctx.strokeRect(5, 5, 90, 90);
  for (let i = 0; i < 20; i++) {
    const at = 5 + i * 4.74;
    for (const [x, y] of [
      [at, 2.4],
      [at, 97.6],
      [2.4, at],
      [97.6, at],
    ] as const) {
      p.ellipse(x, y, 0.95, 0.95, "#f6d873");
    }
  }
}

export function paintBadge(ctx: SKRSContext2D, f: Factors, rng: () => number): void {
  const x = f.text_place === "right" && f.has_headline ? 14 : 86;
  const y = f.has_headline && f.text_place === "top" ? 38 : 14;
  const colour = ink(rng);
  ctx.save();
  ctx.translate(x, y);
  ctx.fillStyle = colour;
  ctx.beginPath();
  for (let i = 0; i < 24; i++) {
    const a = (i / 24) * Math.PI * 2;
    const radius = i % 2 ? 9.2 : 10.6;
    ctx.lineTo(radius * Math.cos(a), radius * Math.sin(a));
  }
  ctx.closePath();
  ctx.fill();
  ctx.rotate(-0.16);
  ctx.fillStyle = "#ffffff";
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.font = fontOf(5.6, 800);
  ctx.fillText(f.badge, 0, 0.3);
  ctx.restore();
}

/** Picture in picture: a round window onto a detail of the product. */
export function paintInset(ctx: SKRSContext2D, creative: Creative, cutOuts: CutOuts): void {
  const f = creative.factors;
  const x = f.x >= 0.5 ? 23 : 77;
  const y = f.has_headline && f.text_place === "bottom" ? 24 : 67;
  ctx.save();
  ctx.translate(x, y);
  ctx.fillStyle = "#ffffff";
  ctx.beginPath();
  ctx.arc(0, 0, 13.6, 0, 7);
  ctx.fill();
  ctx.beginPath();
  ctx.arc(0, 0, 12.4, 0, 7);
  ctx.clip();
  ctx.fillStyle = lighten(PALETTE[creative.shown.color], 0.78);
  ctx.fillRect(-14, -14, 28, 28);
  ctx.translate(-6, 2);
  paintProduct(ctx, creative.shown, "front", 52, cutOuts);
  ctx.restore();
}
