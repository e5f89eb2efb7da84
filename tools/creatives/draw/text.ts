import type { SKRSContext2D } from "@napi-rs/canvas";
import { fitText, textBox } from "../plan/text-fit";
import type { Creative, Factors } from "../plan/types";
import { SMALL_PRINT } from "../plan/words";
import { contrastRatio, luminance, mix, toHex, toRgb, type Rgb } from "./colour";
import { fontOf } from "./fonts";

const DARK = "#14161d";
const INKS = [DARK, "#7a1420", "#11306b", "#0e4a3c"];

/** Headline, price, button and small print, in shares of the picture so that any size looks alike. */
export function paintTexts(
  ctx: SKRSContext2D,
  creative: Creative,
  px: number,
  rng: () => number,
): void {
  const f = creative.factors;
  const bottom = f.has_headline ? paintHeadline(ctx, f, px, rng) : 0;
  paintExtras(ctx, f, px, rng);
  if (f.small_lines > 0) paintSmallPrint(ctx, f, px, bottom, rng);
}

function meanColour(ctx: SKRSContext2D, x: number, y: number, w: number, h: number): Rgb {
  const { data } = ctx.getImageData(
    Math.max(0, Math.floor(x)),
    Math.max(0, Math.floor(y)),
    Math.max(1, Math.floor(w)),
    Math.max(1, Math.floor(h)),
  );
  let r = 0;
  let g = 0;
  let b = 0;
  // Every fourth pixel is enough for a mean.
  for (let i = 0; i < data.length; i += 16) {
    r += data[i]!;
    g += data[i + 1]!;
    b += data[i + 2]!;
  }
  const n = Math.max(1, Math.ceil(data.length / 16));
  return [r / n, g / n, b / n];
}

/**
 * High contrast: near-black or white, whichever differs more, on a panel where the ground is mixed.
 * Low contrast: the ground's own colour moved only a little, so that the words are hard to read.
 */
function paintHeadline(ctx: SKRSContext2D, f: Factors, px: number, rng: () => number): number {
  const [left, top, width, height] = textBox(f.text_place);
  const { lines } = fitText(f.headline, textBox(f.text_place), f.text_size + 1e-6);
  const size = f.text_size * px;
  ctx.font = fontOf(size, 800);
  const widest = Math.max(...lines.map((line) => ctx.measureText(line).width));
  const lineHeight = size * 1.18;
  const blockHeight = lines.length * lineHeight;
  const centre =
    f.text_place === "left" || f.text_place === "right"
      ? left * px
      : (left + width / 2) * px - widest / 2;
  const x = Math.max(0.085 * px, Math.min(centre, px * 0.92 - widest));
  const y =
    f.text_place === "bottom"
      ? (top + height) * px - blockHeight
      : f.text_place === "top" || f.columns
        ? (top + (f.columns ? 0.06 : 0.02)) * px
        : (top + height / 2) * px - blockHeight / 2;
  let ground = meanColour(ctx, x, y, widest, blockHeight);
  const mixed = f.background !== "plain" && f.background !== "gradient";
  // A drawn person stands behind a low headline, whatever the background.
  const busy = !f.columns && (mixed || (f.person_drawn && f.text_place !== "top"));
  if (f.text_contrast === "high" && (busy || f.text_place === "over")) {
    const panel: Rgb = luminance(ground) > 0.3 ? [255, 255, 255] : [24, 26, 34];
    ctx.fillStyle = `rgba(${panel[0]},${panel[1]},${panel[2]},0.84)`;
    ctx.beginPath();
    ctx.roundRect(
      x - size * 0.35,
      y - size * 0.22,
      widest + size * 0.7,
      blockHeight + size * 0.4,
      size * 0.25,
    );
    ctx.fill();
    ground = [0, 1, 2].map((i) => ground[i]! * 0.16 + panel[i]! * 0.84) as unknown as Rgb;
  }
  ctx.fillStyle = inkOn(ground, f.text_contrast, rng);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  lines.forEach((line, i) => ctx.fillText(line, x, y + lineHeight * (i + 0.5)));
  return y + blockHeight;
}

