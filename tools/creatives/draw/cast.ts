import type { SKRSContext2D } from "@napi-rs/canvas";
import type { Rng } from "@/shared/lib/rng";
import { darken, lighten } from "./colour";
import { Pen } from "./pen";

/** People and props, in a 100 × 100 box standing on its lower edge. */

const PLAIN = {
  base: "#ffffff",
  accent: "#ffffff",
  pattern: "solid",
  finish: "matte",
  light: -1,
} as const;

type Prop = (p: Pen) => void;

const PROPS: Readonly<Record<string, Prop>> = {
  ball(p) {
    p.ellipse(50, 62, 36, 36, "#f1ede4");
    p.fill("M50 44L65 55L59 73H41L35 55Z", "#2e3138");
    p.stroke("M50 44V27M65 55L83 49M59 73L70 90M41 73L30 90M35 55L17 49", "#2e3138", 4);
  },
  water(p) {
    p.fill("M28 20H72L66 96H34Z", "rgba(222,240,250,0.85)");
    p.fill("M31 48Q50 42 69 48L66 94H34Z", "#79c0ea");
    p.stroke("M28 20H72L66 96H34Z", "#9cc3da", 2.4);
  },
  umbrella(p) {
    p.stroke("M50 44V86Q50 96 60 94", "#6b4a33", 4);
    p.fill(
      "M6 52Q14 10 50 10Q86 10 94 52Q80 42 72 52Q60 42 50 52Q38 42 28 52Q18 42 6 52Z",
      "#d9534c",
    );
    p.fill("M28 52Q34 18 50 10Q66 18 72 52Q60 42 50 52Q38 42 28 52Z", "#ef7d6b");
  },
  map(p) {
    p.fill("M8 28L36 20L64 30L92 20V84L64 94L36 84L8 92Z", "#f4ead0");
    p.fill("M36 20L64 30V94L36 84Z", "#e6d6ae");
    p.stroke("M16 76Q34 48 52 62T84 38", "#d9534c", 4);
    p.fill("M78 22L90 22L84 40Z", "#d9534c");
  },
  books(p) {
    p.fill(Pen.box(12, 76, 76, 18, 3), "#4d7fb0");
    p.fill(Pen.box(18, 58, 66, 18, 3), "#d8854c");
    p.fill(Pen.box(14, 42, 62, 16, 3), "#5d9c7c");
    p.stroke("M22 85H76M28 67H72M24 50H64", "#f7f0df", 3);
  },
  flowers(p) {
    p.fill("M36 62H64L60 97H40Z", "#86b7cf");
    for (const [x, y, ink] of [
      [30, 34, "#ec7f9a"],
      [52, 20, "#f4c34f"],
      [72, 36, "#b48ad6"],
      [50, 44, "#f29b83"],
    ] as const) {
      p.stroke(`M50 66L${x} ${y}`, "#5a9a5a", 3);
      for (let i = 0; i < 6; i++)
        p.ellipse(x + 9 * Math.cos(i * 1.05), y + 9 * Math.sin(i * 1.05), 7, 7, ink);
      p.ellipse(x, y, 5, 5, "#fff1c2");
    }
  },
  hat(p) {
    p.ellipse(50, 82, 47, 12, "#e3bf7c");
    p.fill("M24 80Q24 38 50 38Q76 38 76 80Q50 90 24 80Z", "#efd096");
    p.fill("M24 70Q50 80 76 70V80Q50 90 24 80Z", "#c9564e");
  },
  "gift box"(p) {
    p.fill(Pen.box(14, 46, 72, 50, 3), "#d8565f");
    p.fill(Pen.box(9, 34, 82, 17, 3), "#e9747a");
    p.fill("M43 34H57V96H43Z", "#f8e2ae");
    p.fill("M50 34Q26 30 26 18Q36 6 50 32Q64 6 74 18Q74 30 50 34Z", "#f8e2ae");
  },
  fruit(p) {
    p.ellipse(34, 72, 24, 24, "#ef9a3a");
    p.ellipse(68, 74, 22, 22, "#f3cf4a");
    p.ellipse(52, 50, 20, 20, "#dc5a48");
    p.stroke("M52 32Q54 24 60 20", "#6b4a33", 3);
    p.fill("M56 26Q70 14 76 24Q66 34 56 26Z", "#5fa55c");
    p.ellipse(28, 64, 5, 4, "rgba(255,255,255,0.5)");
  },
  cup(p) {
    p.stroke("M70 52Q92 50 88 66Q84 80 68 78", "#e9e3d8", 6);
    p.fill("M20 44H72L66 88Q46 98 26 88Z", "#f7f3ea");
    p.ellipse(46, 44, 26, 6, "#7a4a2c");
    p.stroke("M36 32Q32 24 38 16M52 32Q48 24 54 16", "rgba(255,255,255,0.85)", 3);
  },
  cushion(p) {
    p.fill("M12 40Q50 30 88 40Q96 68 88 94Q50 86 12 94Q4 68 12 40Z", "#6fa5a0");
    p.stroke("M16 44Q50 62 84 90M84 44Q50 62 16 90", lighten("#6fa5a0", 0.4), 3);
  },
  "watering can"(p) {
    p.stroke("M66 46Q96 44 90 72Q86 86 70 84", "#4c8f8a", 6);
    p.fill("M32 66L6 40L10 36L38 56Z", "#58a39d");
    p.fill("M28 50H74L70 96H32Z", "#64b3ac");
    p.stroke("M3 44L14 32", "#4c8f8a", 5);
  },
  phone(p) {
    p.fill(Pen.box(28, 14, 46, 82, 8), "#2b2e36");
    p.fill(Pen.box(32, 20, 38, 70, 4), "#7fb3e0");
    p.ellipse(51, 46, 11, 11, "#ffffff");
    p.fill("M47 40L59 46L47 52Z", "#3c72d2");
  },
};

