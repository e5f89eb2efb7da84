import { darken, fade, lighten } from "./colour";
import { Pen } from "./pen";
import type { Shape } from "./products-wear";

export function drawMug(p: Pen, { v, r }: Shape): void {
  const top = 56 - r[0] * 16;
  const taper = v === 1 ? 12 : v === 2 ? -6 : 2;
  p.stroke(
    `M138 ${top + 24}Q184 ${top + 20} 180 ${top + 60}Q176 138 136 138`,
    darken(p.look.base, 0.12),
    14,
  );
  p.body(
    `M42 ${top}L146 ${top}L${146 - taper} 160Q144 178 126 178L62 178Q44 178 ${42 + taper} 160Z`,
  );
  p.ellipse(94, top, 52, 13, lighten(p.look.base, 0.42));
  p.ellipse(94, top + 2, 44, 9, "#4a2c1c");
  p.ellipse(86, top + 1, 20, 3.4, "rgba(255,235,205,0.35)");
  if (p.look.pattern === "solid")
    p.fill(
      v === 2
        ? Pen.oval(94, 122, 20, 20)
        : "M94 138Q66 118 80 104Q90 98 94 110Q98 98 108 104Q122 118 94 138Z",
      p.look.accent,
    );
}

export function drawKettle(p: Pen, { v, r }: Shape): void {
  const top = v === 1 ? 70 : 84;
  const wide = 50 + r[0] * 8;
  p.stroke(
    v === 1 ? `M136 96Q186 92 176 130Q168 156 138 154` : `M62 92Q56 26 100 26Q144 26 138 92`,
    darken(p.look.accent, 0.35),
    10,
  );
  p.fill(
    `M56 128Q30 122 22 82Q18 74 12 74L28 66Q40 76 44 96Q52 108 66 110Z`,
    darken(p.look.base, 0.14),
  );
  p.body(
    `M${100 - wide + 14} ${top}Q100 ${top - 14} ${100 + wide - 14} ${top}Q${104 + wide} 120 ${100 + wide} 158Q${96 + wide} 176 ${80 + wide} 176L${120 - wide} 176Q${102 - wide} 176 ${100 - wide} 158Q${96 - wide} 120 ${100 - wide + 14} ${top}Z`,
  );
  p.body(
    `M68 ${top - 2}Q100 ${top - 28} 132 ${top - 2}Q100 ${top + 8} 68 ${top - 2}Z`,
    darken(p.look.base, 0.15),
    false,
  );
  p.ellipse(100, top - 20, 9, 8, p.look.accent);
  p.stroke(`M${104 - wide} 166Q100 174 ${96 + wide} 166`, darken(p.look.base, 0.4), 2.5);
}

export function drawLamp(p: Pen, { v, r }: Shape): void {
  const glow = p.ctx.createRadialGradient(100, 96, 8, 100, 100, 96);
  glow.addColorStop(0, "rgba(255,226,150,0.6)");
  glow.addColorStop(1, "rgba(255,226,150,0)");
  p.ellipse(100, 100, 96, 90, glow);
  const spread = 46 + r[0] * 16;
  if (v === 1) {
    p.body(Pen.oval(100, 136, 30, 34), p.look.accent, false);
    p.fill("M94 90L106 90L106 108L94 108Z", "#c9a45c");
  } else if (v === 2) {
    p.stroke("M100 92L76 176M100 92L124 176M100 92L100 176", "#9b6b43", 6);
  } else p.fill(Pen.box(95, 90, 10, 80, 4), "#c9a45c");
  if (v !== 2)
    p.body(
      `M66 172Q100 158 134 172Q138 184 130 184L70 184Q62 184 66 172Z`,
      darken(p.look.accent, 0.15),
      false,
    );
  p.body(
    `M${100 - spread * 0.58} 20L${100 + spread * 0.58} 20L${100 + spread} 96Q100 106 ${100 - spread} 96Z`,
  );
  p.fill(
    `M${100 - spread} 96Q100 106 ${100 + spread} 96L${96 + spread} 90Q100 98 ${104 - spread} 90Z`,
    "rgba(255,240,190,0.75)",
  );
  p.fill(
    `M${100 - spread * 0.58} 20L${100 + spread * 0.58} 20L${101 + spread * 0.58} 25L${99 - spread * 0.58} 25Z`,
    lighten(p.look.base, 0.3),
  );
}