/** The headline's ink for a ground of this mean colour. */
export function inkOn(ground: Rgb, contrast: "high" | "low", rng: () => number): string {
  const light = luminance(ground);
  const darkBetter = contrastRatio(light, 0) > contrastRatio(light, 1);
  if (contrast === "low")
    return mix(toHex(ground), darkBetter ? "#000000" : "#ffffff", darkBetter ? 0.17 : 0.24);
  const drawn = INKS[Math.floor(rng() * INKS.length)] ?? DARK;
  if (!darkBetter) return "#ffffff";
  // Tinted inks only where they are as readable as WCAG asks of text.
  return contrastRatio(light, luminance(toRgb(drawn))) >= 4.5 ? drawn : "#000000";
}

function paintExtras(ctx: SKRSContext2D, f: Factors, px: number, rng: () => number): void {
  const low = f.has_headline && f.text_place === "bottom";
  const y = (low ? 0.66 : 0.875) * px;
  const colour = ["#d23b36", "#1f5fbf", "#20232c", "#1d7d5b"][Math.floor(rng() * 4)] ?? "#20232c";
  const column = f.columns;
  ctx.textBaseline = "middle";
  if (f.has_price) {
    const size = 0.072 * px;
    ctx.font = fontOf(size, 800);
    const w = ctx.measureText(f.price).width + size * 0.9;
    const x = column || f.has_cta || f.x >= 0.5 ? 0.09 * px : px * 0.91 - w;
    const top = column && f.has_cta ? y - 0.13 * px : y;
    pill(ctx, x, top, w, size * 1.5, "#ffe14d", size * 0.3);
    ctx.fillStyle = "#b3161b";
    ctx.textAlign = "center";
    ctx.fillText(f.price, x + w / 2, top + size * 0.05);
  }
  if (f.has_cta) {
    const size = 0.052 * px;
    ctx.font = fontOf(size, 700);
    const w = ctx.measureText(f.cta).width + size * 1.6;
    const x = column ? 0.09 * px : f.has_price || f.x >= 0.5 ? px * 0.91 - w : 0.09 * px;
    pill(ctx, x, y, w, size * 2, colour, size);
    ctx.fillStyle = "#ffffff";
    ctx.textAlign = "center";
    ctx.fillText(f.cta, x + w / 2, y + size * 0.04);
  }
}

function pill(
  ctx: SKRSContext2D,
  x: number,
  y: number,
  w: number,
  h: number,
  fill: string,
  radius: number,
): void {
  ctx.fillStyle = fill;
  ctx.beginPath();
  ctx.roundRect(x, y - h / 2, w, h, radius);
  ctx.fill();
}

function paintSmallPrint(
  ctx: SKRSContext2D,
  f: Factors,
  px: number,
  headlineBottom: number,
  rng: () => number,
): void {
  const size = 0.033 * px;
  ctx.font = fontOf(size, 600);
  const start = Math.floor(rng() * SMALL_PRINT.length);
  const lines = Array.from(
    { length: f.small_lines },
    (_, i) => SMALL_PRINT[(start + i) % SMALL_PRINT.length]![f.language],
  );
  const widest = Math.max(...lines.map((line) => ctx.measureText(line).width));
  const right = f.text_place === "right" && f.has_headline;
  const x = right ? px * 0.9 - widest : 0.1 * px;
  const room = lines.length * size * 1.4;
  const wanted = f.has_headline && f.text_place !== "bottom" ? headlineBottom + size : 0.09 * px;
  const y = Math.max(0.085 * px, Math.min(wanted, px * 0.84 - room));
  if (!f.columns) pillBlock(ctx, x - size * 0.5, y - size * 0.35, widest + size, room + size * 0.5);
  ctx.fillStyle = "#2a2d36";
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  lines.forEach((line, i) => ctx.fillText(line, x, y + size * 1.4 * (i + 0.5)));
}

function pillBlock(ctx: SKRSContext2D, x: number, y: number, w: number, h: number): void {
  ctx.fillStyle = "rgba(255,255,255,0.78)";
  ctx.beginPath();
  ctx.roundRect(x, y, w, h, 3);
  ctx.fill();
}
