import { createCanvas, type Canvas } from "@napi-rs/canvas";
import { createRng } from "@/shared/lib/rng";
import type { Product } from "../plan/types";
import { darken, lighten } from "./colour";
import { paintFloorShadow, paintProduct, type CutOuts, type View } from "./product";
import { drawScene, SCENE_IDS } from "./scenery";

/** `studio`: near-white, as a catalogue shows it; `shelf`: a soft tint; `snap`: as a shopper's phone sees it. */
export type Backdrop = "studio" | "shelf" | "snap";

/** One catalogue picture of a product. */
export interface ViewPicture {
  readonly product: Product;
  readonly view: View;
  readonly backdrop: Backdrop;
  readonly seed: number;
}

const TINTS = ["#e9e4dc", "#dfe6ea", "#e8dfe3", "#e3e8dd", "#ece6d4", "#dcdfe6"];

export function paintView(picture: ViewPicture, px: number, cutOuts: CutOuts): Canvas {
  const canvas = createCanvas(px, px);
  const ctx = canvas.getContext("2d");
  const rng = createRng(picture.seed);
  ctx.save();
  ctx.scale(px / 100, px / 100);
  if (picture.backdrop === "snap" && rng() < 0.55) {
    drawScene(ctx, SCENE_IDS[Math.floor(rng() * SCENE_IDS.length)] ?? "room", rng);
    ctx.fillStyle = "rgba(255,255,255,0.25)";
    ctx.fillRect(0, 0, 100, 100);
  } else {
    const tint =
      picture.backdrop === "studio"
        ? "#f7f7f8"
        : (TINTS[Math.floor(rng() * TINTS.length)] ?? "#e9e4dc");
    const ground = ctx.createRadialGradient(50, 42, 5, 50, 50, 80);
    ground.addColorStop(0, lighten(tint, 0.6));
    ground.addColorStop(1, darken(tint, picture.backdrop === "studio" ? 0.03 : 0.12));
    ctx.fillStyle = ground;
    ctx.fillRect(0, 0, 100, 100);
  }
  const snap = picture.backdrop === "snap";
  const side = snap ? 52 + rng() * 22 : 76 + rng() * 4;
  ctx.translate(50 + (snap ? (rng() - 0.5) * 14 : 0), 50 + (snap ? (rng() - 0.5) * 10 : 0));
  paintFloorShadow(ctx, picture.product, side);
  ctx.rotate(snap ? (rng() - 0.5) * 0.4 : (rng() - 0.5) * 0.04);
  paintProduct(ctx, picture.product, picture.view, side, cutOuts);
  ctx.restore();
  if (snap) {
    const shade = rng();
    ctx.fillStyle =
      shade < 0.4
        ? `rgba(255,196,120,${0.1 + rng() * 0.12})`
        : shade < 0.7
          ? `rgba(30,40,90,${0.1 + rng() * 0.14})`
          : "rgba(255,255,255,0.1)";
    ctx.fillRect(0, 0, px, px);
  }
  return canvas;
}