export function drawChair(p: Pen, { v, r }: Shape): void {
  const wood = "#a8723f";
  const back = 22 + r[0] * 12;
  if (v === 2) {
    p.stroke("M100 132L100 164M100 160L62 182M100 160L138 182M100 160L100 186", "#6b717c", 7);
    for (const [x, y] of [
      [62, 184],
      [138, 184],
      [100, 188],
    ] as const)
      p.ellipse(x, y, 6, 6, "#2e3138");
  } else {
    p.stroke("M62 128L50 188M140 128L152 188", darken(wood, 0.1), 8);
    p.stroke("M74 128L70 180M128 128L132 180", darken(wood, 0.35), 7);
  }
  if (v === 1) {
    p.stroke(`M56 122L60 ${back}M144 122L140 ${back}`, wood, 8);
    for (let i = 0; i < 3; i++) p.body(Pen.box(58, back + 4 + i * 28, 84, 15, 6));
  } else {
    p.body(
      `M58 ${back + 18}Q60 ${back} 100 ${back}Q140 ${back} 142 ${back + 18}L150 112Q100 126 50 112Z`,
    );
    p.stroke(
      `M68 ${back + 26}Q100 ${back + 14} 132 ${back + 26}`,
      fade(darken(p.look.base, 0.5), 0.35),
      2,
    );
  }
  p.body(
    "M44 118Q100 106 156 118Q162 134 150 138Q100 146 50 138Q38 134 44 118Z",
    lighten(p.look.base, 0.1),
  );
}

export function drawPlant(p: Pen, { v, r }: Shape): void {
  const greens = ["#3f8f55", "#5aa864", "#2f7a4a", "#79bd73"];
  const leaves = v === 1 ? 7 : 9;
  for (let i = 0; i < leaves; i++) {
    const a = -1.25 + (2.5 * i) / (leaves - 1);
    const long = 74 + 24 * Math.cos(a * 1.6) + r[1] * 8;
    const x = 100 + Math.sin(a) * long;
    const y = 122 - Math.cos(a) * long;
    const green = greens[i % 4] ?? "#3f8f55";
    if (v === 1) {
      const nx = Math.cos(a) * 9;
      const ny = Math.sin(a) * 9;
      p.fill(
        `M${100 - nx} ${122 - ny}Q${(100 + x) / 2 - nx * 1.6} ${(122 + y) / 2 - ny * 1.6} ${x} ${y}Q${(100 + x) / 2 + nx * 1.6} ${(122 + y) / 2 + ny * 1.6} ${100 + nx} ${122 + ny}Z`,
        green,
      );
      p.stroke(`M100 122L${x} ${y}`, lighten(green, 0.35), 1.4);
    } else {
      p.stroke(`M100 124Q${100 + Math.sin(a) * 24} 92 ${x} ${y}`, "#4d7f4e", 3.4);
      const size = v === 2 ? 15 : 20;
      p.fill(
        `M${x} ${y - size}Q${x + size * 1.1} ${y - size * 0.3} ${x} ${y + size}Q${x - size * 1.1} ${y - size * 0.3} ${x} ${y - size}Z`,
        green,
      );
      if (v === 2) p.ellipse(x, y - 4, 7, 7, i % 2 === 0 ? "#f2a3b7" : "#f7d774");
      else p.stroke(`M${x} ${y - size * 0.7}L${x} ${y + size * 0.7}`, lighten(green, 0.35), 1.4);
    }
  }
  p.body(
    `M58 122L142 122L${132 - r[0] * 6} 178Q130 188 120 188L80 188Q70 188 ${68 + r[0] * 6} 178Z`,
  );
  p.body(Pen.box(52, 114, 96, 16, 6), lighten(p.look.base, 0.12), false);
  p.ellipse(100, 115, 44, 4, "#4b3526");
}

