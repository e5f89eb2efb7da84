import type { SKRSContext2D } from "@napi-rs/canvas";
import type { Rng } from "@/shared/lib/rng";
import { darken, fade, lighten, mix, PALETTE, type ColourName } from "./colour";
import { Pen } from "./pen";

/** Everything here is drawn in a 100 × 100 box that fills the creative. */

const PLAIN = {
  base: "#ffffff",
  accent: "#ffffff",
  pattern: "solid",
  finish: "matte",
  light: -1,
} as const;

/** The tint a background of a named colour is painted in. */
export function backgroundTint(colour: string): string {
  const base = PALETTE[colour as ColourName];
  if (colour === "white" || colour === "black") return base;
  return lighten(base, 0.42);
}

export function drawPlain(ctx: SKRSContext2D, colour: string): void {
  ctx.fillStyle = backgroundTint(colour);
  ctx.fillRect(0, 0, 100, 100);
}

export function drawGradient(ctx: SKRSContext2D, colour: string, rng: Rng): void {
  const tint = backgroundTint(colour);
  const glow = ctx.createRadialGradient(35 + rng() * 30, 40 + rng() * 20, 4, 50, 50, 78);
  glow.addColorStop(0, lighten(tint, 0.72));
  glow.addColorStop(0.6, tint);
  glow.addColorStop(1, darken(tint, 0.16));
  ctx.fillStyle = glow;
  ctx.fillRect(0, 0, 100, 100);
  ctx.fillStyle = fade(darken(tint, 0.28), 0.22);
  ctx.beginPath();
  ctx.ellipse(50, 102, 80, 22, 0, 0, 7);
  ctx.fill();
}

export function drawPattern(ctx: SKRSContext2D, colour: string, rng: Rng): void {
  const tint = backgroundTint(colour);
  ctx.fillStyle = lighten(tint, 0.25);
  ctx.fillRect(0, 0, 100, 100);
  const style = Math.floor(rng() * 4);
  ctx.fillStyle = darken(tint, 0.1);
  ctx.strokeStyle = darken(tint, 0.1);
  if (style === 0) {
    for (let y = 4, k = 0; y < 104; y += 9, k ^= 1)
      for (let x = 3 + k * 6; x < 104; x += 12) {
        ctx.beginPath();
        ctx.arc(x, y, 2.3, 0, 7);
        ctx.fill();
      }
  } else if (style === 1) {
    ctx.lineWidth = 4;
    for (let k = -100; k < 110; k += 11) {
      ctx.beginPath();
      ctx.moveTo(k, 0);
      ctx.lineTo(k + 100, 100);
      ctx.stroke();
    }
  } else if (style === 2) {
    for (let y = 0; y < 10; y++)
      for (let x = 0; x < 10; x++) if ((x + y) % 2) ctx.fillRect(x * 10, y * 10, 10, 10);
  } else {
    ctx.lineWidth = 2.6;
    for (let y = 4; y < 108; y += 9) {
      ctx.beginPath();
      for (let x = -2; x <= 104; x += 2) ctx.lineTo(x, y + 2.4 * Math.sin(x / 4));
      ctx.stroke();
    }
  }
}

export function drawClutter(ctx: SKRSContext2D, rng: Rng): void {
  const inks = Object.values(PALETTE);
  ctx.fillStyle = "#d9d2c4";
  ctx.fillRect(0, 0, 100, 100);
  for (let i = 0; i < 64; i++) {
    const ink = inks[Math.floor(rng() * inks.length)] ?? "#888888";
    ctx.save();
    ctx.translate(rng() * 100, rng() * 100);
    ctx.rotate(rng() * 6.3);
    ctx.fillStyle = fade(ink, 0.95);
    ctx.strokeStyle = darken(ink, 0.35);
    ctx.lineWidth = 0.7;
    const s = 4 + rng() * 9;
    ctx.beginPath();
    const shape = Math.floor(rng() * 4);
    if (shape === 0) ctx.rect(-s / 2, -s / 2, s, s * 0.7);
    else if (shape === 1) ctx.arc(0, 0, s / 2, 0, 7);
    else if (shape === 2) {
      ctx.moveTo(0, -s / 2);
      ctx.lineTo(s / 2, s / 2);
      ctx.lineTo(-s / 2, s / 2);
      ctx.closePath();
    } else ctx.ellipse(0, 0, s * 0.8, s * 0.16, 0, 0, 7);
    ctx.fill();
    ctx.stroke();
    ctx.restore();
  }
}

type Scene = (p: Pen, rng: Rng) => void;

function sky(p: Pen, top: string, bottom: string, until: number): void {
  p.fill(
    `M0 0H100V${until}H0Z`,
    p.linear(
      [0, 0],
      [0, until],
      [
        [0, top],
        [1, bottom],
      ],
    ),
  );
}

