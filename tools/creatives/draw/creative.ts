import { createCanvas, type Canvas, type SKRSContext2D } from "@napi-rs/canvas";
import { createRng } from "@/shared/lib/rng";
import type { Creative, Factors } from "../plan/types";
import { drawPerson, drawProp } from "./cast";
import { registerFonts } from "./fonts";
import { paintBadge, paintBorder, paintColumn, paintInset } from "./layout";
import { paintFloorShadow, paintProduct, type CutOuts, type View } from "./product";
import { drawClutter, drawGradient, drawPattern, drawPlain, drawScene } from "./scenery";
import { paintTexts } from "./text";

/** Paints one creative at `px` × `px`. Everything random comes from the creative's own seed. */
export function paintCreative(creative: Creative, px: number, cutOuts: CutOuts): Canvas {
  registerFonts();
  const canvas = createCanvas(px, px);
  const ctx = canvas.getContext("2d");
  const f = creative.factors;
  const rng = createRng(creative.seed);
  ctx.save();
  ctx.scale(px / 100, px / 100);
  paintBackground(ctx, f, rng);
  if (f.columns) paintColumn(ctx, f, rng);
  paintCast(ctx, f, rng);
  ctx.translate(creative.nudge * 100, creative.nudge * 60);
  paintSubject(ctx, creative, cutOuts);
  ctx.translate(-creative.nudge * 100, -creative.nudge * 60);
  if (f.inset) paintInset(ctx, creative, cutOuts);
  ctx.restore();
  const measured = soften(canvas, ctx, f, px);
  ctx.save();
  ctx.scale(px / 100, px / 100);
  if (f.border !== "none") paintBorder(ctx, f, rng);
  if (f.has_badge) paintBadge(ctx, f, rng);
  ctx.restore();
  paintTexts(ctx, creative, px, rng);
  return measured;
}

function paintBackground(ctx: SKRSContext2D, f: Factors, rng: () => number): void {
  if (f.background === "plain") drawPlain(ctx, f.background_color);
  else if (f.background === "gradient") drawGradient(ctx, f.background_color, rng);
  else if (f.background === "pattern") drawPattern(ctx, f.background_color, rng);
  else if (f.background === "scene") drawScene(ctx, f.scene, rng);
  else drawClutter(ctx, rng);
}

/** The person stands beside the product, on the side with more room; the prop in front, on the other. */
function paintCast(ctx: SKRSContext2D, f: Factors, rng: () => number): void {
  const personLeft = f.x >= 0.5;
  if (f.person_drawn) {
    ctx.save();
    ctx.translate(personLeft ? (f.columns ? 32 : 0) : 44, f.columns ? 40 : 34);
    ctx.scale(f.columns ? 0.6 : 0.66, f.columns ? 0.6 : 0.66);
    drawPerson(ctx, personLeft ? 1 : -1, rng);
    ctx.restore();
  }
  if (f.has_prop) {
    const right = f.person_drawn ? personLeft : !personLeft || (f.x === 0.5 && rng() < 0.5);
    const side = f.person_drawn ? 19 : 23;
    ctx.save();
    ctx.translate(
      right ? 97 - side : f.columns ? 45 : 3,
      68 - (f.has_headline && f.text_place === "bottom" ? 22 : 0) + (19 - side) / 2,
    );
    ctx.scale(side / 100, side / 100);
    drawProp(ctx, f.prop);
    ctx.restore();
  }
}

function paintSubject(ctx: SKRSContext2D, creative: Creative, cutOuts: CutOuts): void {
  const f = creative.factors;
  const side = f.size * 100;
  for (let copy = f.count - 1; copy >= 0; copy--) {
    const offset = copy === 0 ? 0 : (copy === 1 ? 1 : -1) * side * 0.42;
    const scale = copy === 0 ? 1 : 0.72;
    ctx.save();
    ctx.translate(f.x * 100 + offset, f.y * 100 + (copy === 0 ? 0 : side * 0.06));
    paintFloorShadow(ctx, creative.shown, side * scale);
    ctx.rotate((f.angle * Math.PI) / 180);
    paintProduct(ctx, creative.shown, f.view as View, side * scale, cutOuts);
    ctx.restore();
  }
}

/** Blur by shrinking and enlarging; exposure by laying dark or light over the picture. */
function soften(canvas: Canvas, ctx: SKRSContext2D, f: Factors, px: number): Canvas {
  if (f.blurred) {
    const small = createCanvas(Math.round(px / 6.4), Math.round(px / 6.4));
    const brush = small.getContext("2d");
    brush.imageSmoothingQuality = "high";
    brush.drawImage(canvas, 0, 0, small.width, small.height);
    ctx.imageSmoothingQuality = "high";
    ctx.drawImage(small, 0, 0, px, px);
  }
  if (f.exposure !== "normal") {
    ctx.fillStyle = f.exposure === "dark" ? "rgba(10,8,20,0.46)" : "rgba(255,255,255,0.46)";
    ctx.fillRect(0, 0, px, px);
  }
  return canvas;
}