export function drawBottle(p: Pen, { v, r }: Shape): void {
  const w = 56 + r[0] * 14;
  const x = 100 - w / 2;
  const shoulder = v === 1 ? 78 : 64;
  p.body(
    Pen.box(100 - (v === 2 ? w / 2 - 2 : 17), 14, v === 2 ? w - 4 : 34, v === 2 ? 40 : 26, 7),
    p.look.accent,
    false,
  );
  if (v === 1) p.stroke("M86 16Q86 2 100 2Q114 2 114 16", darken(p.look.accent, 0.2), 5);
  if (v !== 2) p.fill("M86 38L114 38L114 54L86 54Z", "#c4c8cf");
  p.body(
    `M${v === 2 ? x : 84} 52Q${x} 56 ${x} ${shoulder + 12}L${x} 172Q${x} 190 ${x + 16} 190L${x + w - 16} 190Q${x + w} 190 ${x + w} 172L${x + w} ${shoulder + 12}Q${x + w} 56 ${v === 2 ? x + w : 116} 52Z`,
  );
  p.fill(Pen.box(x, 162, w, 7, 1), darken(p.look.base, 0.3));
  if (p.look.pattern === "solid")
    p.fill(
      v === 0
        ? "M100 92Q122 122 112 134Q100 146 88 134Q78 122 100 92Z"
        : Pen.box(88, 96, 24, 44, 8),
      p.look.accent,
    );
}

export function drawSerum(p: Pen, { v, r }: Shape): void {
  const w = 60 + r[0] * 18;
  const x = 100 - w / 2;
  if (v === 1) {
    p.body(Pen.box(x - 6, 54, w + 12, 40, 8), p.look.accent, false);
    p.body(
      `M${x - 6} 98L${x + w + 6} 98L${x + w + 2} 168Q${x + w} 180 ${x + w - 12} 180L${x + 12} 180Q${x} 180 ${x - 2} 168Z`,
    );
  } else {
    p.fill(`M92 8Q100 0 108 8L110 38L90 38Z`, "#3a3d45");
    p.body(Pen.box(82, 36, 36, 30, 5), p.look.accent, false);
    p.body(
      `M86 68L114 68Q114 80 ${x + w} 88L${x + w} 174Q${x + w} 186 ${x + w - 12} 186L${x + 12} 186Q${x} 186 ${x} 174L${x} 88Q86 80 86 68Z`,
    );
    if (v === 2) p.ellipse(100, 8, 11, 10, p.look.accent);
  }
  p.fill(Pen.box(x + 8, 112, w - 16, 46, 3), "rgba(255,255,255,0.88)");
  p.stroke(`M${x + 16} 124L${x + w - 16} 124`, darken(p.look.base, 0.2), 4);
  p.stroke(`M${x + 22} 136L${x + w - 22} 136M${x + 26} 146L${x + w - 26} 146`, "#9aa0a8", 2.2);
}

export function drawLipstick(p: Pen, { v, r }: Shape): void {
  const h = 26 + r[0] * 18;
  p.body(`M82 92L82 ${64 - h / 3}Q84 ${46 - h / 2} 118 ${34 - h / 3}L118 92Z`);
  p.fill(
    Pen.box(78, 86, 44, 34, 3),
    p.linear(
      [78, 0],
      [122, 0],
      [
        [0, "#a8823a"],
        [0.3, "#f7e3a8"],
        [0.6, "#d2ab55"],
        [1, "#8f6d2c"],
      ],
    ),
  );
  const tube = v === 1 ? "#22242b" : v === 2 ? "#f1ece4" : p.look.accent;
  p.body(v === 2 ? Pen.box(70, 118, 60, 70, 14) : Pen.box(72, 118, 56, 70, 5), tube, false);
  p.fill(Pen.box(72, 126, 56, 4, 1), "#e6c878");
}