export const PROP_IDS = Object.keys(PROPS);

export function drawProp(ctx: SKRSContext2D, prop: string): void {
  const draw = PROPS[prop];
  if (!draw) throw new Error(`drawProp: no prop "${prop}"`);
  const pen = new Pen(ctx, PLAIN);
  pen.ellipse(50, 96, 38, 4, "rgba(30,25,40,0.18)");
  draw(pen);
}

const SKINS = ["#f3cfb3", "#e0ac85", "#b97a50", "#7d4f34"];
const HAIR = ["#2c2423", "#5d3b26", "#a8713d", "#4a4a52"];
const TOPS = ["#f0ead8", "#4e7fb5", "#c85d58", "#58967a", "#e0b04f", "#6c6aa8"];

/** A smiling person, head to waist, one arm reaching towards the product at `side` (1 right, -1 left). */
export function drawPerson(ctx: SKRSContext2D, side: number, rng: Rng): void {
  const p = new Pen(ctx, PLAIN);
  const skin = SKINS[Math.floor(rng() * SKINS.length)] ?? "#e0ac85";
  const hair = HAIR[Math.floor(rng() * HAIR.length)] ?? "#2c2423";
  const top = TOPS[Math.floor(rng() * TOPS.length)] ?? "#4e7fb5";
  const long = rng() < 0.5;
  ctx.save();
  ctx.translate(50, 0);
  ctx.scale(side, 1);
  if (long) p.fill("M-19 22Q-22 6 0 4Q22 6 19 22Q24 46 18 52H-18Q-24 46 -19 22Z", hair);
  p.fill("M-5 32H5V46H-5Z", darken(skin, 0.12));
  p.fill(
    "M-26 100Q-28 60 -20 50Q-8 43 0 43Q8 43 20 50Q28 60 26 100Z",
    p.linear(
      [-26, 40],
      [26, 100],
      [
        [0, lighten(top, 0.12)],
        [1, darken(top, 0.18)],
      ],
    ),
  );
  p.fill("M-7 44Q0 52 7 44Z", skin);
  p.stroke("M19 56Q30 74 40 70", darken(top, 0.08), 10);
  p.stroke("M37 71L46 66", skin, 7.5);
  p.ellipse(48, 65, 4.6, 4.2, skin);
  p.stroke("M-20 57Q-29 76 -24 100", darken(top, 0.14), 9);
  p.ellipse(0, 23, 14.5, 16.5, skin);
  p.fill(
    long
      ? "M-15.5 24Q-17 4 0 4Q17 4 15.5 24Q12 12 0 11Q-11 13 -15.5 24Z"
      : "M-15 20Q-17 3 1 3Q18 4 15 20Q10 10 -3 11Q-12 12 -15 20Z",
    hair,
  );
  p.ellipse(-5, 23, 1.6, 2, "#2a2226");
  p.ellipse(6, 23, 1.6, 2, "#2a2226");
  p.stroke("M-5 30Q1 35.5 7 30", "#8c3b36", 1.6);
  p.ellipse(-9, 28, 2.6, 1.8, "rgba(226,110,100,0.35)");
  p.ellipse(10, 28, 2.6, 1.8, "rgba(226,110,100,0.35)");
  ctx.restore();
}
