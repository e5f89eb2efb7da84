import type { Image, SKRSContext2D } from "@napi-rs/canvas";
import { createRng, seedFrom } from "@/shared/lib/rng";
import { kindOf } from "../plan/kinds";
import type { Product } from "../plan/types";
import { darken, lighten, mix, PALETTE } from "./colour";
import { Pen, type Look } from "./pen";

export const VIEWS = ["front", "left", "right", "low", "close"] as const;
export type View = (typeof VIEWS)[number];

/** Cut-outs of photographs by file, loaded before painting. */
export type CutOuts = ReadonlyMap<string, Image>;

/** How a view bends the box: mirror, lean, narrowing, zoom. Light moves with it. */
const BEND: Readonly<Record<View, readonly [number, number, number, number, number]>> = {
  front: [1, 0, 0, 1, 1],
  left: [-1, 0, 0.07, 0.9, 1],
  right: [1, 0, -0.07, 0.88, 1],
  low: [1, 0.02, 0, 1, 0.9],
  close: [1, 0, 0, 1.3, 1.3],
};

/** Paints the product centred on the origin in a box of side `side`. */
export function paintProduct(
  ctx: SKRSContext2D,
  product: Product,
  view: View,
  side: number,
  cutOuts: CutOuts,
): void {
  ctx.save();
  const [mirror, shearX, shearY, scaleX, scaleY] = BEND[view];
  ctx.transform(mirror * scaleX, shearY, shearX, scaleY, 0, 0);
  const photo = product.cutOut && cutOuts.get(product.cutOut.file);
  if (product.cutOut) {
    if (!photo) throw new Error(`paintProduct: cut-out ${product.cutOut.file} is not loaded`);
    const scale = side / Math.max(photo.width, photo.height);
    ctx.drawImage(
      photo,
      (-photo.width * scale) / 2,
      (-photo.height * scale) / 2,
      photo.width * scale,
      photo.height * scale,
    );
  } else {
    ctx.scale(side / 200, side / 200);
    ctx.translate(-100, -100);
    drawKind(ctx, product, view);
  }
  ctx.restore();
}

function drawKind(ctx: SKRSContext2D, product: Product, view: View): void {
  const kind = kindOf(product.kind);
  if (!kind.draw)
    throw new Error(`drawKind: ${kind.id} has no drawing, and ${product.id} no cut-out`);
  const look: Look = {
    base: tint(product, "base", PALETTE[product.color]),
    accent: tint(product, "accent", PALETTE[product.accent]),
    pattern: product.pattern,
    finish: kind.materials[product.material]?.finish ?? "matte",
    light: view === "left" || view === "low" ? 1 : -1,
  };
  kind.draw(new Pen(ctx, look), { v: product.style, r: product.shape });
}

/** A little of a product's own tone, small enough that the colour's name stays true. */
function tint(product: Product, part: string, hex: string): string {
  const rng = createRng(seedFrom(`${product.id.replace(/~.*/u, "")}/${part}`));
  const amount = rng() * 0.14;
  const warmed = mix(hex, rng() < 0.5 ? "#ffd9a8" : "#b9d3ff", 0.05);
  return rng() < 0.5 ? lighten(warmed, amount * 0.7) : darken(warmed, amount * 0.8);
}

/** A soft shadow on the floor, below a box of side `side` centred on the origin. */
export function paintFloorShadow(ctx: SKRSContext2D, product: Product, side: number): void {
  ctx.save();
  ctx.translate(0, side * (kindOf(product.kind).ground ?? 0.47));
  ctx.scale(1, 0.14);
  const shade = ctx.createRadialGradient(0, 0, 0, 0, 0, side * 0.5);
  shade.addColorStop(0, "rgba(20,16,34,0.42)");
  shade.addColorStop(0.6, "rgba(20,16,34,0.2)");
  shade.addColorStop(1, "rgba(20,16,34,0)");
  ctx.fillStyle = shade;
  ctx.beginPath();
  ctx.arc(0, 0, side * 0.5, 0, 7);
  ctx.fill();
  ctx.restore();
}