const SCENES: Readonly<Record<string, Scene>> = {
  mountains(p, rng) {
    sky(p, "#8cc5ec", "#e8f3f6", 80);
    p.ellipse(20 + rng() * 60, 18, 7, 7, "#fff3c4");
    const h = rng() * 8;
    p.fill(`M-5 70L22 ${26 + h}L40 58L62 ${20 + h}L105 72V80H-5Z`, "#8fa6b8");
    p.fill(
      `M22 ${26 + h}L14 ${40 + h}L21 ${37 + h}L26 ${42 + h}L30 ${40 + h}ZM62 ${20 + h}L52 ${34 + h}L60 ${31 + h}L67 ${37 + h}L73 ${34 + h}Z`,
      "#ffffff",
    );
    p.fill("M-5 66Q30 52 60 66T105 62V105H-5Z", "#7fae6a");
    p.fill("M-5 78Q40 68 105 80V105H-5Z", "#5f9656");
    for (let i = 0; i < 9; i++) {
      const x = rng() * 100;
      const y = 66 + rng() * 8;
      p.fill(`M${x} ${y - 11}L${x + 4} ${y}H${x - 4}Z`, "#3f7350");
    }
    p.fill("M44 105Q52 88 48 80L53 80Q62 90 66 105Z", "#dcc9a0");
  },
  beach(p, rng) {
    sky(p, "#6fc3ee", "#d7f0f7", 50);
    p.ellipse(14 + rng() * 66, 17, 8, 8, "#ffe89a");
    p.fill(
      "M0 46H100V72H0Z",
      p.linear(
        [0, 46],
        [0, 72],
        [
          [0, "#2f9fc4"],
          [1, "#8fdbe0"],
        ],
      ),
    );
    p.stroke(
      "M4 53Q10 51 16 53M60 51Q66 49 72 51M34 60Q40 58 46 60M78 62Q84 60 90 62",
      "#ffffff",
      0.9,
    );
    p.fill("M-2 70Q24 64 50 69T102 67V102H-2Z", "#f3dfae");
    p.fill("M-2 73Q24 67 50 72T102 70V75Q70 78 50 76T-2 77Z", "#fdf4d8");
    const x = rng() < 0.5 ? 8 : 92;
    p.stroke(`M${x} 78Q${x + 2} 56 ${x + (x < 50 ? 5 : -5)} 36`, "#9a6d43", 2.6);
    for (let i = 0; i < 6; i++) {
      const a = (i / 6) * 6.3;
      const tx = x + (x < 50 ? 5 : -5);
      p.stroke(
        `M${tx} 36Q${tx + 8 * Math.cos(a)} ${30 + 4 * Math.sin(a)} ${tx + 15 * Math.cos(a)} ${38 + 9 * Math.sin(a)}`,
        "#3f9a5b",
        2.4,
      );
    }
  },
  room(p, rng) {
    const wall = ["#f0e3d0", "#dfe7e2", "#ecdcd8"][Math.floor(rng() * 3)] ?? "#f0e3d0";
    p.fill("M0 0H100V72H0Z", wall);
    p.fill(
      "M0 72H100V100H0Z",
      p.linear(
        [0, 72],
        [0, 100],
        [
          [0, "#c79c6c"],
          [1, "#a87d50"],
        ],
      ),
    );
    p.stroke("M0 80H100M0 90H100", fade("#7a5530", 0.35), 0.6);
    p.fill("M0 70H100V73H0Z", "#ffffff");
    const x = rng() < 0.5 ? 8 : 62;
    p.fill(Pen.box(x, 10, 30, 34, 1), "#ffffff");
    p.fill(Pen.box(x + 2, 12, 26, 30, 1), "#bfe1f3");
    p.stroke(`M${x + 15} 12V42M${x + 2} 27H${x + 28}`, "#ffffff", 1.6);
    p.fill(Pen.box(72 - x, 16, 16, 20, 1), "#b98a5a");
    p.fill(Pen.box(74 - x, 18, 12, 16, 0.5), "#f7efe0");
    p.ellipse(80 - x, 26, 4, 4, "#e39a76");
    p.fill("M10 88Q50 78 90 88Q96 98 50 98Q4 98 10 88Z", "#e9cfc4");
  },
  desk(p, rng) {
    p.fill(
      "M0 0H100V66H0Z",
      p.linear(
        [0, 0],
        [100, 66],
        [
          [0, "#dbe4ec"],
          [1, "#c4d0da"],
        ],
      ),
    );
    p.fill(
      "M0 64H100V100H0Z",
      p.linear(
        [0, 64],
        [0, 100],
        [
          [0, "#b98d61"],
          [1, "#96693f"],
        ],
      ),
    );
    p.fill("M0 64H100V67H0Z", "#d3ab80");
    const left = rng() < 0.5;
    const x = left ? 6 : 58;
    p.fill(Pen.box(x, 28, 36, 26, 1.6), "#30343d");
    p.fill(Pen.box(x + 1.6, 29.6, 32.8, 22, 0.8), "#8fb6da");
    p.stroke(`M${x + 5} 35H${x + 20}M${x + 5} 39H${x + 27}M${x + 5} 43H${x + 16}`, "#eaf4fb", 1.2);
    p.fill(`M${x + 15} 54H${x + 21}V63H${x + 26}V65H${x + 10}V63H${x + 15}Z`, "#30343d");
    const s = left ? 62 : 6;
    p.fill(Pen.box(s, 30, 32, 2.4, 0.6), "#8a6240");
    for (let i = 0; i < 7; i++) {
      p.fill(
        Pen.box(s + 2 + i * 4, 18 + (i % 3) * 2, 3.2, 12 - (i % 3) * 2, 0.4),
        ["#c65d4f", "#4d86b8", "#e2b558", "#5d9b79"][i % 4] ?? "#888888",
      );
    }
  },
  garden(p, rng) {
    sky(p, "#cdebd3", "#f2f8e4", 74);
    for (let i = 0; i < 16; i++) {
      p.ellipse(
        rng() * 100,
        40 + rng() * 26,
        9 + rng() * 8,
        8 + rng() * 6,
        ["#7db972", "#5c9f5f", "#97c987"][i % 3] ?? "#7db972",
      );
    }
    p.fill("M-2 66Q50 58 102 66V102H-2Z", "#82bd67");
    p.fill("M-2 82Q50 74 102 82V102H-2Z", "#6aa955");
    for (let i = 0; i < 22; i++) {
      const x = rng() * 100;
      const y = 70 + rng() * 28;
      p.ellipse(x, y, 1.5, 1.5, ["#f6a5b8", "#ffffff", "#f7d557"][i % 3] ?? "#ffffff");
      p.ellipse(x, y, 0.6, 0.6, "#e7a63a");
    }
  },
  party(p, rng) {
    p.fill(
      "M0 0H100V100H0Z",
      p.linear(
        [0, 0],
        [0, 100],
        [
          [0, "#f7b9c4"],
          [1, "#fbe3d3"],
        ],
      ),
    );
    p.stroke("M-2 8Q25 22 50 10T102 8", "#ffffff", 0.7);
    for (let i = 0; i < 9; i++) {
      const x = 4 + i * 11.5;
      const y = 11 + 4 * Math.sin(x / 8);
      p.fill(
        `M${x - 4} ${y}H${x + 4}L${x} ${y + 9}Z`,
        ["#e0586b", "#f2b84b", "#4fa3c7", "#7fb069"][i % 4] ?? "#e0586b",
      );
    }
    for (const [x, ink] of [
      [10, "#e0586b"],
      [22, "#f2b84b"],
      [90, "#4fa3c7"],
    ] as const) {
      const y = 38 + rng() * 12;
      p.stroke(`M${x} ${y + 9}Q${x - 3} ${y + 24} ${x + 1} ${y + 40}`, fade("#8a5a5a", 0.6), 0.5);
      p.ellipse(x, y, 7.5, 9, ink);
      p.ellipse(x - 2.5, y - 3, 1.6, 2.4, "rgba(255,255,255,0.55)");
    }
    for (let i = 0; i < 46; i++) {
      p.fill(
        Pen.box(rng() * 100, 20 + rng() * 78, 1.6, 1.1, 0.2),
        ["#e0586b", "#f2b84b", "#4fa3c7", "#7fb069", "#ffffff"][i % 5] ?? "#ffffff",
      );
    }
    p.fill("M0 84Q50 78 100 84V100H0Z", "#f3cdb4");
  },
  city(p, rng) {
    sky(p, "#f2c7a8", "#f8ead8", 80);
    for (let i = 0; i < 9; i++) {
      const x = i * 12 - 4;
      const h = 26 + rng() * 34;
      const tone = mix("#8b93ab", "#b8b6c6", rng());
      p.fill(`M${x} ${78 - h}h${9 + rng() * 3}V80h-12Z`, tone);
      for (let k = 0; k < h / 6 - 1; k++) {
        p.stroke(`M${x + 2} ${82 - h + k * 6}h2M${x + 6} ${82 - h + k * 6}h2`, "#fbe7b0", 1.5);
      }
    }
    p.fill("M0 76H100V100H0Z", "#a4a6ad");
    p.fill("M0 76H100V80H0Z", "#cfd0d4");
    p.stroke("M4 91H22M34 91H52M64 91H82M94 91H106", "#f4efdf", 1.6);
  },
};

export const SCENE_IDS = Object.keys(SCENES);

export function drawScene(ctx: SKRSContext2D, scene: string, rng: Rng): void {
  const draw = SCENES[scene];
  if (!draw) throw new Error(`drawScene: no scene "${scene}"`);
  draw(new Pen(ctx, PLAIN), rng);
}
